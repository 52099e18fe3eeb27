"""The pages of absence: who may open which, the way from the form over the check to the act, and what comes back."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.absence.models import (
    AttendanceConfirmation,
    DualRegistration,
    OffSiteActivity,
    PartTimeTimetable,
    Suspension,
)
from rollbook.apps.registers.models import PlannedMark
from rollbook.domain.access import Role
from tests.apps.absence.records import TUESDAY, dual, parent_of, planned, suspension, timetable, trip
from tests.apps.registers.scene import MONDAY, Scene, at, mark
from tests.factories.people import make_person, sign_in

MAY_RECORD = {
    Role.HEAD_TEACHER,
    Role.SENIOR_ATTENDANCE_CHAMPION,
    Role.ATTENDANCE_OFFICER,
    Role.PASTORAL_LEAD,
    Role.SENCO,
    Role.OFFICE,
}

TIMETABLES = {
    Role.HEAD_TEACHER,
    Role.SENIOR_ATTENDANCE_CHAMPION,
    Role.ATTENDANCE_OFFICER,
    Role.PASTORAL_LEAD,
    Role.SENCO,
}
SUSPENSIONS = TIMETABLES - {Role.SENCO}


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with time_machine.travel(at(9, 10), tick=False):
        yield


def form(scene: Scene, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "trip",
        "title": "Science museum",
        "nature": "workshop on electricity",
        "place": "Millennium Point",
        "staff": scene.teacher.pk,
        "confirmed_how": "staff",
        "first_day": TUESDAY,
        "last_day": TUESDAY,
        "weekdays": [0, 1, 2, 3, 4],
        "sessions": "both",
        "groups": [scene.group.pk],
        "key": uuid4(),
        "act": "preview",
    } | changes


def client_of(scene: Scene, person: Any = None) -> Client:
    return sign_in(Client(), person or scene.office)


@pytest.mark.parametrize("role", Role)
def test_who_may_open_activities_and_two_schools(scene: Scene, role: Role) -> None:
    made, other = trip(scene), dual(scene)
    client = client_of(scene, make_person(scene.school, role))
    for name, args in (
        ("activities", []),
        ("new_activity", []),
        ("activity", [made.pk]),
        ("change_activity", [made.pk]),
        ("add_pupils", [made.pk]),
        ("take_off_pupils", [made.pk]),
        ("confirm", [made.pk, TUESDAY, "AM"]),
        ("dual_list", []),
        ("new_dual", []),
        ("dual", [other.pk]),
        ("change_dual", [other.pk]),
    ):
        expected = 200 if role in MAY_RECORD else 403
        response = client.get(reverse(f"absence:{name}", args=args))
        assert response.status_code == expected, (name, role)


def test_a_group_is_chosen_looked_at_and_recorded(scene: Scene) -> None:
    client = client_of(scene)
    to = reverse("absence:new_activity")
    check = client.post(to, form(scene))
    assert check.status_code == 200
    assert "Is this right?" in check.content.decode()
    assert not OffSiteActivity.objects.exists()
    hidden: dict[str, list[str]] = {}
    for name, value in check.context["hidden"]:
        hidden.setdefault(name, []).append(value)
    assert sorted(map(int, hidden["pupils"])) == sorted([scene.amy.pk, scene.ben.pk, scene.cat.pk])
    assert "groups" not in hidden
    saved = client.post(to, hidden | {"act": "save"}, follow=True)
    made = OffSiteActivity.objects.get()
    assert saved.redirect_chain[-1][0] == reverse("absence:activity", args=[made.pk])
    assert set(planned(made.source)) == {"Amy", "Ben", "Cat"}
    again = client.post(to, hidden | {"act": "edit"})
    assert again.status_code == 200
    assert f'value="{scene.amy.pk}" id="id_pupil_{scene.amy.pk}" checked' in again.content.decode()


def test_a_year_group_and_a_single_pupil_are_chosen_together(scene: Scene) -> None:
    scene.dan.year_offset = 1
    scene.dan.save()
    chosen = form(scene, groups=[], years=[9], pupils=[scene.amy.pk])
    check = client_of(scene).post(reverse("absence:new_activity"), chosen)
    assert [pupil.forename for pupil in check.context["preview"].pupils] == ["Amy", "Dan"]


def test_errors_stand_beside_the_fields_and_nothing_typed_is_lost(scene: Scene) -> None:
    response = client_of(scene).post(
        reverse("absence:new_activity"), form(scene, staff="", groups=[scene.group.pk])
    )
    assert response.status_code == 422
    body = response.content.decode()
    assert "V is only for a trip with the school" in body
    assert 'href="#id_staff"' in body
    assert 'value="Science museum"' in body
    assert f'name="groups" value="{scene.group.pk}" id="id_pupils_0" checked' in body
    nobody = client_of(scene).post(reverse("absence:new_activity"), form(scene, groups=["x", "9" * 30]))
    assert 'href="#id_pupils_0"' in nobody.content.decode()
    assert not OffSiteActivity.objects.exists()


def test_a_confirmation_leads_to_the_marks_of_those_who_were_away(scene: Scene) -> None:
    made = trip(scene, first_day=MONDAY, last_day=MONDAY, when=at(8))
    note = PlannedMark.objects.filter(source=made.source)[0].note
    scene.take([mark(scene.amy, "V", note=note)])
    client = client_of(scene)
    to = reverse("absence:confirm", args=[made.pk, MONDAY, "AM"])
    page = client.post(to, {"how": "staff", "told_by": "Tess", "not_there": [scene.amy.pk]}, follow=True)
    body = page.content.decode()
    assert "Amy Abbott did not attend" in body
    assert reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"]) in body
    refused = client.post(to, {"how": "", "told_by": ""})
    assert refused.status_code == 422
    assert AttendanceConfirmation.objects.count() == 1


def test_a_teacher_sees_the_plan_but_no_record(scene: Scene) -> None:
    made = trip(scene)
    body = client_of(scene, scene.teacher).get(f"/pupils/{scene.amy.pk}/").content.decode()
    assert "Science museum: workshop on electricity" in body
    assert reverse("absence:activity", args=[made.pk]) not in body
    office = client_of(scene).get(f"/pupils/{scene.amy.pk}/").content.decode()
    assert reverse("absence:activity", args=[made.pk]) in office


@pytest.mark.parametrize("role", [each for each in Role if each in TIMETABLES | {Role.OFFICE, Role.GOVERNOR}])
def test_a_part_time_timetable_not_agreed_yet_is_a_draft_on_the_pupils_page(scene: Scene, role: Role) -> None:
    made = timetable(scene)
    client = client_of(scene, make_person(scene.school, role))
    page = client.get(f"/pupils/{scene.amy.pk}/").content.decode()
    sees = role in TIMETABLES
    assert ("Draft, not agreed yet" in page) is sees
    assert (reverse("absence:timetable", args=[made.pk]) in page) is sees
    assert "Draft, not agreed yet" not in client.get(f"/pupils/{scene.ben.pk}/").content.decode()


def test_a_draft_that_was_withdrawn_agreed_or_is_over_is_no_draft_on_the_pupils_page(scene: Scene) -> None:
    head = client_of(scene, scene.head)
    timetable(scene)  # until Friday 9 October
    with time_machine.travel(at(9, on=date(2026, 10, 12)), tick=False):
        over = client_of(scene, scene.head).get(f"/pupils/{scene.amy.pk}/").content.decode()
    withdrawn = timetable(scene, scene.ben)
    head.post(reverse("absence:end_timetable", args=[withdrawn.pk]), {"because": "Not needed"})
    taken_back = head.get(f"/pupils/{scene.ben.pk}/").content.decode()
    assert all("Part-time timetable" not in page for page in (over, taken_back))

    agreed = timetable(scene, scene.cat)
    sent = {"parent": parent_of(scene.cat).pk, "agreed_on": MONDAY, "agreed_how": "Signed", "seen_version": 1}
    head.post(reverse("absence:agree_timetable", args=[agreed.pk]), sent)
    page = head.get(f"/pupils/{scene.cat.pk}/").content.decode()
    assert "Part-time timetable" in page
    assert "Draft" not in page


def test_the_planned_page_shows_a_trip_as_one_line_that_leads_to_it(scene: Scene) -> None:
    made = trip(scene)
    body = client_of(scene).get("/planned/").content.decode()
    assert "2 pupils" in body
    assert body.count("Science museum: workshop") == 1
    assert reverse("absence:activity", args=[made.pk]) in body
    plan = PlannedMark.objects.filter(source=made.source)[0]
    page = client_of(scene).post(
        reverse("registers:withdraw_plan", args=[plan.pk]), {"because": "x"}, follow=True
    )
    assert reverse("absence:activity", args=[made.pk]) in page.content.decode()
    assert len(planned(made.source)) == 2


def test_two_schools_from_form_to_end(scene: Scene) -> None:
    client = client_of(scene)
    data = {
        "pupil": scene.amy.pk,
        "other_school": "Hill School",
        "telephone": "0121 496 0002",
        "told_how": "E-mail",
        "first_day": MONDAY,
        "last_day": "2026-12-18",
        "half_days": ["1-AM", "1-PM"],
        "key": uuid4(),
    }
    to = reverse("absence:new_dual")
    check = client.post(to, data | {"act": "preview"})
    assert check.status_code == 200
    assert "Is this right?" in check.content.decode()
    client.post(to, data | {"act": "save"})
    made = DualRegistration.objects.get()
    assert planned(made.source) == {"Amy": [("09-14", "12-18", "D", "both", 0b10)]}
    late = client.post(
        reverse("absence:end_dual", args=[made.pk]), {"last_day": "2027-01-08", "because": "x"}
    )
    assert late.status_code == 422
    client.post(reverse("absence:end_dual", args=[made.pk]), {"last_day": "2026-10-02", "because": "Moved"})
    made.refresh_from_db()
    assert made.ended_because == "Moved"


def test_lists_take_as_many_queries_for_many_as_for_few(
    scene: Scene, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        trip(scene, title=f"Trip {number}", first_day=MONDAY, last_day=TUESDAY)
        dual(scene)
    client = client_of(scene)
    client.get("/planned/activities/")
    for to in ("/planned/activities/", "/planned/two-schools/", "/planned/"):
        with django_assert_max_num_queries(9):
            assert client.get(to).status_code == 200


@pytest.mark.parametrize("role", Role)
def test_who_may_open_part_time_timetables_and_suspensions(scene: Scene, role: Role) -> None:
    made, other = timetable(scene), suspension(scene)
    client = client_of(scene, make_person(scene.school, role))
    for name, args, allowed in (
        ("timetables", [], TIMETABLES),
        ("new_timetable", [], TIMETABLES),
        ("timetable", [made.pk], TIMETABLES),
        ("change_timetable", [made.pk], TIMETABLES),
        ("suspensions", [], SUSPENSIONS),
        ("new_suspension", [], SUSPENSIONS),
        ("suspension", [other.pk], SUSPENSIONS),
        ("change_suspension", [other.pk], SUSPENSIONS),
    ):
        response = client.get(reverse(f"absence:{name}", args=args))
        assert response.status_code == (200 if role in allowed else 403), (name, role)


def test_the_reason_of_a_suspension_is_for_few_eyes(scene: Scene) -> None:
    made = suspension(scene)
    words = "Persistent or general disruptive behaviour"
    assert words in client_of(scene, scene.head).get(f"/planned/suspensions/{made.pk}/").content.decode()
    for person in (scene.office, scene.teacher, make_person(scene.school, Role.SENCO)):
        client = client_of(scene, person)
        for to in (f"/pupils/{scene.amy.pk}/", "/planned/", f"/registers/{scene.group.pk}/{MONDAY}/am/"):
            assert words not in client.get(to).content.decode(), to
    office = client_of(scene).get(f"/pupils/{scene.amy.pk}/").content.decode()
    assert "Suspension" in office
    assert f"/planned/suspensions/{made.pk}/" not in office
    log = client_of(scene, scene.head).get("/audit/").content.decode()
    assert "disruptive" not in log


@pytest.mark.policy("P-A-10", "P-A-12")
def test_a_suspended_pupil_on_a_trip_is_warned_of_on_both_pages_and_while_either_is_recorded(
    scene: Scene,
) -> None:
    made = trip(scene)
    head, office = client_of(scene, scene.head), client_of(scene)
    data = {"pupil": scene.amy.pk, "reason": "theft", "first_day": MONDAY, "first_session": "AM"}
    data |= {
        "school_day_count": "2",
        "told_on": MONDAY,
        "told_how": "Letter",
        "key": uuid4(),
        "act": "preview",
    }
    check = head.post(reverse("absence:new_suspension"), data).content.decode()
    about_the_trip = "Amy Abbott is also on Science museum on Tue 15 Sep (V)."
    assert about_the_trip in check
    assert "On those days this would be filled in instead" in check

    out = suspension(scene)
    page = head.get(reverse("absence:suspension", args=[out.pk])).content.decode()
    assert about_the_trip in page
    assert f'href="{reverse("absence:activity", args=[made.pk])}">Open the activity' in page
    about_amy = "Amy Abbott is suspended on Tue 15 Sep."
    of_trip = reverse("absence:activity", args=[made.pk])
    for client in (head, office):
        page = client.get(of_trip).content.decode()
        assert about_amy in page
        assert "Ben Brown is suspended" not in page
        # The suspension itself is for few eyes.
        assert (reverse("absence:suspension", args=[out.pk]) in page) is (client is head)
    again = office.post(reverse("absence:new_activity"), form(scene, title="Zoo")).content.decode()
    assert about_amy in again
    assert "These are planned already and are filled in all the same" in again

    withdraw = reverse("absence:withdraw_suspension", args=[out.pk])
    head.post(withdraw, {"because": "Overturned"})
    assert about_amy not in head.get(of_trip).content.decode()
    assert about_the_trip not in head.get(reverse("absence:suspension", args=[out.pk])).content.decode()


def test_a_suspended_pupil_who_is_taught_elsewhere_from_a_day_is_warned_of_until_it(scene: Scene) -> None:
    trip(scene, first_day=MONDAY, last_day=TUESDAY)
    out = suspension(
        scene, school_day_count=3, provision_code="K", provider="Hospital school", provision_from=TUESDAY
    )
    page = client_of(scene, scene.head).get(reverse("absence:suspension", args=[out.pk])).content.decode()
    assert "Amy Abbott is also on Science museum on Mon 14 Sep (V)." in page


def test_a_part_time_timetable_from_form_to_review(scene: Scene) -> None:
    client = client_of(scene, scene.head)
    contact = parent_of(scene.amy)
    data = {
        "pupil": scene.amy.pk,
        "why": "Back after an operation",
        "half_days": [f"{day}-AM" for day in range(5)],
        "first_day": MONDAY,
        "last_day": "2026-11-06",
        "review_1": "2026-09-28",
        "key": uuid4(),
    }
    to = reverse("absence:new_timetable")
    refused = client.post(to, data | {"act": "preview"}).content.decode()
    assert "may not be used to manage a pupil" in refused
    data["is_not_for_behaviour"] = "on"
    refused = client.post(to, data | {"act": "preview"}).content.decode()
    assert "longer than six weeks" in refused
    data["long_reason"] = "The consultant asks for it"
    check = client.post(to, data | {"act": "preview"}).content.decode()
    assert "This lasts 8 weeks, longer than six" in check
    assert "50.0%" in check
    client.post(to, data | {"act": "save"})
    made = PartTimeTimetable.objects.get()
    assert planned(made.source) == {}
    page = reverse("absence:timetable", args=[made.pk])
    sent = {"parent": contact.pk, "agreed_on": "2026-09-15", "agreed_how": "", "seen_version": 1}
    assert client.post(reverse("absence:agree_timetable", args=[made.pk]), sent).status_code == 422
    sent |= {"agreed_on": MONDAY, "agreed_how": "Signed"}
    client.post(reverse("absence:agree_timetable", args=[made.pk]), sent)
    assert planned(made.source)["Amy"][0][2] == "C2"
    assert "DfE counts C2 as authorised absence" in client.get(page).content.decode()
    review = {"review": made.reviews.get().pk, "held_on": MONDAY, "outcome": "Goes well"}
    client.post(reverse("absence:review_timetable", args=[made.pk]), review)
    assert "Goes well" in client.get(page).content.decode()
    client.post(
        reverse("absence:end_timetable", args=[made.pk]), {"last_day": "2026-09-18", "because": "Well"}
    )
    assert planned(made.source)["Amy"][0][1] == "09-18"


def test_a_suspension_from_form_to_withdrawal(scene: Scene) -> None:
    client = client_of(scene, scene.head)
    data = {
        "pupil": scene.amy.pk,
        "reason": "theft",
        "first_day": MONDAY,
        "first_session": "AM",
        "school_day_count": "7",
        "key": uuid4(),
    }
    to = reverse("absence:new_suspension")
    check = client.post(to, data | {"act": "preview"}).content.decode()
    assert "7 school days in a row. From Mon 21 Sep, the sixth" in check
    client.post(to, data | {"act": "save"})
    made = Suspension.objects.get()
    with time_machine.travel(at(9, 10, on=MONDAY + timedelta(days=3)), tick=False):
        body = client_of(scene, scene.head).get("/planned/suspensions/").content.decode()
    assert "Provision must be in place by Mon 21 Sep, the 6th day" in body
    assert "Day 4 of 7" in body
    assert '<span class="count">1<span class="vh"> waiting</span></span>' in body
    short = data | {"school_day_count": "", "last_day": ""}
    assert client.post(to, short | {"act": "preview", "key": uuid4()}).status_code == 422
    client.post(reverse("absence:withdraw_suspension", args=[made.pk]), {"because": "Overturned"})
    assert planned(made.source) == {}


def test_lists_of_agreements_take_as_many_queries_for_many_as_for_few(scene: Scene) -> None:
    client = client_of(scene, scene.head)
    counts: dict[str, list[int]] = {}
    for pupils in ([scene.amy], [scene.ben, scene.cat, scene.dan]):
        for pupil in pupils:
            timetable(scene, pupil)
            suspension(scene, pupil)
        client.get("/planned/part-time/")
        for to in ("/planned/part-time/", "/planned/suspensions/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(to).status_code == 200
            counts.setdefault(to, []).append(len(queries))
    assert all(few == many for few, many in counts.values()), counts
