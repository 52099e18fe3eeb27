"""The adviser at work: what a register, an amendment and a plan refuse for this pupil, and what they say instead."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.registers.actions.closing import declare_closure
from rollbook.apps.registers.actions.planning import plan_mark
from rollbook.apps.registers.actions.sourced_plans import SourcedPlan, replace_plans
from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.apps.registers.presenters.register import Typed, register_context
from rollbook.apps.registers.queries.facts import known_about
from rollbook.apps.registers.queries.register import register_sheet
from rollbook.apps.registers.queries.sources import Source, sources_of
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at, mark
from tests.factories.people import make_person, sign_in
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db

THURSDAYS, EVERY_DAY = 0b1000, 0b11111
UNTIL = date(2026, 12, 18)
SIXTH_DAY = date(2026, 9, 21)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def record_plans(scene: Scene, origin: PlannedMark.Origin, plans: Sequence[SourcedPlan]) -> None:
    """What another room records, as its action does."""
    viewer = scene.viewer(scene.head)
    replace_plans(
        viewer=viewer, source=f"{origin.value}:1", origin=origin, plans=plans, because="Recorded", by=viewer.actor,
        at=at(8, 0),
    )  # fmt: skip


def suspend(scene: Scene, pupil: Pupil, first_day: date = MONDAY, last_day: date = date(2026, 9, 25)) -> None:
    plan = SourcedPlan(pupil.pk, first_day, last_day, "E", "Suspended; the family have the letter")
    record_plans(scene, PlannedMark.Origin.SUSPENSION, [plan])


def arrange(scene: Scene, pupil: Pupil, code: str, **more: Any) -> None:
    plan = SourcedPlan(pupil.pk, date(2026, 9, 7), UNTIL, code, "Tuition at the centre", **more)
    is_provision = code in ("K", "B")
    record_plans(scene, PlannedMark.Origin.SCHOOL if is_provision else PlannedMark.Origin.ACTIVITY, [plan])


def share_on_thursdays(scene: Scene, pupil: Pupil) -> None:
    plan = SourcedPlan(
        pupil.pk,
        date(2026, 9, 7),
        UNTIL,
        "D",
        "At Ashdown School",
        weekdays=THURSDAYS,
        provider="Ashdown School",
    )
    record_plans(scene, PlannedMark.Origin.DUAL, [plan])


def agree_mornings(scene: Scene, pupil: Pupil, last_day: date = UNTIL) -> None:
    plan = SourcedPlan(
        pupil.pk, date(2026, 9, 7), last_day, "C2", "Mornings only", sessions="PM", weekdays=EVERY_DAY
    )
    record_plans(scene, PlannedMark.Origin.TIMETABLE, [plan])


def why(refused: pytest.ExceptionInfo[Refused]) -> dict[str, str]:
    return {refusal.field: refusal.message for refusal in refused.value.refusals}


def row(scene: Scene, pupil: Pupil, on: date = MONDAY, session: Any = AM, by: Any = None) -> dict[str, Any]:
    """One row of the register as it is opened."""
    viewer = scene.viewer(by or scene.teacher, on)
    sheet = register_sheet(viewer, scene.group.pk, on, session, at(9, 1, on=on))
    assert sheet is not None
    rows = register_context(viewer, sheet, at(9, 1, on=on), Typed())["rows"]
    found: dict[str, Any] = next(each for each in rows if each["pupil_id"] == pupil.pk)
    return found


# --- What the register is filled in with -------------------------------------------------------------------------


@pytest.mark.policy("P-A-12", "P-4.1-1")
def test_a_suspension_is_filled_in_for_five_school_days_and_then_asks_for_education(scene: Scene) -> None:
    suspend(scene, scene.amy)

    fifth, sixth = row(scene, scene.amy, date(2026, 9, 18)), row(scene, scene.amy, SIXTH_DAY)
    assert (fifth["code"], fifth["notice"]) == ("E", "")
    assert fifth["planned"]["origin"] == "Suspension"
    assert (sixth["code"], sixth["planned"]) == ("", None)
    assert sixth["notice"].startswith("6th day of the suspension: full-time education must be arranged")
    assert sixth["others"] == ["E: Suspended; the family have the letter (Suspension)"]


@pytest.mark.policy("P-A-12")
def test_the_provision_is_filled_in_and_the_suspension_stays_as_the_second_reason(scene: Scene) -> None:
    suspend(scene, scene.amy)
    arrange(scene, scene.amy, "B", provider="Oak Centre", supervisor="Mr Oak")

    sixth = row(scene, scene.amy, SIXTH_DAY)
    assert (sixth["code"], sixth["planned"]["words"], sixth["notice"]) == ("B", "Tuition at the centre", "")
    assert sixth["also"] == ["Also E, Suspension"]


@pytest.mark.policy("P-4.1-3")
def test_a_second_school_and_a_part_time_timetable_are_filled_in_where_they_apply(scene: Scene) -> None:
    share_on_thursdays(scene, scene.amy)
    agree_mornings(scene, scene.ben)
    thursday = date(2026, 9, 17)

    assert [row(scene, scene.amy, on)["code"] for on in (MONDAY, thursday)] == ["", "D"]
    assert [row(scene, scene.ben, MONDAY, session)["code"] for session in (AM, PM)] == ["", "C2"]


def test_of_two_plans_the_one_that_goes_before_is_filled_in_whichever_came_last(scene: Scene) -> None:
    agree_mornings(scene, scene.amy)
    arrange(scene, scene.amy, "V", supervisor="Mr Asare")
    assert row(scene, scene.amy, session=PM)["code"] == "V"
    assert row(scene, scene.amy, session=PM)["also"] == ["Also C2, Part-time timetable"]


@pytest.mark.policy("P-A-10", "P-A-12")
def test_a_suspended_pupil_on_a_trip_is_filled_in_as_suspended_whichever_was_recorded_last(
    scene: Scene,
) -> None:
    scene.plan_trip(scene.amy, scene.ben)
    suspend(scene, scene.amy)
    scene.plan_trip(scene.amy, scene.ben)

    monday = row(scene, scene.amy)
    assert (monday["code"], monday["also"]) == ("E", ["Also V, Trip or activity"])
    assert row(scene, scene.ben)["code"] == "V"
    with pytest.raises(Refused, match="a suspended pupil does not go on the school's activities; use E"):
        scene.take([mark(scene.amy, "V", note="Museum")])


def test_from_the_sixth_day_of_a_suspension_no_trip_is_filled_in_instead(scene: Scene) -> None:
    suspend(scene, scene.amy)
    scene.plan_trip(scene.amy, on=SIXTH_DAY)
    sixth = row(scene, scene.amy, SIXTH_DAY)
    assert sixth["code"] == ""
    assert sixth["notice"].startswith("6th day of the suspension")


def test_a_teacher_may_save_what_was_planned_and_its_list_begins_with_it(scene: Scene) -> None:
    suspend(scene, scene.amy)
    options = row(scene, scene.amy)["options"]
    assert [(each["symbol"], each["group"]) for each in options] == [("E", "Fits this pupil now"), ("U", "")]
    scene.take({scene.amy: "E"})
    assert scene.marks() == {"Amy": ["E"]}


def test_pupils_of_whom_the_same_is_to_be_said_share_one_list(scene: Scene) -> None:
    suspend(scene, scene.amy)
    lists = [row["options"] for row in _rows(scene)]
    assert lists[1] is lists[2]
    assert lists[0] is not lists[1]
    refused = [each["symbol"] for each in lists[1] if each["group"] == "Can't be right now"]
    assert set(refused) == {"V", "K", "D", "X"}


def _rows(scene: Scene) -> list[dict[str, Any]]:
    viewer = scene.viewer(scene.officer)
    sheet = register_sheet(viewer, scene.group.pk, MONDAY, AM, at(9, 1))
    assert sheet is not None
    rows: list[dict[str, Any]] = register_context(viewer, sheet, at(9, 1), Typed())["rows"]
    return rows


# --- What a register refuses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "by", "words"),
    [
        ("V", "office", "record the trip under Planned with who is in charge, or use B"),
        ("K", "officer", "needs the provider that the local authority has arranged"),
        ("D", "officer", "registered at a second school too"),
        ("C2", "head", "needs a part-time timetable that a parent has agreed to"),
        ("X", "officer", "not of compulsory school age, and this one is"),
        ("H", "head", "H ended on 18 August 2024; use C"),
    ],
)
@pytest.mark.policy("P-A-2", "P-A-3", "P-A-10", "P-A-11", "P-A-13")
def test_a_register_refuses_what_can_not_be_right_and_says_what_to_use(
    scene: Scene, code: str, by: str, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        scene.take([mark(scene.amy, code, note="As arranged")], by=getattr(scene, by))
    assert words in why(refused)[f"m-{scene.amy.pk}"]
    assert Entry.objects.count() == 0


@pytest.mark.policy("P-A-12")
def test_a_register_refuses_e_from_the_sixth_day_and_while_provision_is_made(scene: Scene) -> None:
    suspend(scene, scene.amy)
    scene.take({scene.amy: "E"}, by=scene.officer, on=date(2026, 9, 18), when=at(9, 5, on=date(2026, 9, 18)))
    with pytest.raises(Refused, match="6th school day of the suspension"):
        scene.take({scene.amy: "E"}, by=scene.officer, on=SIXTH_DAY, when=at(9, 5, on=SIXTH_DAY))
    arrange(scene, scene.ben, "B", provider="Oak Centre")
    with pytest.raises(Refused, match=r"at other provision this session \(Oak Centre\); use B"):
        scene.take({scene.ben: "E"}, by=scene.officer)


def test_d_is_refused_on_days_when_the_pupil_is_due_here(scene: Scene) -> None:
    share_on_thursdays(scene, scene.amy)
    with pytest.raises(Refused, match="due at Ashdown School, and this is not one of them"):
        scene.take({scene.amy: "D"}, by=scene.officer)


def test_c2_is_refused_outside_the_agreed_times_and_after_the_last_day(scene: Scene) -> None:
    agree_mornings(scene, scene.amy, last_day=date(2026, 9, 11))
    with pytest.raises(Refused, match="ended on 11 September 2026"):
        scene.take({scene.amy: "C2"}, by=scene.head, session=PM, when=at(12, 50))
    agree_mornings(scene, scene.amy)
    with pytest.raises(Refused, match="outside the agreed times"):
        scene.take({scene.amy: "C2"}, by=scene.head)


@pytest.mark.policy("P-A-13")
def test_x_is_for_the_pupil_who_is_not_of_compulsory_school_age(scene: Scene) -> None:
    four = make_pupil(scene.school, scene.group, "Young", "Yan", born_on=date(2022, 3, 1))
    scene.take({four: "X"}, by=scene.officer)
    assert scene.marks() == {"Yan": ["X"]}


def test_a_mark_that_stands_may_be_saved_again_though_its_record_has_gone(scene: Scene) -> None:
    suspend(scene, scene.amy)
    scene.take({scene.amy: "E"})
    record_plans(scene, PlannedMark.Origin.SUSPENSION, [])
    arrange(scene, scene.amy, "B", provider="Oak Centre")

    again = [mark(scene.amy, "E", note="Sent home", seen=1), mark(scene.ben, "/")]
    scene.take(again, by=scene.officer, reason="Note added")
    assert scene.marks() == {"Amy": ["E", "E"], "Ben": ["/"]}


def test_a_trip_recorded_before_staff_were_asked_for_may_still_be_saved(scene: Scene) -> None:
    arrange(scene, scene.amy, "V")
    assert row(scene, scene.amy)["code"] == "V"
    scene.take([mark(scene.amy, "V", note="Museum")])
    assert scene.marks() == {"Amy": ["V"]}


# --- What an amendment refuses --------------------------------------------------------------------------------------


def amend(scene: Scene, pupil: Pupil, code: str, *, by: Any = None, note: str = "") -> None:
    viewer = scene.viewer(by or scene.officer)
    amend_mark(
        viewer=viewer, pupil_id=pupil.pk, on=MONDAY, school_session=AM, seen_version=1,
        right=RightMark(code, "As we know now", note=note), key=uuid4(), by=viewer.actor, at=at(10, 0),
    )  # fmt: skip


@pytest.mark.parametrize("code", ["K", "D", "X"])
def test_an_amendment_is_refused_as_a_register_is(scene: Scene, code: str) -> None:
    scene.take({scene.amy: "N"})
    with pytest.raises(Refused) as refused:
        amend(scene, scene.amy, code, note="As arranged")
    assert set(why(refused)) == {"code"}
    assert scene.marks() == {"Amy": ["N"]}


def test_an_amendment_to_what_was_planned_may_be_made_by_the_office(scene: Scene) -> None:
    arrange(scene, scene.amy, "B", provider="Oak Centre")
    scene.take({scene.amy: "N"})
    amend(scene, scene.amy, "B", by=scene.office, note="Tuition at the centre")
    assert scene.marks() == {"Amy": ["N", "B"]}


# --- What a plan refuses --------------------------------------------------------------------------------------------


def plan(scene: Scene, code: str, *, by: Any = None, **changes: Any) -> PlannedMark:
    viewer = scene.viewer(by or scene.officer)
    values: dict[str, Any] = {
        "pupil_id": scene.amy.pk, "first_day": MONDAY, "last_day": MONDAY, "sessions": "both", "code": code,
        "note": "As arranged", "origin": "school",
    }  # fmt: skip
    return plan_mark(viewer=viewer, by=viewer.actor, at=at(8, 20), **(values | changes))


@pytest.mark.policy("P-A-10")
def test_a_trip_planned_by_hand_needs_its_member_of_staff(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        plan(scene, "V", by=scene.office)
    assert why(refused) == {
        "supervisor": "V needs a member of the school's staff in charge. Name them, or use B."
    }
    planned = plan(scene, "V", by=scene.office, supervisor=" Mr Asare ", provider="Science museum")
    assert (planned.supervisor, planned.provider) == ("Mr Asare", "Science museum")


@pytest.mark.parametrize("code", ["K", "D"])
def test_k_and_d_planned_by_hand_need_the_provider_or_the_school(scene: Scene, code: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(scene, code)
    assert set(why(refused)) == {"provider"}
    assert plan(scene, code, provider="Ashdown School").provider == "Ashdown School"


@pytest.mark.policy("P-A-3")
def test_c2_can_not_be_planned_without_the_agreement(scene: Scene) -> None:
    with pytest.raises(Refused, match="a parent has agreed to"):
        plan(scene, "C2", by=scene.head)
    agree_mornings(scene, scene.amy)
    assert plan(scene, "C2", by=scene.head, sessions="PM").code == "C2"


@pytest.mark.policy("P-A-12")
def test_e_can_be_planned_for_five_school_days_in_a_row(scene: Scene) -> None:
    plan(scene, "E", last_day=date(2026, 9, 18))
    with pytest.raises(Refused, match="For 21 September 2026: This is the 6th school day"):
        plan(scene, "E", first_day=date(2026, 9, 21), last_day=date(2026, 9, 22))
    assert PlannedMark.objects.count() == 1


@pytest.mark.policy("P-A-13")
def test_x_can_be_planned_until_compulsory_school_age(scene: Scene) -> None:
    four = make_pupil(scene.school, scene.group, "Young", "Yan", born_on=date(2021, 11, 3))
    plan(scene, "X", pupil_id=four.pk, last_day=date(2026, 12, 18))
    with pytest.raises(Refused, match="For 4 January 2027: X is only for pupils who are not"):
        plan(scene, "X", pupil_id=four.pk, first_day=date(2026, 12, 7), last_day=date(2027, 1, 8))


def test_what_was_planned_names_who_recorded_it_and_nothing_is_kept_of_a_refused_one(scene: Scene) -> None:
    with pytest.raises(Refused):
        plan(scene, "K")
    assert PlannedMark.objects.count() == 0


# --- Whose facts they are --------------------------------------------------------------------------------------------


def test_another_schools_plans_are_not_known(scene: Scene) -> None:
    elsewhere = Scene()
    arrange(elsewhere, elsewhere.amy, "B", provider="Oak Centre")
    viewer = scene.viewer(scene.officer)
    found = known_about(viewer, MONDAY, AM, {elsewhere.amy.pk: elsewhere.amy.born_on})
    assert found[elsewhere.amy.pk].facts.known == ()


@pytest.mark.policy("P-A-8")
def test_after_a_closure_y4_fits_whoever_is_still_without_a_mark(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    viewer = scene.viewer(scene.head)
    declare_closure(
        viewer=viewer, on=MONDAY, sessions=[AM], reason="No heating", decided_by="Hal Head", key=uuid4(),
        by=viewer.actor, at=at(9, 20),
    )  # fmt: skip
    options = row(scene, scene.ben, by=make_person(scene.school, Role.HEAD_TEACHER))["options"]
    assert [each["symbol"] for each in options if each["group"] == "Fits this pupil now"] == ["Y4"]


# --- The pages ------------------------------------------------------------------------------------------------------


def test_the_page_of_a_mark_says_why_not_the_codes_that_can_not_be_right(
    scene: Scene, client: Client
) -> None:
    suspend(scene, scene.amy, first_day=date(2026, 9, 7))
    sign_in(client, scene.officer)
    path = reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"])
    with time_machine.travel(at(9, 40), tick=False):
        page = client.get(path)
    html = page.content.decode()

    assert "Why not K, V, P, W, C2, E, D or X?" in html
    assert "This is the 6th school day of the suspension that began on 7 September 2026" in html
    assert "6th day of the suspension: full-time education must be arranged" in html
    assert "J ended on 18 August 2024; use J1." in html
    groups = [words for words, _ in page.context["form"].fields["code"].choices]
    assert groups[-1] == "Can't be right now"


def test_the_page_of_a_mark_offers_first_what_was_planned(scene: Scene, client: Client) -> None:
    scene.plan_trip(scene.amy)
    sign_in(client, scene.office)
    path = reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"])
    with time_machine.travel(at(9, 40), tick=False):
        choices = client.get(path).context["form"].fields["code"].choices
    assert list(choices)[1] == ("Fits this pupil now", [("V", "V – Educational visit or trip")])


def test_a_refused_amendment_comes_back_with_the_sentence_beside_the_code(
    scene: Scene, client: Client
) -> None:
    scene.take({scene.amy: "N"})
    sign_in(client, scene.officer)
    path = reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"])
    sent = {
        "code": "K",
        "note": "Ward 4",
        "reason": "Hospital rang",
        "seen_version": "1",
        "key": str(uuid4()),
    }
    with time_machine.travel(at(9, 40), tick=False):
        answer = client.post(path, sent)
    assert answer.status_code == 422
    assert "K needs the provider" in answer.context["form"].errors["code"][0]
    assert 'value="Hospital rang"' in answer.content.decode()
    assert scene.marks() == {"Amy": ["N"]}


def test_a_teacher_is_not_told_why_other_hands_codes_are_wrong(scene: Scene, client: Client) -> None:
    suspend(scene, scene.amy)
    sign_in(client, scene.teacher)
    with time_machine.travel(at(9, 40), tick=False):
        html = client.get(reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"])).content.decode()
        register = client.get(reverse("registers:take", args=[scene.group.pk, MONDAY, "AM"])).content.decode()
    assert "Why not" not in html
    assert "Codes that need a record first" not in register
    assert "Suspended; the family have the letter" in register


def test_withdrawing_asks_why_and_what_comes_from_a_record_says_which(scene: Scene, client: Client) -> None:
    by_hand = plan(scene, "M")
    scene.plan_trip(scene.ben)
    from_record = PlannedMark.objects.get(pupil=scene.ben)
    sign_in(client, scene.officer)
    with time_machine.travel(at(9, 40), tick=False):
        html = client.get(reverse("registers:planned")).content.decode()
        assert reverse("registers:withdraw_plan", args=[by_hand.pk]) in html
        assert reverse("registers:withdraw_plan", args=[from_record.pk]) not in html

        path = reverse("registers:withdraw_plan", args=[by_hand.pk])
        assert client.post(path, {"because": ""}).status_code == 422
        assert client.post(path, {"because": "Moved to Tuesday"}).status_code == 302
        assert client.get(path).status_code == 302
        record = client.get(reverse("registers:withdraw_plan", args=[from_record.pk])).content.decode()
    assert "This follows from a record and ends with it." in record
    assert "<form" not in record.split("<main")[1].split("</main")[0]
    by_hand.refresh_from_db()
    assert by_hand.withdrawn_because == "Moved to Tuesday"


def test_the_app_that_keeps_the_records_names_them(scene: Scene, settings: Any) -> None:
    scene.plan_trip(scene.amy, scene.ben)
    plans = list(PlannedMark.objects.all())
    viewer = scene.viewer(scene.officer)
    settings.ROLLBOOK_ANSWERS = {}
    assert sources_of(viewer, plans) == {"activity:1": Source("Trip or activity")}
    settings.ROLLBOOK_ANSWERS = {"plan_sources": f"{__name__}.named"}
    assert sources_of(viewer, plans) == {"activity:1": Source("Science museum", "/activities/1/")}


def named(_viewer: object, sources: Sequence[str]) -> dict[str, tuple[str, str]]:
    """As the absence app answers."""
    assert list(sources) == ["activity:1"]
    return {"activity:1": ("Science museum", "/activities/1/")}


def test_a_register_of_pupils_of_whom_much_is_known_costs_no_more_queries(
    scene: Scene, client: Client
) -> None:
    sign_in(client, scene.officer)
    path = reverse("registers:take", args=[scene.group.pk, MONDAY, "AM"])
    counts = []
    with time_machine.travel(at(9, 5), tick=False):
        for arrange_more in (lambda: None, lambda: _know_much(scene)):
            arrange_more()
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))
    assert counts[0] == counts[1]


def _know_much(scene: Scene) -> None:
    suspend(scene, scene.amy, first_day=date(2026, 9, 7))
    arrange(scene, scene.amy, "B", provider="Oak Centre")
    share_on_thursdays(scene, scene.ben)
    agree_mornings(scene, scene.cat)
