"""The figures on a pupil's page: against the rules, for whom, and the same sessions as everywhere else."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollbook.apps.insight.queries.ground import ground
from rollbook.apps.insight.queries.pupil import PupilInsight, pupil_insight
from rollbook.apps.registers.queries.pupil import PupilYear, pupil_year
from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.roll.models import Enrolment, Pupil
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.rates import Totals, attendance_rate, totals
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.thresholds import Missed, Nearness, counts, school_weeks, standing_on
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, sign_in
from tests.factories.pupils import make_pupil
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db

DAYS = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8)]
HALF_DAYS = [(day, session) for day in DAYS for session in SchoolSession]
AFTER = at(16, on=DAYS[-1])
PARTS = (
    "Attendance so far",
    "By weekday",
    "Beside others this year",
    "Years and terms",
    "Persistent absence",
)
RULER = "in ten school weeks"


@pytest.fixture
def later() -> Iterator[None]:
    """The afternoon after the last of the days."""
    with time_machine.travel(AFTER, tick=False):
        yield


def looked_at(scene: Scene, pupil: Pupil) -> tuple[PupilYear, PupilInsight]:
    viewer = scene.viewer(scene.head, DAYS[-1])
    year = pupil_year(viewer, pupil.pk, None, AFTER)
    assert year is not None
    found = pupil_insight(viewer, year, AFTER)
    assert found is not None
    return year, found


def marked(scene: Scene, pupil: Pupil, symbols: list[str]) -> dict[tuple[date, SchoolSession], str]:
    marks = {half_day: symbol for half_day, symbol in zip(HALF_DAYS, symbols, strict=False) if symbol}
    if marks:
        make_marks(scene.viewer(scene.head), {(pupil, *key): symbol for key, symbol in marks.items()}, AFTER)
    return marks


def counted(of: Totals) -> tuple[int, ...]:
    return (of.possible, of.attended, of.authorised, of.unauthorised, of.late)


CODES = ["/", "L", "U", "I", "O", "N", "G", "C2", "D", "Y6", ""]


@given(
    st.lists(st.sampled_from(CODES), min_size=14, max_size=14),
    st.lists(st.sampled_from(CODES), min_size=14, max_size=14),
    st.sampled_from([None, *DAYS]),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_figure_of_a_pupil_is_that_of_the_marks_on_the_roll(
    symbols: list[str], others: list[str], last_day: date | None
) -> None:
    forget_years()
    scene = Scene()
    own = marked(scene, scene.amy, symbols)
    theirs = marked(scene, scene.ben, others)
    Enrolment.objects.filter(pupil=scene.amy).update(last_day=last_day)
    on_roll = {key: symbol for key, symbol in own.items() if last_day is None or key[0] <= last_day}
    expected = totals(on_roll.values())

    year, found = looked_at(scene, scene.amy)

    # The same on top of the page, in the figures of the school, and by the rule; what counts nowhere is still shown.
    assert counted(year.totals) == counted(expected)
    whole = ground(scene.viewer(scene.head, DAYS[-1]), year.first_day, year.last_day, AFTER)
    assert counted(whole.by_pupil.at(whole.row_of[scene.amy.pk])) == counted(expected)
    assert {key for key, symbol in year.marks.items() if symbol} == own.keys()
    assert year.uncounted_count == len(own) - len(on_roll)
    for slot in found.slots:
        of = totals(
            s for (day, each), s in on_roll.items() if (day.weekday(), each) == (slot.weekday, slot.session)
        )
        assert (slot.attended, slot.possible) == (of.attended, of.possible)
    for week in found.weeks:
        until = week.monday + timedelta(days=4)
        mine = [symbol for (day, _), symbol in on_roll.items() if day <= until]
        everybody = mine + [symbol for (day, _), symbol in theirs.items() if day <= until]
        assert week.own == attendance_rate(totals(mine))
        assert week.others == attendance_rate(totals(everybody))
    assert found.group is not None
    assert found.group.totals == found.school.totals
    missed = [Missed(day, each, symbol) for (day, each), symbol in on_roll.items() if counts(symbol)]
    assert found.ruler is not None
    days = year.calendar.school_days(year.first_day, AFTER.date())
    assert found.ruler.standing.answer == standing_on(missed, school_weeks(days), AFTER.date()).answer
    if expected.possible:
        assert counted(found.history[0].totals) == counted(expected)


@pytest.mark.policy("P-8.4-1", "P-8.4-2")
@pytest.mark.usefixtures("later")
def test_the_page_says_how_far_it_is_to_persistent_absence_and_what_earlier_terms_were(
    client: Client,
) -> None:
    scene = Scene()
    marked(scene, scene.amy, ["/"] * 13 + ["O"])
    marked(scene, scene.ben, ["/"] * 12 + ["O"] * 2)
    sign_in(client, scene.head)

    amy = client.get(f"/pupils/{scene.amy.pk}/").content.decode()
    ben = client.get(f"/pupils/{scene.ben.pk}/").content.decode()

    # 1 of 14 missed: a second in a row makes 2 of 15, which is over a tenth.
    assert "Not persistently absent" in amy
    assert "The very next session missed would make persistent absence." in amy
    # 2 of 14: 7 more attended make 2 of 21, below a tenth. Tuesday's are all marked, so the seventh is Monday's first.
    assert "Can leave persistent absence on Mon 28 Sep" in ben
    assert "if present at each of the next 7 sessions" in ben
    assert "85.7%" in ben
    assert "Persistent</span>" in ben


@pytest.mark.usefixtures("later")
def test_the_ruler_tells_what_is_confirmed_from_what_is_provisional(client: Client) -> None:
    scene = Scene()
    marked(scene, scene.amy, ["O"] * 6 + ["N"] * 3 + ["/"] * 5)
    page = sign_in(client, scene.head).get(f"/pupils/{scene.amy.pk}/").content.decode()

    _, found = looked_at(scene, scene.amy)
    assert found.ruler is not None
    assert found.ruler.standing.answer.nearness is Nearness.NEAR
    assert "9 unauthorised sessions in ten school weeks" in page
    assert "6 confirmed (G, O, U) and 3 provisional (N)" in page
    assert "Near: 8 or more" in page
    assert page.count("half--provisional") == 3
    assert f"/pupils/{scene.amy.pk}/marks/{MONDAY}/am/" in page


@pytest.mark.usefixtures("later")
def test_a_part_time_timetable_has_its_own_figure_beside_the_dfes(client: Client) -> None:
    scene = Scene()
    marked(scene, scene.amy, ["/", "C2"] * 7)
    marked(scene, scene.ben, ["/"] * 14)
    sign_in(client, scene.head)

    page = re.sub(r"<[^>]+>", "", client.get(f"/pupils/{scene.amy.pk}/").content.decode())

    assert "Attendance as the DfE counts it50.0% 7 of 14 sessions" in re.sub(r"\n\s*", "", page)
    assert "Against the agreed timetable100.0% 7 of 7 sessions" in re.sub(r"\n\s*", "", page)
    assert "not a DfE measure" in page
    assert "Part-time timetable" not in client.get(f"/pupils/{scene.ben.pk}/").content.decode()


@pytest.mark.policy("P-3.2-3")
@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
def test_who_sees_figures_on_a_pupils_page(client: Client, role: Role) -> None:
    scene = Scene()
    marked(scene, scene.amy, ["/"] * 14)
    person = make_person(scene.school, role, last_day=DAYS[-1] if role is Role.INSPECTOR else None)

    answer = sign_in(client, person).get(f"/pupils/{scene.amy.pk}/")

    permissions = ROLE_PERMISSIONS[role]
    if Permission.PUPIL_VIEW_ANY not in permissions:
        # This class teacher has no group.
        assert answer.status_code in (403, 404)
        return
    page = answer.content.decode()
    sees = Permission.MEASURES_VIEW in permissions
    assert [part in page for part in PARTS] == [sees] * len(PARTS)
    assert (RULER in page) == sees


@pytest.mark.policy("P-3.2-3")
@pytest.mark.usefixtures("later")
def test_a_teacher_sees_their_own_pupils_without_sanctions_and_without_small_groups(client: Client) -> None:
    scene = Scene()
    marked(scene, scene.amy, ["O"] * 14)
    sign_in(client, scene.teacher)

    page = client.get(f"/pupils/{scene.amy.pk}/").content.decode()

    assert [part in page for part in PARTS] == [True] * len(PARTS)
    assert RULER not in page
    assert "penalty" not in page
    # Four pupils are in Year 7.
    assert "is not shown: too few pupils" in page
    assert "/figures/" not in page
    assert client.get(f"/pupils/{scene.dan.pk}/").status_code == 404

    make_pupil(scene.school, scene.other_group, "Fifth", "Fay")
    assert "is not shown: too few pupils" not in client.get(f"/pupils/{scene.amy.pk}/").content.decode()


@pytest.mark.usefixtures("later")
def test_a_mark_of_a_day_off_the_roll_is_shown_and_counts_nowhere(client: Client) -> None:
    scene = Scene()
    marked(scene, scene.amy, ["/", "L", "O"])
    Enrolment.objects.filter(pupil=scene.amy).update(last_day=DAYS[0])

    page = sign_in(client, scene.head).get(f"/pupils/{scene.amy.pk}/").content.decode()

    assert "1 mark is of a day when Amy was not on the roll" in page
    assert "2 of 2 possible sessions" in page
    assert "5 minutes lost" in page
    assert f"/pupils/{scene.amy.pk}/marks/{DAYS[1]}/am/" in page


@pytest.mark.usefixtures("later")
def test_a_year_that_is_over_has_no_forecast_and_more_pupils_cost_no_more_queries(client: Client) -> None:
    scene = Scene()
    marked(scene, scene.amy, ["/"] * 14)
    sign_in(client, scene.head)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/pupils/{scene.amy.pk}/").status_code == 200
        return len(queries)

    count()
    few = count()
    for n in range(12):
        pupil = make_pupil(scene.school, scene.group, f"Further{n}", "Pat")
        marked(scene, pupil, ["/"] * 14)
    count()
    assert count() == few

    with time_machine.travel(at(12, on=date(2027, 9, 20)), tick=False):
        page = client.get(f"/pupils/{scene.amy.pk}/?on=2026-10-01").content.decode()
    assert "How this is worked out" not in page
    assert RULER not in page
