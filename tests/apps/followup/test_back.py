"""Back at school: read from the marks who is to be met; what is recorded stays, and how the pupil was is for few."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.followup.actions.back import record_check
from rollbook.apps.followup.models import BackCheck
from rollbook.apps.followup.presenters.back import pupil_card
from rollbook.apps.followup.queries.back import returned
from rollbook.apps.followup.queries.owed_back import owed
from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.schools.models import PolicySetting
from rollbook.apps.schools.queries import forget_timetables
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.back import CheckDraft
from rollbook.domain.duties import Owed, Standing
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_pupil
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db

PAGE = "/absence/back/"
DAYS = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8)]
BACK = DAYS[5]  # Monday 21 September
MET = CheckDraft(
    is_met=True,
    at=at(9, 40, on=BACK),
    feeling="unsettled",
    is_ready=True,
    adjusted_times="Comes at 09:10 this week",
    note="Worried about the lunch queue",
)


@pytest.fixture(autouse=True)
def back_on_monday() -> Iterator[None]:
    with time_machine.travel(at(10, on=BACK), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Amy was ill for a week and is back on Monday; Ben missed one afternoon and was back the next morning."""
    scene = Scene()
    viewer = scene.viewer(scene.officer)
    marks = {(scene.amy, day, session): "I" for day in DAYS[:5] for session in (AM, PM)}
    marks |= {(scene.amy, BACK, AM): "/", (scene.ben, DAYS[0], PM): "N", (scene.ben, DAYS[1], AM): "/"}
    make_marks(viewer, marks, at(9, 10, on=BACK))
    return scene


def record(scene: Scene, draft: CheckDraft = MET, *, when: datetime | None = None, **given: Any) -> BackCheck:
    person = given.pop("person", scene.officer)
    viewer = given.pop("viewer", None) or scene.viewer(person, BACK)
    values: dict[str, Any] = {
        "pupil_id": scene.amy.pk,
        "returned_on": BACK,
        "met_by_id": scene.head.pk if draft.is_met else None,
        "seen_count": 0,
        "key": uuid4(),
    } | given
    return record_check(viewer=viewer, draft=draft, by=viewer.actor, at=when or at(10, on=BACK), **values)


def owed_of(scene: Scene, now: datetime) -> dict[str, list[Owed]]:
    found: dict[str, list[Owed]] = {}
    for each in owed(scene.viewer(scene.head, BACK), MONDAY, now.date(), now):
        found.setdefault(each.about, []).append(each)
    return found


@pytest.mark.policy("P-7.3-1")
def test_who_is_back_is_read_from_the_marks(scene: Scene) -> None:
    found = returned(scene.viewer(scene.officer, BACK), MONDAY, BACK, at(10, on=BACK))

    assert [(r.forename, r.back.on, r.back.session, r.due.is_full, r.due.due_on) for r in found] == [
        ("Ben", DAYS[1], AM, False, DAYS[1]),
        ("Amy", BACK, AM, True, DAYS[6]),
    ]


@pytest.mark.policy("P-7.3-1", "P-7.3-2", "P-7.3-4")
def test_a_meeting_is_recorded_with_who_met_the_pupil_and_how_the_pupil_was(scene: Scene) -> None:
    made = record(scene)

    assert (made.met_by_name, made.feeling, made.by_name, made.by_position) == (
        "Hal Head",
        "unsettled",
        "Ann Officer",
        "Attendance Officer",
    )
    event = Event.objects.get(type="followup.back.checked")
    assert event.subject == f"pupil:{scene.amy.pk}"
    # How the pupil was is for few eyes: the log does not repeat it.
    assert "lunch" not in str(event.facts)
    assert "unsettled" not in str(event.facts)


