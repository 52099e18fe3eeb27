"""The absence line: a call becomes reports, planned marks before the register opens and amendments after it."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from rollbook.apps.absence.actions.line import change_report, withdraw_report
from rollbook.apps.absence.actions.line_marks import settle_mark
from rollbook.apps.absence.models import Call, KeptMark, Report
from rollbook.apps.absence.queries.line_sessions import effects_of
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.apps.registers.queries.register import register_sheet
from rollbook.apps.roll.models import Enrolment, Pupil
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.absence.calls import away, call_of, mother_of, plans_of, told
from tests.apps.absence.records import AM, FRIDAY, PM, TUESDAY, dual, suspension, trip
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db
WEDNESDAY = MONDAY + timedelta(days=2)


def filled_in(scene: Scene, on: date = MONDAY) -> str:
    """What Amy's register is filled in with on a morning, with what stands beside it."""
    sheet = register_sheet(scene.viewer(scene.teacher, on), scene.group.pk, on, AM, at(8, 50, on=on))
    assert sheet is not None
    plan = sheet.known[scene.amy.pk].plan
    return f"{plan.code} {plan.note}" if plan else ""


def states(scene: Scene, report: Report, now: Any) -> list[str]:
    found = effects_of(scene.viewer(scene.office), [report], now)[report.pk]
    return [f"{each.on.day} {each.session.value} {each.code} {each.state.value}" for each in found]


