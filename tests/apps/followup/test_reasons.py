"""Reasons due: every N with its last day, O only by a named person and only then, and how each was settled."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.followup.actions.reasons import confirm_unknown
from rollbook.apps.followup.presenters.reasons import today_card
from rollbook.apps.followup.queries.owed_reasons import owed
from rollbook.apps.followup.queries.reasons import days_without_reason, kept_this_year, running_out_count
from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.registers.actions.amending_many import ChangedMeanwhile
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.registers.models import Entry
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.duties import Standing
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db

PAGE = "/absence/reasons/"
LAST = date(2026, 9, 21)  # the fifth school day after Monday 14 September
WHY = "Rang Mo Abbott on each day, no answer; visited on Thursday"


@pytest.fixture(autouse=True)
def last_day() -> Iterator[None]:
    with time_machine.travel(at(10, on=LAST), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """On Monday 14 September Amy was not there all day, Ben in the morning; Cat was."""
    scene = Scene()
    scene.take({scene.amy: "N", scene.ben: "N", scene.cat: "/"})
    scene.take({scene.amy: "N", scene.ben: "\\", scene.cat: "\\"}, session=PM, when=at(12, 50))
    return scene


def to_o(pupil: Pupil, on: date = MONDAY, session: SchoolSession = AM, seen: int = 1) -> Change:
    return Change(pupil.pk, on, session, seen, "O")


def confirm(
    scene: Scene, *changes: Change, person: Any = None, when: datetime | None = None, **given: Any
) -> Any:
    viewer = scene.viewer(person or scene.officer, LAST)
    values: dict[str, Any] = {"reason": WHY, "key": uuid4()} | given
    return confirm_unknown(
        viewer=viewer, changes=changes, by=viewer.actor, at=when or at(10, on=LAST), **values
    )


def amend(
    scene: Scene, pupil: Pupil, code: str, when: datetime, session: SchoolSession = AM, seen: int = 1
) -> None:
    viewer = scene.viewer(scene.officer, when.date())
    amend_mark(
        viewer=viewer,
        pupil_id=pupil.pk,
        on=MONDAY,
        school_session=session,
        right=RightMark(code, "The parent rang"),
        seen_version=seen,
        key=uuid4(),
        by=viewer.actor,
        at=when,
    )


@pytest.mark.policy("P-4.5-7")
def test_every_n_is_listed_by_day_with_its_last_day_the_earliest_first(scene: Scene) -> None:
    tuesday = MONDAY + timedelta(days=1)
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "/"}, on=tuesday)

    found = days_without_reason(scene.viewer(scene.officer, LAST), LAST)

    assert [(day.forename, day.on, [m.session for m in day.marks]) for day in found] == [
        ("Amy", MONDAY, [AM, PM]),
        ("Ben", MONDAY, [AM]),
        ("Ben", tuesday, [AM]),
    ]
    assert [day.dates.due for day in found] == [LAST, LAST, LAST + timedelta(days=1)]
    assert running_out_count(scene.viewer(scene.officer, LAST), LAST) == 3


def test_what_was_settled_is_listed_no_more_and_an_n_that_came_back_is(scene: Scene) -> None:
    amend(scene, scene.ben, "M", at(11))
    amend(scene, scene.amy, "I", at(11))
    amend(scene, scene.amy, "N", at(12), seen=2)

    found = days_without_reason(scene.viewer(scene.officer, LAST), LAST)

    assert [(day.forename, [mark.version for mark in day.marks]) for day in found] == [("Amy", [3, 1])]


@pytest.mark.policy("P-4.5-5", "P-4.5-6")
def test_a_named_person_confirms_o_for_several_at_once_with_one_reason(scene: Scene) -> None:
    made = confirm(scene, to_o(scene.amy), to_o(scene.amy, session=PM), to_o(scene.ben))

    assert made.saved_count == 3
    assert scene.marks() == {"Amy": ["N", "O"], "Ben": ["N", "O"], "Cat": ["/"]}
    assert {(e.by_name, e.by_position, e.reason) for e in Entry.objects.filter(code="O")} == {
        ("Ann Officer", "Attendance Officer", WHY)
    }
    event = Event.objects.get(type="register.marks.amended")
    assert (event.facts["reason"], event.facts["pupils"]) == (WHY, 2)
    assert days_without_reason(scene.viewer(scene.officer, LAST), LAST) == []


def test_the_same_form_twice_confirms_once(scene: Scene) -> None:
    key = uuid4()
    confirm(scene, to_o(scene.amy), key=key)

    assert confirm(scene, to_o(scene.amy), key=key).saved_count == 1
    assert scene.marks()["Amy"] == ["N", "O"]


@pytest.mark.policy("P-4.5-7")
def test_before_the_last_day_it_is_refused_and_nothing_changes(scene: Scene) -> None:
    friday = LAST - timedelta(days=3)
    with pytest.raises(Refused, match="can still be found out until Monday 21 September 2026"):
        confirm(scene, to_o(scene.amy), when=at(15, on=friday))

    assert scene.marks()["Amy"] == ["N"]


def test_what_can_not_be_confirmed_is_refused_and_nothing_changes(scene: Scene) -> None:
    with pytest.raises(Refused, match="Nothing is ticked"):
        confirm(scene)
    with pytest.raises(Refused, match="What is confirmed here is O"):
        confirm(scene, Change(scene.amy.pk, MONDAY, AM, 1, "I"))
    with pytest.raises(Refused, match="not N"):
        confirm(scene, to_o(scene.amy), to_o(scene.cat))
    with pytest.raises(Refused, match="Say why"):
        confirm(scene, to_o(scene.amy), reason="  ")
    assert not Entry.objects.filter(code="O").exists()


def test_a_mark_changed_meanwhile_is_left_alone(scene: Scene) -> None:
    amend(scene, scene.amy, "I", at(9, on=LAST))

    with pytest.raises(ChangedMeanwhile):
        confirm(scene, to_o(scene.amy), to_o(scene.ben))
    assert scene.marks() == {"Amy": ["N", "I"], "Ben": ["N"], "Cat": ["/"]}


def test_the_office_and_the_teacher_may_not_and_no_other_schools_mark_is_reached(scene: Scene) -> None:
    for person in (scene.office, scene.teacher):
        with pytest.raises(Refused, match="You may not settle"):
            confirm(scene, to_o(scene.amy), person=person)
    other = make_school("Elm Road School")
    stranger = viewer_of(make_person(other, Role.ATTENDANCE_OFFICER), LAST, other)
    with pytest.raises(Refused):
        confirm_unknown(
            viewer=stranger,
            changes=[to_o(scene.amy)],
            reason=WHY,
            key=uuid4(),
            by=stranger.actor,
            at=at(10, on=LAST),
        )
    assert days_without_reason(stranger, LAST) == []
    assert scene.marks()["Amy"] == ["N"]


# --- The duty --------------------------------------------------------------------------------------------------------


def of_monday(scene: Scene, now: datetime) -> dict[str, Any]:
    return {each.about: each for each in owed(scene.viewer(scene.head, LAST), MONDAY, MONDAY, now)}


@pytest.mark.policy("P-4.5-7", "P-3.1-2", "P-3.1-7")
def test_each_day_with_n_is_owed_by_the_end_of_the_fifth_school_day(scene: Scene) -> None:
    amy = of_monday(scene, at(10, on=LAST))["Amy Abbott, 7A"]

    assert (amy.arose_at, amy.due_at.date()) == (at(9, 5), LAST)
    assert amy.what == "Settle the reason: Mon 14 Sep, morning and afternoon"
    assert amy.standing(at(10, on=LAST)) is Standing.TODAY
    assert amy.standing(at(0, 0, on=LAST + timedelta(days=1))) is Standing.OVERDUE


def test_it_is_done_with_the_later_of_both_sessions_and_says_how(scene: Scene) -> None:
    amend(scene, scene.amy, "I", at(15))
    half = of_monday(scene, at(16))["Amy Abbott, 7A"]
    amend(scene, scene.amy, "O", at(9, on=LAST + timedelta(days=1)), session=PM)
    whole = of_monday(scene, at(10, on=LAST + timedelta(days=1)))["Amy Abbott, 7A"]

    assert half.done_at is None
    assert whole.standing(at(10, on=LAST + timedelta(days=1))) is Standing.DONE_LATE
    assert whole.done_at == at(9, on=LAST + timedelta(days=1))
    assert "I, Illness, by Ann Officer; O, Other or unknown reason, by Ann Officer" in whole.what


def test_one_who_came_while_the_register_was_open_was_never_owed(scene: Scene) -> None:
    amend_at = at(9, 20)
    viewer = scene.viewer(scene.officer)
    amend_mark(
        viewer=viewer,
        pupil_id=scene.ben.pk,
        on=MONDAY,
        school_session=AM,
        right=RightMark("L", "Came at 09:20", 20),
        seen_version=1,
        key=uuid4(),
        by=viewer.actor,
        at=amend_at,
    )
    assert set(of_monday(scene, at(16))) == {"Amy Abbott, 7A"}


def test_the_figure_of_the_year_counts_what_was_due(scene: Scene) -> None:
    amend(scene, scene.ben, "I", at(15))

    found = kept_this_year(scene.viewer(scene.head, LAST), at(10, on=LAST + timedelta(days=1)))

    assert (found.in_time, found.overdue, found.due) == (1, 1, 2)


def test_however_many_pupils_the_queries_stay_the_same(scene: Scene) -> None:
    pupils = [make_pupil(scene.school, scene.group, f"Pupil{n}", "Pat") for n in range(12)]
    make_marks(scene.viewer(scene.officer), {(pupil, MONDAY, PM): "N" for pupil in pupils}, at(13))
    viewer = scene.viewer(scene.officer, LAST)
    days_without_reason(viewer, LAST)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(days_without_reason(viewer, LAST)) == 14
    with CaptureQueriesContext(connection) as owed_asked:
        assert len(owed(viewer, MONDAY, LAST, at(10, on=LAST))) == 14
    assert (len(asked), len(owed_asked)) == (3, 2)


# --- The page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_who_may_open_the_list(scene: Scene, role: Role) -> None:
    client = sign_in(Client(), make_person(scene.school, role))
    expected = 200 if Permission.CONTACT_RECORD in ROLE_PERMISSIONS[role] else 403
    assert client.get(PAGE).status_code == expected


def test_the_office_finds_the_mark_of_each_session_and_no_o_to_confirm(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.office).get(PAGE).content.decode()

    assert f"/pupils/{scene.amy.pk}/marks/2026-09-14/am/" in page
    assert "Abbott" in page
    assert "Brown" in page
    assert "Confirm O" not in page


def test_those_ticked_become_o_on_the_page(scene: Scene, client: Client) -> None:
    sign_in(client, scene.officer)
    cell = f"{scene.amy.pk}-2026-09-14-AM-1"
    data = {"key": str(uuid4()), "take": [cell], "reason": WHY}

    answer = client.post(PAGE, data, follow=True)

    assert "1 session is O now, unknown, confirmed by Ann Officer." in answer.content.decode()
    assert scene.marks()["Amy"] == ["N", "O"]


@pytest.mark.parametrize(
    ("take", "reason", "message"),
    [
        ([], WHY, "Nothing is ticked"),
        (["AMY"], "", "missing"),
        (["AMY"], "x" * 301, "300"),
        (["rubbish"], WHY, "no session of this list"),
        (["1-2026-02-31-AM-1"], WHY, "no session of this list"),
        (["999999999999999999-2026-09-14-AM-1"], WHY, "not on the register"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    scene: Scene, client: Client, take: list[str], reason: str, message: str
) -> None:
    cells = [each.replace("AMY", f"{scene.amy.pk}-2026-09-14-AM-1") for each in take]
    answer = sign_in(client, scene.officer).post(PAGE, {"key": str(uuid4()), "take": cells, "reason": reason})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert message in page
    assert ("checked" in page) is (take == ["AMY"])
    assert scene.marks()["Amy"] == ["N"]


def test_today_warns_those_who_can_act_until_nothing_runs_out(scene: Scene) -> None:
    officer = scene.viewer(scene.officer, LAST)
    card = today_card(officer, at(10, on=LAST))

    assert card is not None
    assert (card.title, [line.urgent for line in card.lines]) == (
        "Reasons that run out: 2",
        ["last day", "last day"],
    )
    late = today_card(officer, at(10, on=LAST + timedelta(days=1)))
    assert late is not None
    assert late.summary == "2 overdue. No N may be left."
    assert today_card(officer, at(10, on=LAST - timedelta(days=3))) is None
    assert today_card(scene.viewer(scene.teacher, LAST), at(10, on=LAST)) is None


def test_an_n_of_a_group_of_another_school_is_nobodys_here(scene: Scene, client: Client) -> None:
    other = make_school("Elm Road School")
    pupil = make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")
    officer = viewer_of(make_person(other, Role.ATTENDANCE_OFFICER), MONDAY, other)
    make_marks(officer, {(pupil, MONDAY, AM): "N"}, at(10))

    assert "Stranger" not in sign_in(client, scene.officer).get(PAGE).content.decode()