def test_the_same_form_twice_records_it_once_and_another_persons_meeting_is_shown_first(scene: Scene) -> None:
    key = uuid4()
    assert record(scene, key=key) == record(scene, key=key)
    with pytest.raises(Refused, match="Somebody else recorded"):
        record(scene)
    assert record(scene, seen_count=1).pk
    assert BackCheck.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"met_by_id": None}, "met_by"),
        ({"met_by_id": 987_654_321}, "met_by"),
        ({"returned_on": DAYS[4]}, ""),
        ({"returned_on": date(2027, 1, 4)}, ""),
        ({"pupil_id": 987_654_321}, ""),
        ({"draft": CheckDraft(is_met=True, at=at(9, on=BACK))}, "feeling"),
        ({"draft": CheckDraft(is_met=False)}, "because"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_kept(
    scene: Scene, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        record(scene, **given)
    assert field in {each.field for each in refused.value.refusals}
    assert not BackCheck.objects.exists()
    assert not Event.objects.filter(type__startswith="followup.").exists()


def test_who_may_not_and_another_schools_people_are_refused(scene: Scene) -> None:
    with pytest.raises(Refused, match="You may not record"):
        record(scene, person=scene.teacher)
    other = make_school("Elm Road School")
    stranger = viewer_of(make_person(other, Role.PASTORAL_LEAD), BACK, other)
    with pytest.raises(Refused, match="does not show"):
        record(scene, viewer=stranger)
    assert returned(stranger, MONDAY, BACK, at(10, on=BACK)) == []


def test_the_database_keeps_what_was_recorded(scene: Scene) -> None:
    made = record(scene)
    with pytest.raises(DatabaseError), transaction.atomic():
        BackCheck.objects.filter(pk=made.pk).update(note="")
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()


@pytest.mark.policy("P-7.3-1", "P-3.1-7")
def test_each_return_is_owed_and_done_when_they_met(scene: Scene) -> None:
    now = at(10, on=BACK)
    [ben] = owed_of(scene, now)["Ben Brown, 7A"]
    [amy] = owed_of(scene, now)["Amy Abbott, 7A"]

    assert (ben.standing(now), amy.standing(now)) == (Standing.OVERDUE, Standing.COMING)
    assert amy.what == "Welcome back after 5 school days, the full check"
    assert (amy.arose_at, amy.due_at.date()) == (at(9, on=BACK), DAYS[6])

    record(scene)
    [amy] = owed_of(scene, now)["Amy Abbott, 7A"]
    assert (amy.done_at, amy.standing(now)) == (MET.at, Standing.DONE)


def test_a_meeting_that_was_agreed_is_owed_until_it_is_held_or_dropped(scene: Scene) -> None:
    now = at(10, on=BACK)
    record(scene, CheckDraft(**{**_fields(MET), "next_check_on": DAYS[6]}))
    [_, again] = owed_of(scene, now)["Amy Abbott, 7A"]
    assert (again.standing(now), again.due_at.date()) == (Standing.COMING, DAYS[6])

    record(scene, CheckDraft(is_met=False, because="Amy says she is well"), seen_count=1)
    [_, again] = owed_of(scene, now)["Amy Abbott, 7A"]
    assert (again.standing(now), again.dropped_because) == (Standing.NOT_NEEDED, "Amy says she is well")


def _fields(draft: CheckDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__slots__}


def test_not_needed_counts_in_no_figure(scene: Scene) -> None:
    record(
        scene,
        CheckDraft(is_met=False, because="Seen by the form tutor"),
        pupil_id=scene.ben.pk,
        returned_on=DAYS[1],
    )
    now = at(10, on=BACK)
    [ben] = owed_of(scene, now)["Ben Brown, 7A"]
    assert ben.standing(now) is Standing.NOT_NEEDED


def test_a_record_stays_with_the_return_when_the_day_is_amended_since(scene: Scene) -> None:
    record(scene)
    viewer = scene.viewer(scene.officer, DAYS[6])
    make_marks(viewer, {(scene.amy, DAYS[6], AM): "/"}, at(9, 10, on=DAYS[6]))
    amend_mark(
        viewer=viewer,
        pupil_id=scene.amy.pk,
        on=BACK,
        school_session=AM,
        right=RightMark("I", "It was her sister"),
        seen_version=1,
        key=uuid4(),
        by=viewer.actor,
        at=at(9, 30, on=DAYS[6]),
    )
    [amy] = [r for r in returned(viewer, MONDAY, DAYS[6], at(10, on=DAYS[6])) if r.forename == "Amy"]
    assert (amy.back.on, len(amy.checks)) == (DAYS[6], 1)


def test_the_schools_settings_say_who_is_met(scene: Scene) -> None:
    def choose(name: str, value: int) -> None:
        PolicySetting.objects.create(
            school=scene.school, name=name, value=value, effective_from=MONDAY, approved_at_meeting="Sept"
        )
        forget_timetables()

    def names() -> list[str]:
        found = returned(scene.viewer(scene.officer, BACK), MONDAY, BACK, at(10, on=BACK))
        return [each.forename for each in found]

    choose("back_from_sessions", 2)
    assert names() == ["Amy"]
    choose("back_checks", 0)
    assert names() == []


def test_however_many_pupils_the_queries_stay_the_same(scene: Scene) -> None:
    pupils = [make_pupil(scene.school, scene.group, f"Pupil{n}", "Pat") for n in range(12)]
    marks = {(pupil, day, AM): code for pupil in pupils for day, code in zip(DAYS, "I/", strict=False)}
    make_marks(scene.viewer(scene.officer), marks, at(9, 15, on=BACK))
    viewer = scene.viewer(scene.officer, BACK)
    returned(viewer, MONDAY, BACK, at(10, on=BACK))
    with CaptureQueriesContext(connection) as asked:
        assert len(owed(viewer, MONDAY, BACK, at(10, on=BACK))) == 14
    assert len(asked) == 3


# --- The pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_who_may_open_them(scene: Scene, role: Role) -> None:
    client = sign_in(Client(), make_person(scene.school, role))
    expected = 200 if Permission.CONTACT_RECORD in ROLE_PERMISSIONS[role] else 403
    assert client.get(PAGE).status_code == expected
    assert client.get(f"{PAGE}{scene.amy.pk}/2026-09-21/").status_code == expected


def test_how_the_pupil_was_is_read_by_those_who_work_with_welfare(scene: Scene) -> None:
    record(scene)
    address = f"{PAGE}{scene.amy.pk}/2026-09-21/"
    office = sign_in(Client(), scene.office).get(address).content.decode()
    pastoral = sign_in(Client(), make_person(scene.school, Role.PASTORAL_LEAD)).get(address).content.decode()

    assert "Comes at 09:10 this week" in office
    assert "lunch queue" not in office
    assert "Recorded; for those who work with welfare" in office
    assert "lunch queue" in pastoral
    assert "Yellow zone" in pastoral
    assert Event.objects.filter(type="roll.pupil.viewed").count() == 2


def sent(scene: Scene, **given: Any) -> dict[str, Any]:
    return {
        "act": "met",
        "key": str(uuid4()),
        "seen_count": "0",
        "met_by": str(scene.head.pk),
        "met_on": "2026-09-21",
        "met_time": "09:40",
        "feeling": "ready",
        "is_ready": "yes",
        "work_missed": "Maths, with Mr Asare",
    } | given


def test_the_form_records_the_meeting_and_leads_back_to_the_list(scene: Scene, client: Client) -> None:
    answer = sign_in(client, scene.officer).post(
        f"{PAGE}{scene.amy.pk}/2026-09-21/", sent(scene), follow=True
    )
    page = answer.content.decode()

    assert "Recorded for Amy Abbott." in page
    assert "Met by Hal Head, Mon 21 Sep 09:40" in page
    assert BackCheck.objects.get().work_missed == "Maths, with Mr Asare"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"met_time": ""}, "Enter a time."),
        ({"met_time": "23:59"}, "can’t be still to come"),
        ({"feeling": ""}, "say how the pupil is"),
        ({"feeling": "purple"}, "purple"),
        ({"met_by": "999999"}, "Who met the pupil"),
        ({"work_missed": "x" * 301}, "300"),
        ({"next_check_on": "2026-09-21"}, "from tomorrow on"),
        ({"seen_count": "-1"}, ""),
        (
            {"act": "not-needed", "not-key": str(uuid4()), "not-seen_count": "0"},
            "Why it is not needed is missing",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    scene: Scene, client: Client, given: dict[str, str], message: str
) -> None:
    answer = sign_in(client, scene.officer).post(f"{PAGE}{scene.amy.pk}/2026-09-21/", sent(scene, **given))

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not BackCheck.objects.exists()