@pytest.mark.policy("P-3.6-1", "P-4.2-1", "P-4.2-2")
def test_a_call_before_the_register_opens_is_seen_on_the_register(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    (report,) = told(scene, call_of(mother), away(scene.amy))
    call = report.call
    assert (call.caller_name, call.caller_relation, call.channel) == ("Anna Abbott", "mother", "telephone")
    assert (report.told, report.proposed_code, report.code, report.next) == ("ill", "I", "I", "nothing")
    assert filled_in(scene) == "I Ill"
    plan = PlannedMark.objects.get()
    assert (plan.source, plan.get_origin_display()) == (report.source, "Parent telephoned")
    assert scene.marks() == {}
    assert {event.type for event in Event.objects.filter(type__startswith="absence.")} == {
        "absence.call.recorded",
        "absence.report.recorded",
    }
    assert "ill" not in str(Event.objects.get(type="absence.report.recorded").facts)


def test_after_the_register_was_taken_n_becomes_the_code_with_the_time_of_the_call(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    scene.take({scene.amy: "N", scene.ben: "/", scene.cat: "/"})
    (report,) = told(scene, call_of(mother, at(9, 10)), away(scene.amy), now=at(9, 12))
    assert scene.marks()["Amy"] == ["N", "I"]
    entry = Entry.objects.get(pupil=scene.amy, version=2)
    assert (entry.reason, entry.by_name, entry.by_position) == (
        "Parent told at 09:10",
        "Ola Office",
        "Receptionist",
    )
    assert states(scene, report, at(9, 12)) == ["14 AM I marked", "14 PM I planned"]


def test_a_mark_that_nobody_made_is_filled_in_once_the_register_has_closed(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy, scene.ben)
    told(scene, call_of(mother, at(9, 29)), away(scene.amy))
    assert scene.marks() == {}
    told(scene, call_of(mother, at(9, 31)), away(scene.ben, told="none"))
    assert scene.marks() == {"Ben": ["N"]}


@pytest.mark.policy("P-4.2-2")
def test_a_pupil_marked_present_is_left_until_somebody_has_looked_at_both(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"})
    (report,) = told(scene, call_of(mother, at(9, 10)), away(scene.amy))
    assert scene.marks()["Amy"] == ["/"]
    assert states(scene, report, at(9, 11)) == ["14 AM I differs", "14 PM I planned"]
    settle(scene, report, keep_because=None)
    assert scene.marks()["Amy"] == ["/", "I"]
    assert states(scene, report, at(9, 20))[0] == "14 AM I marked"


def settle(scene: Scene, report: Report, **values: Any) -> None:
    viewer = scene.viewer(scene.office)
    settle_mark(
        **{
            "viewer": viewer,
            "report_id": report.pk,
            "on": MONDAY,
            "session": AM,
            "seen_version": 1,
            "keep_because": None,
            "key": uuid4(),
            "by": viewer.actor,
            "at": at(9, 15),
            **values,
        }
    )


def test_a_mark_may_be_kept_with_a_reason_and_is_asked_about_again_once_it_has_changed(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"})
    (report,) = told(scene, call_of(mother, at(9, 10)), away(scene.amy))
    with pytest.raises(Refused, match="Say why"):
        settle(scene, report, keep_because=" ")
    settle(scene, report, keep_because="She is in the hall")
    settle(scene, report, keep_because="She is in the hall")
    assert KeptMark.objects.get().because == "She is in the hall"
    assert scene.marks()["Amy"] == ["/"]
    assert states(scene, report, at(9, 20))[0] == "14 AM I kept"
    with pytest.raises(Refused, match="changed this mark"):
        settle(scene, report, seen_version=2, keep_because="x")
    with pytest.raises(Refused, match="nothing to settle"):
        settle(scene, report, session=PM)


def test_who_came_after_all_is_no_conflict_but_an_n_over_a_reason_is(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy, scene.ben)
    amy, ben = told(scene, call_of(mother), away(scene.amy), away(scene.ben, at="s-"))
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "/"})
    assert states(scene, amy, at(9, 30))[0] == "14 AM I since"
    assert states(scene, ben, at(9, 30))[0] == "14 AM I differs"


@pytest.mark.policy("P-3.6-1")
def test_siblings_are_told_in_one_call_each_with_their_own_days(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy, scene.dan)
    amy, dan = told(
        scene,
        call_of(mother),
        away(scene.amy, expected_back_on=WEDNESDAY),
        away(scene.dan, first_session="PM", at="s1-"),
    )
    assert Call.objects.count() == 1
    assert plans_of(amy) == [("09-14", "09-15", "I", "both")]
    assert plans_of(dan) == [("09-14", "09-14", "I", "PM")]
    assert (amy.last_day, amy.expected_back_on) == (TUESDAY, WEDNESDAY)


def test_the_same_form_sent_twice_is_recorded_once(scene: Scene) -> None:
    mother, key = mother_of(scene, scene.amy), uuid4()
    first = told(scene, call_of(mother), away(scene.amy), key=key)
    again = told(scene, call_of(mother), away(scene.amy), key=key)
    assert [each.pk for each in first] == [each.pk for each in again]
    assert (Call.objects.count(), Report.objects.count()) == (1, 1)


def test_half_days_at_the_ends_and_days_the_school_is_closed(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    (report,) = told(
        scene,
        call_of(mother),
        away(scene.amy, first_session="PM", last_day=MONDAY + timedelta(days=7), last_session="AM"),
    )
    assert plans_of(report) == [
        ("09-14", "09-14", "I", "PM"),
        ("09-15", "09-18", "I", "both"),
        ("09-21", "09-21", "I", "AM"),
    ]


@pytest.mark.policy("P-4.3-1", "P-4.3-4")
def test_an_appointment_takes_only_the_sessions_missed_and_is_m_only_where_told_in_advance(
    scene: Scene,
) -> None:
    mother = mother_of(scene, scene.amy, scene.ben, scene.cat, scene.dan)
    early = away(scene.amy, "dental", leaves_at=time(10), returns_at=time(13))
    (report,) = told(scene, call_of(mother), early)
    assert plans_of(report) == [("09-14", "09-14", "M", "PM")]
    (late,) = told(scene, call_of(mother, at(9, 5)), away(scene.ben, "medical"))
    assert (late.code, late.next) == ("N", "evidence")
    (shown,) = told(scene, call_of(mother, at(9, 6)), away(scene.cat, "medical", is_evidence_seen=True))
    assert (shown.code, shown.next) == ("M", "nothing")
    (none,) = told(
        scene, call_of(mother), away(scene.dan, "medical", leaves_at=time(10), returns_at=time(11))
    )
    assert (plans_of(none), none.code) == ([], "M")


def test_a_holiday_is_g_by_the_officer_and_waits_with_n_in_the_office(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy, scene.ben)
    (office,) = told(scene, call_of(mother), away(scene.amy, "holiday"))
    assert (office.proposed_code, office.code, office.next) == ("G", "N", "hand")
    assert filled_in(scene) == "N Away on holiday"
    (officer,) = told(scene, call_of(mother), away(scene.ben, "holiday"), by=scene.officer)
    assert (officer.code, officer.next) == ("G", "nothing")
    change(scene, office, away(scene.amy, "holiday"), by=scene.officer)
    assert plans_of(office) == [("09-14", "09-14", "G", "both")]


def change(scene: Scene, report: Report, draft: Any, **values: Any) -> Report:
    viewer = scene.viewer(values.pop("by", scene.office))
    return change_report(
        **{
            "viewer": viewer,
            "report_id": report.pk,
            "draft": draft,
            "because": "Rang again",
            "seen_version": 1,
            "by": viewer.actor,
            "at": at(10),
            **values,
        }
    )


@pytest.mark.policy("P-4.2-5")
def test_a_caller_who_is_no_contact_and_a_doubt_leave_n(scene: Scene) -> None:
    (unknown,) = told(scene, call_of(None), away(scene.amy))
    assert (unknown.code, unknown.next, unknown.is_believed) == ("N", "parent", False)
    assert unknown.call.caller_name == "Mr Grey"
    assert filled_in(scene) == "N Told by somebody else, a parent must confirm"
    assert PlannedMark.objects.get().get_origin_display() == "Told by somebody else"
    mother = mother_of(scene, scene.ben)
    (doubted,) = told(scene, call_of(mother), away(scene.ben, doubt="Seen in town"))
    assert (doubted.code, doubted.next) == ("N", "head")


def test_a_parent_of_one_child_is_somebody_else_for_another(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    amy, ben = told(scene, call_of(mother), away(scene.amy), away(scene.ben, at="s-"))
    assert [(each.code, each.is_believed) for each in (amy, ben)] == [("I", True), ("N", False)]


def test_what_is_recorded_already_stands_and_a_trip_must_be_left(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy, scene.ben, scene.cat)
    suspension(scene, school_day_count=1)
    dual(scene, scene.ben)
    trip(scene, [scene.cat])
    span = {"last_day": FRIDAY}
    amy, _, cat = told(
        scene,
        call_of(mother),
        away(scene.amy, "suspended"),
        away(scene.ben, at="s2-", **span),
        away(scene.cat, at="s3-", first_day=TUESDAY),
    )
    assert plans_of(amy) == []
    assert states(scene, amy, at(8, 50)) == ["14 AM E stands", "14 PM E stands"]
    (morning, _) = effects_of(scene.viewer(scene.office), [cat], at(9))[cat.pk]
    assert morning.found.answer.next.value == "activity"
    assert plans_of(cat) == [("09-15", "09-15", "I", "both")]


def test_a_boarder_is_written_down_without_a_mark(scene: Scene) -> None:
    boarder = make_pupil(scene.school, scene.group, "Eden", "Eve")
    Enrolment.objects.filter(pupil=boarder).update(is_boarder=True)
    mother = mother_of(scene, boarder)
    (report,) = told(scene, call_of(mother), away(boarder))
    assert (report.code, plans_of(report), states(scene, report, at(10))) == ("I", [], [])


def test_another_code_may_be_chosen_with_a_reason_by_whose_hand_may(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    with pytest.raises(Refused, match="Say why"):
        told(scene, call_of(mother), away(scene.amy, "other", code="I"))
    with pytest.raises(Refused, match="not yours to set"):
        told(scene, call_of(mother), away(scene.amy, "other", code="O", code_because="Birthday"))
    for code in ("C", "/", "E", "D"):
        with pytest.raises(Refused, match="can't be made of a call"):
            told(scene, call_of(mother), away(scene.amy, "other", code=code, code_because="x"), by=scene.head)
    (report,) = told(
        scene, call_of(mother), away(scene.amy, "other", code="O", code_because="Birthday"), by=scene.officer
    )
    assert (report.proposed_code, report.code, report.next) == ("N", "O", "nothing")
    assert plans_of(report) == [("09-14", "09-14", "O", "both")]


def test_a_change_replaces_what_was_planned_and_leaves_marks_to_be_looked_at(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    (report,) = told(scene, call_of(mother), away(scene.amy, last_day=TUESDAY))
    scene.take({scene.amy: "I", scene.ben: "/", scene.cat: "/"})
    change(scene, report, away(scene.amy, "medical", is_evidence_seen=True))
    assert scene.marks()["Amy"] == ["I"]
    report.refresh_from_db()
    assert report.version == 2
    assert states(scene, report, at(10, 1)) == ["14 AM M differs", "14 PM M planned"]
    event = Event.objects.get(type="absence.report.changed")
    assert event.facts["because"] == "Rang again"
    assert "medical" not in str(event.facts)
    with pytest.raises(Refused, match="in another window"):
        change(scene, report, away(scene.amy))
    with pytest.raises(Refused, match="stays with its pupil"):
        change(scene, report, away(scene.ben), seen_version=2)


def test_withdrawn_with_a_reason_nothing_is_planned_and_marks_stay(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy)
    (report,) = told(scene, call_of(mother), away(scene.amy, last_day=TUESDAY))
    scene.take({scene.amy: "I", scene.ben: "/", scene.cat: "/"})
    viewer = scene.viewer(scene.office)
    act: dict[str, Any] = {"viewer": viewer, "report_id": report.pk, "by": viewer.actor, "at": at(10)}
    with pytest.raises(Refused, match="Say why"):
        withdraw_report(because=" ", **act)
    withdraw_report(because="Wrong pupil", **act)
    withdraw_report(because="Again", **act)
    assert plans_of(report) == []
    assert scene.marks()["Amy"] == ["I"]
    assert Report.objects.get().ended_because == "Wrong pupil"
    with pytest.raises(Refused, match="withdrawn"):
        change(scene, report, away(scene.amy), seen_version=2)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"told": "x"}, "Choose the reason"),
    ({"last_day": MONDAY - timedelta(days=1)}, "before the first day"),
    ({"last_day": MONDAY + timedelta(days=400)}, "at most a year"),
    ({"last_day": TUESDAY, "expected_back_on": TUESDAY}, "expected back on a day"),
    ({"first_day": MONDAY + timedelta(days=5)}, "closed on all"),
    ({"first_session": "PM", "last_session": "AM"}, "no session"),
    ({"first_session": "XX"}, "morning or afternoon"),
    ({"told": "dental", "leaves_at": time(11), "returns_at": time(10)}, "before leaving"),
    ({"told": "dental", "leaves_at": time(11), "last_day": TUESDAY}, "for one day"),
    ({"note": "x" * 121}, "Keep this to 120"),
    ({"private_note": "x\x00"}, "Keep this to 600"),
    ({"illness": "x"}, "Choose one of the two"),
    ({"code": "ZZ"}, "ZZ"),
    ({"first_day": date(2024, 9, 2)}, "not on the roll"),
]


@pytest.mark.parametrize(("changes", "message"), BAD)
def test_what_cannot_be_is_refused_and_changes_nothing(
    scene: Scene, changes: dict[str, Any], message: str
) -> None:
    mother = mother_of(scene, scene.amy)
    with pytest.raises(Refused, match=message):
        told(scene, call_of(mother), replace(away(scene.amy), **changes))
    assert not Call.objects.exists()
    assert not PlannedMark.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channel": "pigeon"}, "how the school was told"),
        ({"caller": "x"}, "Choose who"),
        ({"caller": "parent:999999"}, "Choose who"),
        ({"caller": "somebody"}, "caller's name"),
        ({"caller": "somebody", "caller_name": "x" * 121}, "120"),
        ({"told_at": at(8, 41)}, "still to come"),
        ({"told_at": at(8, 40) - timedelta(days=400)}, "a year ago"),
    ],
)
def test_a_call_that_cannot_be_is_refused(scene: Scene, changes: dict[str, Any], message: str) -> None:
    mother = mother_of(scene, scene.amy)
    with pytest.raises(Refused, match=message):
        told(scene, replace(call_of(mother), **changes), away(scene.amy), now=at(8, 40))
    assert not Call.objects.exists()


def test_problems_of_a_sibling_stand_at_the_siblings_own_fields(scene: Scene) -> None:
    mother = mother_of(scene, scene.amy, scene.ben)
    with pytest.raises(Refused) as refused:
        told(scene, call_of(mother), away(scene.amy), away(scene.ben, last_day=date(2026, 9, 1), at="s7-"))
    assert [each.field for each in refused.value.refusals] == ["s7-last_day"]
    with pytest.raises(Refused, match="there twice"):
        told(scene, call_of(mother), away(scene.amy), away(scene.amy))
    with pytest.raises(Refused, match="Choose the pupil"):
        told(scene, call_of(mother))


def test_pupils_and_reports_of_another_school_are_out_of_reach(scene: Scene) -> None:
    other = make_school("Elsewhere")
    stranger = make_pupil(
        other, make_group(other, "1A", make_person(other, Role.CLASS_TEACHER)), "Far", "Fay"
    )
    for pupil in (stranger, Pupil(pk=2**70)):
        with pytest.raises(Refused, match="this school"):
            told(scene, call_of(None), away(pupil))
    (report,) = told(scene, call_of(mother_of(scene, scene.amy)), away(scene.amy))
    Report.objects.filter(pk=report.pk).update(school=other)
    for act in (
        lambda: change(scene, report, away(scene.amy)),
        lambda: settle(scene, report),
        lambda: settle(scene, Report(pk=2**70)),
    ):
        with pytest.raises(Refused):
            act()


@pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.SENCO, Role.GOVERNOR, Role.ADMINISTRATOR])
def test_only_those_who_record_absence_may(scene: Scene, role: Role) -> None:
    person = make_person(scene.school, role)
    with pytest.raises(Refused, match="may not"):
        told(scene, call_of(None), away(scene.amy), by=person)
