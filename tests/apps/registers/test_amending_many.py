"""Many marks amended at once: all or none, one save, one reason, and each by the rules of a single amendment."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.audit.presenters import line
from rollbook.apps.audit.queries import Known
from rollbook.apps.registers.actions import amending_many
from rollbook.apps.registers.actions.amending_many import AmendedMany, ChangedMeanwhile, amend_many
from rollbook.apps.registers.actions.many_marks import MOST_CHANGES, Change, Effect, outcomes_of
from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries.proof import prove
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at, mark
from tests.factories.people import make_person, make_school
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


@pytest.fixture
def scene() -> Scene:
    """Monday morning taken: Amy N, Ben present, Cat five minutes late."""
    scene = Scene()
    scene.take({scene.amy: "N", scene.ben: "/", scene.cat: "L"})
    return scene


def to(
    pupil: Pupil,
    code: str,
    *,
    on: date = MONDAY,
    session: SchoolSession = AM,
    seen: int = 1,
    minutes: int | None = None,
    note: str = "",
) -> Change:
    """A mark of Monday morning as it should be."""
    return Change(pupil.pk, on, session, seen, code, minutes, note)


def amend(
    scene: Scene,
    changes: Sequence[Change],
    *,
    by: User | None = None,
    reason: str = "Virus in 7A, parents rang",
    key: UUID | None = None,
) -> AmendedMany:
    """On Wednesday at 15:12 by the attendance officer, unless said otherwise."""
    viewer = scene.viewer(by or scene.officer, WEDNESDAY)
    return amend_many(
        viewer=viewer, changes=changes, reason=reason, key=key or uuid4(), by=viewer.actor,
        at=at(15, 12, on=WEDNESDAY),
    )  # fmt: skip


@pytest.mark.policy("P-4.1-4")
def test_every_mark_gets_its_own_version_and_all_are_one_save(scene: Scene) -> None:
    done = amend(scene, [to(scene.amy, "I"), to(scene.ben, "I"), to(scene.dan, "I", seen=0)])

    assert (done.saved_count, done.unchanged_count) == (3, 0)
    assert scene.marks() == {"Amy": ["N", "I"], "Ben": ["/", "I"], "Cat": ["L"], "Dan": ["I"]}
    save = Save.objects.get(pk=done.save_id)
    assert (save.kind, save.entry_count) == ("amendment", 3)
    for entry in save.entries.all():
        assert (entry.reason, entry.by_name, entry.by_position) == (
            "Virus in 7A, parents rang", "Ann Officer", "Attendance Officer",
        )  # fmt: skip


def test_the_chain_is_still_whole(scene: Scene) -> None:
    amend(scene, [to(scene.amy, "I"), to(scene.cat, "M", note="Dentist, Tess' idea: “x” \\ / é")])
    assert prove(scene.school.pk).is_whole


def test_one_event_says_what_was_done_to_whom_over_which_days(scene: Scene) -> None:
    done = amend(scene, [to(scene.amy, "I"), to(scene.amy, "I", on=TUESDAY, seen=0), to(scene.ben, "I")])

    event = Event.objects.get(type="register.marks.amended")
    facts = event.facts
    assert event.subject == f"save:{done.save_id}"
    assert (facts["first_day"], facts["last_day"], facts["pupils"]) == ("2026-09-14", "2026-09-15", 2)
    assert facts["reason"] == "Virus in 7A, parents rang"
    assert [(each["pupil"], each["code"]) for each in facts["amended"]] == [
        (scene.amy.pk, "I"), (scene.ben.pk, "I"),
    ]  # fmt: skip


def test_the_audit_log_says_it_in_a_line_for_each_pupil(scene: Scene) -> None:
    days = [MONDAY - timedelta(days=each) for each in (7, 6, 5)]
    amend(scene, [to(scene.amy, "N", on=on, seen=0) for on in days], reason="Found on paper")
    amend(scene, [to(scene.amy, "I", on=on) for on in days] + [to(scene.ben, "M")])
    event = Event.objects.filter(type="register.marks.amended").latest("pk")
    known = {f"pupil:{pupil.pk}": Known(pupil.forename, "") for pupil in (scene.amy, scene.ben)}
    shown = line(event, known, may_see_pupils=True)
    assert shown.words == "Amended many marks at once, 7 September 2026 to 14 September 2026: 4 marks"
    assert sorted(shown.details) == [  # PostgreSQL keeps the facts of an event in an order of its own
        "Amy: 3 marks amended to I", "Ben: amended to M", "Pupils: 2", "Reason: Virus in 7A, parents rang",
    ]  # fmt: skip


def test_a_single_mark_is_told_like_any_amendment(scene: Scene) -> None:
    amend(scene, [to(scene.amy, "I")])
    event = Event.objects.get(type="register.mark.amended")
    assert (event.subject, event.facts["on"]) == (f"pupil:{scene.amy.pk}", "2026-09-14")


def test_a_missing_mark_keeps_why_it_was_made_only_now(scene: Scene) -> None:
    amend(scene, [to(scene.dan, "/", seen=0), to(scene.dan, "\\", seen=0, session=PM)])
    entries = Entry.objects.filter(pupil=scene.dan)
    assert [(each.version, each.reason) for each in entries] == [(1, "Virus in 7A, parents rang")] * 2


def test_the_mark_that_stands_already_is_left_out(scene: Scene) -> None:
    done = amend(scene, [to(scene.amy, "N"), to(scene.cat, "L"), to(scene.ben, "M")])
    assert (done.saved_count, done.unchanged_count) == (1, 2)
    with pytest.raises(Refused, match="Nothing would change"):
        amend(scene, [to(scene.amy, "N")])


def test_the_same_form_sent_twice_amends_once(scene: Scene) -> None:
    key = uuid4()
    first = amend(scene, [to(scene.amy, "I"), to(scene.ben, "I")], key=key)
    second = amend(scene, [to(scene.amy, "I"), to(scene.ben, "I")], key=key)
    assert first == second
    assert scene.marks() == {"Amy": ["N", "I"], "Ben": ["/", "I"], "Cat": ["L"]}


# --- Nothing is saved -------------------------------------------------------------------------------------------


def refusals(scene: Scene, changes: Sequence[Change], **more: Any) -> list[tuple[str, str]]:
    """Why these changes are refused; nothing may be saved by them."""
    before = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        amend(scene, changes, **more)
    assert Entry.objects.count() == before
    assert not Event.objects.filter(type__startswith="register.mark").exists()
    return [(each.field, each.message) for each in refused.value.refusals]


def test_one_that_can_not_be_right_holds_all_back_and_says_which(scene: Scene) -> None:
    found = refusals(scene, [to(scene.amy, "I"), to(scene.ben, "C"), to(scene.cat, "\\")])
    assert [field for field, _ in found] == [f"{scene.ben.pk}-2026-09-14-AM", f"{scene.cat.pk}-2026-09-14-AM"]
    assert "set by the head teacher" in found[0][1]
    assert "use /" in found[1][1]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("#", "school calendar"), ("Z", "not started yet"), ("H", "ended on 18 August 2024"), ("q?", "not an"),
        ("", "not an attendance code"), ("i", "write it as I"),
    ],
)  # fmt: skip
def test_codes_that_are_none(scene: Scene, code: str, why: str) -> None:
    [(field, message)] = refusals(scene, [to(scene.amy, code)])
    assert (field, why in message) == (f"{scene.amy.pk}-2026-09-14-AM", True), message


@pytest.mark.parametrize(
    ("on", "session", "why"),
    [
        (date(2026, 9, 13), AM, "weekend"),
        (date(2026, 9, 17), AM, "not opened yet"),
        (date(2026, 9, 1), PM, "INSET"),
        (date(2019, 9, 2), AM, "none of the academic years"),
    ],
)
def test_days_that_have_no_mark(scene: Scene, on: date, session: SchoolSession, why: str) -> None:
    [(_, message)] = refusals(scene, [to(scene.amy, "I", on=on, session=session, seen=0)])
    assert why in message


def test_each_l_needs_its_minutes_and_a_trip_its_nature(scene: Scene) -> None:
    scene.plan_trip(scene.ben)
    found = refusals(scene, [to(scene.amy, "L"), to(scene.ben, "V"), to(scene.dan, "L", seen=0, minutes=40)])
    assert [field.split("-")[0] for field, _ in found] == ["minutes_late", "note", "minutes_late"]
    assert "Give the minutes late" in found[0][1]
    assert "L can't be used after 09:30" in found[2][1]
    amend(scene, [to(scene.amy, "L", minutes=7), to(scene.ben, "V", note="Science museum, Mr Other")])
    assert scene.marks()["Ben"] == ["/", "V"]


@pytest.mark.policy("P-A-10", "P-A-13")
def test_many_are_refused_what_one_would_be_for_the_same_pupil(scene: Scene) -> None:
    scene.plan_trip(scene.ben)
    found = refusals(
        scene, [to(scene.amy, "V", note="Museum"), to(scene.ben, "V", note="Museum"), to(scene.cat, "X")]
    )
    assert len(found) == 2
    assert "V needs a member of the school's staff in charge" in found[0][1]
    assert "X is only for pupils who are not of compulsory school age" in found[1][1]
    assert scene.marks() == {"Amy": ["N"], "Ben": ["/"], "Cat": ["L"]}


@pytest.mark.parametrize(
    ("reason", "field"), [("", "reason"), ("  \n", "reason"), ("x" * 301, "reason"), ("a\x00b", "reason")]
)
def test_a_reason_that_can_stand(scene: Scene, reason: str, field: str) -> None:
    assert [each for each, _ in refusals(scene, [to(scene.amy, "I")], reason=reason)] == [field]


def test_nothing_too_much_and_nothing_twice(scene: Scene) -> None:
    assert "No mark is chosen" in refusals(scene, [])[0][1]
    assert "twice" in refusals(scene, [to(scene.amy, "I"), to(scene.amy, "M")])[0][1]
    many = [to(scene.amy, "I", on=MONDAY + timedelta(days=n)) for n in range(MOST_CHANGES + 1)]
    assert "too many to look through" in refusals(scene, many)[0][1]


def test_pupils_of_another_school_and_not_yet_on_roll(scene: Scene) -> None:
    other = make_school("Other School")
    otto = make_pupil(other, make_group(other, "7A"), "Other", "Otto")
    later = make_pupil(scene.school, scene.group, "Later", "Lou", first_day=TUESDAY)
    for pupil in (otto, later):
        [(_, message)] = refusals(scene, [to(pupil, "I", seen=0)])
        assert message == "This pupil was not on the register on this day."
    outcome = outcomes_of(scene.viewer(scene.officer), [to(otto, "I", seen=0)], at(15, on=WEDNESDAY))[0]
    assert (outcome.surname, outcome.now) == ("", None)


@pytest.mark.parametrize("role", Role, ids=str)
def test_who_may(scene: Scene, role: Role) -> None:
    person = make_person(scene.school, role)
    if Permission.REGISTER_AMEND in ROLE_PERMISSIONS[role]:
        assert amend(scene, [to(scene.amy, "I"), to(scene.ben, "I")], by=person).saved_count == 2
    else:
        assert "may not amend" in refusals(scene, [to(scene.amy, "I"), to(scene.ben, "I")], by=person)[0][1]


def test_what_somebody_else_saved_meanwhile_is_never_gone_over(scene: Scene) -> None:
    scene.take([mark(scene.ben, "N", seen=1)], by=scene.office, reason="Left early", when=at(9, 20))
    with pytest.raises(ChangedMeanwhile) as meanwhile:
        amend(scene, [to(scene.amy, "I"), to(scene.ben, "I")])
    [outcome] = meanwhile.value.outcomes
    assert (outcome.forename, outcome.now.code, outcome.now.by_name) == ("Ben", "N", "Ola Office")  # type: ignore[union-attr]
    assert scene.marks()["Amy"] == ["N"]


def test_one_who_comes_between_the_look_and_the_save(scene: Scene) -> None:
    changes = [to(scene.amy, "I"), to(scene.ben, "I")]
    viewer = scene.viewer(scene.officer)
    looked = outcomes_of(viewer, changes, at(15, on=WEDNESDAY))
    scene.take([mark(scene.ben, "N", seen=1)], by=scene.office, reason="Left early", when=at(9, 20))
    again = outcomes_of(viewer, changes, at(15, on=WEDNESDAY))
    with (
        patch.object(amending_many, "outcomes_of", side_effect=[looked, again]),
        pytest.raises(ChangedMeanwhile) as meanwhile,
    ):
        amend(scene, changes)
    assert [each.forename for each in meanwhile.value.outcomes] == ["Ben"]
    assert scene.marks()["Amy"] == ["N"]


def test_nothing_changes_when_the_event_can_not_be_written(scene: Scene) -> None:
    with (
        patch(
            "rollbook.apps.registers.actions.writing.event_to_record", side_effect=RuntimeError("disk full")
        ),
        pytest.raises(RuntimeError),
    ):
        amend(scene, [to(scene.amy, "I"), to(scene.ben, "I")])
    assert scene.marks() == {"Amy": ["N"], "Ben": ["/"], "Cat": ["L"]}


# --- What it would do -------------------------------------------------------------------------------------------


def test_what_each_change_would_do(scene: Scene) -> None:
    eve = make_pupil(scene.school, scene.group, "Early", "Eve")
    scene.take([mark(eve, "N"), mark(scene.amy, "I", seen=1)], by=scene.office, reason="x", when=at(9, 20))
    found = outcomes_of(
        scene.viewer(scene.officer),
        [
            to(scene.amy, "M"), to(scene.ben, "I"), to(scene.cat, "/"), to(eve, "I"), to(scene.dan, "I", seen=0),
            to(scene.ben, "I", on=TUESDAY, seen=0), to(scene.cat, "#", on=TUESDAY, seen=0),
        ],
        at(15, on=TUESDAY),
    )  # fmt: skip
    assert [(each.forename, each.change.on.day, each.effect) for each in found] == [
        ("Amy", 14, Effect.MEANWHILE),
        ("Ben", 14, Effect.LOSES_PRESENCE),
        ("Ben", 15, Effect.FILLS),
        ("Cat", 14, Effect.AMENDS),
        ("Cat", 15, Effect.REFUSED),
        ("Dan", 14, Effect.FILLS),
        ("Eve", 14, Effect.AMENDS),
    ]


def test_more_marks_cost_no_more_queries(scene: Scene) -> None:
    pupils = [make_pupil(scene.school, scene.group, f"More {number:02}", "Mo") for number in range(20)]
    days = [date(2026, 9, 7) + timedelta(days=n) for n in range(5)]
    counts = []
    for part, of_days in ((pupils[:1], days[:1]), (pupils, days[1:])):
        changes = [
            to(pupil, "I", on=on, session=session, seen=0)
            for pupil in part
            for on in of_days
            for session in SchoolSession
        ]
        with CaptureQueriesContext(connection) as queries:
            amend(scene, changes)
        statements = [each["sql"] for each in queries if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 10
    assert Entry.objects.filter(code="I").count() == 2 + 20 * 4 * 2


def test_a_thousand_that_are_taken_are_found_with_one_query(scene: Scene) -> None:
    changes = [to(pupil, "I") for pupil in (scene.amy, scene.ben, scene.cat)]
    looked = outcomes_of(scene.viewer(scene.officer), changes, at(15, on=WEDNESDAY))
    amend(scene, changes[2:], reason="First")
    counts = []
    for part in (changes[2:], changes):
        chosen = [each for each in looked if each.change in part]
        with (
            patch.object(amending_many, "outcomes_of", side_effect=[chosen, []]),
            CaptureQueriesContext(connection) as queries,
            pytest.raises(ChangedMeanwhile),
        ):
            amend(scene, part)
        counts.append(len(queries))
    assert counts[0] == counts[1]