def test_not_needed_is_recorded_with_why(scene: Scene, client: Client) -> None:
    data = {
        "act": "not-needed",
        "not-key": str(uuid4()),
        "not-seen_count": "0",
        "not-because": "Dentist only",
    }
    sign_in(client, scene.officer).post(f"{PAGE}{scene.ben.pk}/2026-09-15/", data)

    assert BackCheck.objects.get().because == "Dentist only"
    assert Event.objects.filter(type="followup.back.not_needed").count() == 1


def test_there_is_no_page_for_what_is_no_return(scene: Scene, client: Client) -> None:
    sign_in(client, scene.officer)
    for address in (f"{scene.cat.pk}/2026-09-21/", f"{scene.amy.pk}/2026-09-18/", f"{10**25}/2026-09-21/"):
        assert client.get(f"{PAGE}{address}").status_code == 404


def test_the_pupils_page_says_who_was_met_for_those_who_follow_up(scene: Scene) -> None:
    officer = scene.viewer(scene.officer, BACK)
    card = pupil_card(officer, at(10, on=BACK), scene.amy.pk)
    assert card is not None
    assert [(line.words, line.urgent) for line in card.lines] == [
        ("Mon 21 Sep, morning", "to be met by Tue 22 Sep")
    ]
    record(scene)
    card = pupil_card(officer, at(10, on=BACK), scene.amy.pk)
    assert card is not None
    assert [(line.more, line.urgent) for line in card.lines] == [("Met by Hal Head, Mon 21 Sep 09:40", "")]
    assert pupil_card(officer, at(10, on=BACK), scene.cat.pk) is None
    assert pupil_card(scene.viewer(scene.teacher, BACK), at(10, on=BACK), scene.amy.pk) is None
