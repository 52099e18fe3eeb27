"""The pages of the school's own set-up: who may open them, what they show, what their forms do."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rollbook.apps.audit.models import Event
from rollbook.apps.schools.models import (
    AcademicYear,
    CalendarEntry,
    DayTimes,
    GroupTeacher,
    PolicySetting,
    School,
    TeachingGroup,
)
from rollbook.clock import LONDON
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.codes import CODES
from rollbook.domain.law import Confirmation
from tests.apps.schools.scene import TODAY, Scene
from tests.factories.people import make_person, sign_in
from tests.factories.pupils import make_group, make_pupil

JANUARY = date(2027, 1, 4)

SEEN = ("calendar", "year", "times", "groups", "group", "settings", "codes")
CHANGED = (
    "year_new",
    "year_change",
    "year_remove",
    "entry_new",
    "entry",
    "entry_remove",
    "times_new",
    "times_change",
    "times_remove",
    "group_new",
    "group_change",
    "group_end",
    "group_give",
    "teaching",
    "setting_choose",
    "setting_remove",
    "particulars",
)


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    """It is 10:00 on Monday 14 September 2026."""
    with time_machine.travel(datetime(2026, 9, 14, 10, 0, tzinfo=LONDON), tick=False):
        yield


@pytest.fixture
def officer(scene: Scene, client: Client) -> Client:
    """The attendance officer's browser."""
    return sign_in(client, scene.person)


def furnish(school: School, teacher: Any) -> dict[str, list[Any]]:
    """Something behind every address of a school: address name to its arguments."""
    group = make_group(school, "7A", teacher)
    DayTimes.objects.bulk_create(
        DayTimes(
            school=school,
            effective_from=JANUARY,
            weekday=row.weekday,
            **{name: getattr(row, name) for name in TIME_FIELDS},
        )
        for row in DayTimes.objects.filter(school=school)
    )
    setting = PolicySetting.objects.create(
        school=school,
        name="submit_within_minutes",
        value=10,
        effective_from=JANUARY,
        approved_at_meeting="Board",
    )
    year = AcademicYear.objects.get(school=school)
    entry = CalendarEntry.objects.filter(school=school)[0]
    return {
        "year": [year.pk],
        "year_change": [year.pk],
        "year_remove": [year.pk],
        "entry": [entry.pk],
        "entry_remove": [entry.pk],
        "times_change": [JANUARY],
        "times_remove": [JANUARY],
        "group": [group.pk],
        "group_change": [group.pk],
        "group_end": [group.pk],
        "group_give": [group.pk],
        "teaching": [GroupTeacher.objects.get(group=group).pk],
        "setting_choose": ["submit_within_minutes"],
        "setting_remove": [setting.pk],
    }


TIME_FIELDS = ("am_opens_at", "am_closes_at", "am_ends_at", "pm_opens_at", "pm_closes_at", "pm_ends_at")


def addresses(school: School, teacher: Any) -> dict[str, str]:
    """Every address of this app for a school, by name."""
    arguments = furnish(school, teacher)
    return {name: reverse(f"schools:{name}", args=arguments.get(name)) for name in (*SEEN, *CHANGED)}


# --- Who may open what ------------------------------------------------------------------------------------------


def test_every_address_is_in_this_test() -> None:
    from rollbook.apps.schools.urls import urlpatterns

    assert {pattern.name for pattern in urlpatterns} == {*SEEN, *CHANGED}


@pytest.mark.parametrize("role", Role, ids=str)
def test_each_role_opens_what_it_may(scene: Scene, client: Client, role: Role) -> None:
    person = make_person(scene.school, role)
    sign_in(client, person)
    held = ROLE_PERMISSIONS[role]
    answers = {
        name: client.get(address).status_code
        for name, address in addresses(scene.school, scene.teacher).items()
    }
    expected = dict.fromkeys(SEEN, 200 if Permission.SCHOOL_VIEW in held else 403)
    for name in CHANGED:
        needed = (
            Permission.GROUPS_MANAGE if name.startswith(("group", "teaching")) else Permission.CALENDAR_MANAGE
        )
        expected[name] = 200 if needed in held else 403
    assert answers == expected


def test_who_is_not_signed_in_is_asked_to(scene: Scene, client: Client) -> None:
    for address in addresses(scene.school, scene.teacher).values():
        answer = client.get(address)
        assert answer.status_code == 302
        assert "next=" in answer.headers["Location"]


def test_nothing_is_changed_by_those_who_may_not(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)
    for name, address in addresses(scene.school, scene.teacher).items():
        if name in CHANGED:
            assert client.post(address, {"act": "take_back"}).status_code == 403
    assert not Event.objects.exists()


def test_another_schools_things_are_not_found(scene: Scene, officer: Client) -> None:
    theirs = addresses(scene.other, scene.stranger)
    own = {"calendar", "times", "groups", "settings", "codes", "setting_choose", "particulars"}
    for name, address in theirs.items():
        if name not in own and not name.endswith("_new"):
            assert officer.get(address).status_code == 404, name
            assert officer.post(address, {}).status_code in {404, 405}, name
    assert not Event.objects.exists()


def test_links_to_change_things_are_shown_to_those_who_may(scene: Scene, client: Client) -> None:
    pages = [reverse(f"schools:{name}") for name in ("calendar", "times", "groups", "settings")]
    make_group(scene.school, "7A")
    marks = ["school/days/new", "school/times/new", "school/groups/new", "school/particulars"]
    for person, shown in ((scene.person, True), (scene.teacher, False)):
        sign_in(client, person)
        for page, mark in zip(pages, marks, strict=True):
            assert (mark in client.get(page).content.decode()) is shown


# --- The calendar -----------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.1-2")
def test_the_year_with_its_counts(scene: Scene, officer: Client) -> None:
    view = officer.get(reverse("schools:calendar")).context["view"]
    assert (view.days, view.sessions, view.inset_days, view.short_by) == (193, 386, 2, 0)
    assert [(each.name, each.days) for each in view.stretches if not each.is_half] == [
        ("Autumn term", 72),
        ("Spring term", 54),
        ("Summer term", 67),
    ]
    halves = [each for each in view.stretches if each.is_half]
    assert sum(each.days for each in halves) == view.days
    assert [month.name for month in view.months][::11] == ["September 2026", "August 2027"]
    assert sum(month.school_days for month in view.months) == view.days


@pytest.mark.policy("P-A-9")
def test_each_closed_day_has_its_letter_and_words(scene: Scene, officer: Client) -> None:
    view = officer.get(reverse("schools:calendar")).context["view"]
    days = {
        day.on: (day.letter, day.words)
        for month in view.months
        for week in month.weeks
        for day in week
        if day
    }
    assert days[date(2026, 9, 1)] == ("I", "Tue 1 Sep: INSET day, INSET")
    assert days[date(2026, 10, 28)] == ("½", "Wed 28 Oct: Half term, Autumn half term")
    assert days[date(2026, 12, 25)] == ("B", "Fri 25 Dec: Bank holiday, Christmas Day")
    assert days[date(2026, 12, 22)] == ("H", "Tue 22 Dec: Holiday")
    assert days[date(2026, 9, 14)] == ("", "Mon 14 Sep: School day")
    assert date(2026, 9, 12) not in days


def test_a_maintained_school_is_told_how_many_days_are_lacking(scene: Scene, officer: Client) -> None:
    CalendarEntry.objects.create(
        school=scene.school,
        kind="holiday",
        name="Extra week",
        first_day=date(2027, 6, 7),
        last_day=date(2027, 6, 11),
    )
    assert b"2 below the 190 of a maintained school" in officer.get(reverse("schools:calendar")).content
    School.objects.filter(pk=scene.school.pk).update(legal_type=School.LegalType.INDEPENDENT)
    assert b"below the 190" not in officer.get(reverse("schools:calendar")).content


def test_the_calendar_is_few_queries(
    scene: Scene, officer: Client, django_assert_max_num_queries: Any
) -> None:
    officer.get(reverse("schools:calendar"))
    # Four of them say what waits in the background and among the messages.
    with django_assert_max_num_queries(13):
        officer.get(reverse("schools:calendar"))


def test_without_a_year_the_page_says_how_to_start(scene: Scene, officer: Client, client: Client) -> None:
    AcademicYear.objects.filter(school=scene.school).delete()
    page = officer.get(reverse("schools:calendar")).content.decode()
    assert "No academic year yet" in page
    assert reverse("schools:year_new") in page
    assert officer.get(reverse("schools:year_new")).context["copied_from"] is None
    sign_in(client, scene.teacher)
    assert reverse("schools:year_new") not in client.get(reverse("schools:calendar")).content.decode()


def test_an_entry_from_the_form_to_the_calendar(scene: Scene, officer: Client) -> None:
    data = {
        "kind": "inset",
        "name": "Staff training",
        "first_day": "2026-11-27",
        "last_day": "2026-11-27",
    }
    answer = officer.post(reverse("schools:entry_new"), data, follow=True)
    assert "Staff training, Fri 27 Nov, is in the calendar." in answer.content.decode()
    entry = CalendarEntry.objects.get(name="Staff training")
    page = reverse("schools:entry", args=[entry.pk])
    assert officer.get(page).context["form"].initial["kind"] == "inset"
    officer.post(page, data | {"name": "Safeguarding"})
    entry.refresh_from_db()
    assert entry.name == "Safeguarding"
    officer.post(reverse("schools:entry_remove", args=[entry.pk]))
    assert not CalendarEntry.objects.filter(pk=entry.pk).exists()


def test_a_wrong_entry_keeps_what_was_typed(scene: Scene, officer: Client) -> None:
    data = {"kind": "inset", "name": "Training", "first_day": "2026-11-28", "last_day": "2026-11-29"}
    answer = officer.post(reverse("schools:entry_new"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "at the weekend, when the school is closed anyway" in page
    assert 'value="Training"' in page
    assert officer.post(reverse("schools:entry_new"), {}).status_code == 422


def test_a_bank_holiday_leads_to_open_anyway(scene: Scene, officer: Client) -> None:
    view = officer.get(reverse("schools:calendar")).context["view"]
    links = {each.name: each.href for each in view.closures if each.act == "Open anyway"}
    # Christmas is between the terms and the spring bank holiday in a half term: the school is closed anyway.
    assert set(links) == {"Good Friday", "May Day"}
    href = links["May Day"]
    start = officer.get(href).context["form"].initial
    assert (start["kind"], start["first_day"]) == ("school_day", date(2027, 5, 3))
    assert officer.get(reverse("schools:entry_new") + "?on=2027-05-99").status_code == 404


def test_days_with_marks_ask_for_a_tick(scene: Scene, officer: Client) -> None:
    group = make_group(scene.school, "7A", scene.teacher)
    pupil = make_pupil(scene.school, group, "Abbott", "Amy")
    _mark(scene, group, pupil)
    data = {"kind": "planned_closure", "name": "Flood", "first_day": "2026-09-14", "last_day": "2026-09-14"}
    answer = officer.post(reverse("schools:entry_new"), data)
    assert answer.status_code == 422
    assert "1 on Mon 14 Sep 2026" in answer.content.decode()
    assert 'type="checkbox" name="is_confirmed"' in answer.content.decode()
    officer.post(reverse("schools:entry_new"), data | {"is_confirmed": "on"})
    assert CalendarEntry.objects.filter(name="Flood").exists()
    year = AcademicYear.objects.get(school=scene.school)
    assert officer.post(reverse("schools:year_remove", args=[year.pk])).status_code == 302


def _mark(scene: Scene, group: TeachingGroup, pupil: Any) -> None:
    from uuid import uuid4

    from rollbook.apps.registers.actions.taking import SubmittedMark, take_register
    from rollbook.domain.marks import SchoolSession
    from tests.factories.people import viewer_of

    viewer = viewer_of(scene.teacher, TODAY)
    take_register(
        viewer=viewer,
        group_id=group.pk,
        on=TODAY,
        school_session=SchoolSession.AM,
        marks=[SubmittedMark(pupil.pk, "/", None, "", 0, "")],
        reason="",
        key=uuid4(),
        by=viewer.actor,
        at=datetime(2026, 9, 14, 9, 5, tzinfo=LONDON),
    )


# --- Academic years ---------------------------------------------------------------------------------------------


def _posted(forms: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a browser would send of the page's three forms."""
    data: dict[str, Any] = {"is_confirmed": ""}
    year = forms["form"]
    data |= {name: year[name].value() for name in ("name", "first_day", "last_day")}
    for rows in (forms["terms"], forms["days"]):
        for field in rows.management_form:
            data[field.html_name] = field.value()
        for form in rows:
            for field in form:
                first = "half_term" if field.name == "kind" else ""
                data[field.html_name] = field.value() or first
    return {key: str(value) for key, value in (data | more).items()}


def test_the_next_year_is_previewed_and_set_up(scene: Scene, officer: Client) -> None:
    address = reverse("schools:year_new")
    page = officer.get(address)
    assert page.context["copied_from"].name == "2026/27"
    data = _posted(page.context)
    preview = officer.post(address, data | {"act": "preview", "terms-0-first_day": "2027-09-02"})
    assert preview.status_code == 200
    assert preview.context["view"].stretches[0].first_day == date(2027, 9, 2)
    assert AcademicYear.objects.filter(school=scene.school).count() == 1
    answer = officer.post(address, data | {"act": "save"}, follow=True)
    assert "2027/28 is set up." in answer.content.decode()
    assert answer.context["view"].days == page.context["view"].days
    assert CalendarEntry.objects.filter(school=scene.school, first_day__gte=date(2027, 9, 1)).count() == 4
    again = officer.post(address, data | {"act": "save"})
    assert again.status_code == 422
    assert "There is an academic year 2027/28 already." in again.content.decode()


def test_a_row_that_cannot_be_says_so_beside_it(scene: Scene, officer: Client) -> None:
    address = reverse("schools:year_new")
    data = _posted(officer.get(address).context)
    answer = officer.post(address, data | {"act": "save", "days-1-first_day": "2027-12-25"})
    assert answer.status_code == 422
    assert answer.context["days"].forms[1].non_field_errors()
    half = officer.post(address, data | {"act": "preview", "terms-3-name": "Fourth term"})
    assert "Fourth term: choose the first day, or empty the row." in half.content.decode()
    assert AcademicYear.objects.filter(school=scene.school).count() == 1


def test_dates_of_a_year_are_changed(scene: Scene, officer: Client) -> None:
    year = AcademicYear.objects.get(school=scene.school)
    address = reverse("schools:year_change", args=[year.pk])
    context = officer.get(address).context
    data = _posted({"form": context["form"], "terms": context["terms"], "days": context["terms"]})
    officer.post(address, data | {"terms-2-last_day": "2027-07-20"})
    assert year.terms.get(name="Summer term").last_day == date(2027, 7, 20)
    wrong = officer.post(address, data | {"terms-2-last_day": "2027-09-20"})
    assert wrong.status_code == 422
    assert "not wholly within" in wrong.content.decode()


# --- Times, groups, settings, codes -----------------------------------------------------------------------------


@pytest.mark.policy("P-4.1-14", "P-4.1-16", "P-4.1-17", "P-4.1-18")
def test_the_times_page_shows_the_policys_week_with_its_warning(scene: Scene, officer: Client) -> None:
    page = officer.get(reverse("schools:times")).content.decode()
    for words in ("09:00", "09:30", "12:45", "13:00", "15:05", "14:00", "For the governors:"):
        assert words in page
    assert "mornings 30 minutes, afternoons 15 minutes" in page
    assert "read in" not in page


def test_new_times_from_the_form(scene: Scene, officer: Client) -> None:
    address = reverse("schools:times_new")
    form = officer.get(address).context["form"]
    data = {field.html_name: str(field.value()) for field in form}
    data["effective_from"] = "2027-01-04"
    long = officer.post(address, data | {"am_closes_0": "09:31"})
    assert long.status_code == 422
    assert "Monday morning: the register would be open for 31 minutes" in long.content.decode()
    answer = officer.post(address, data | {f"am_closes_{day}": "09:15" for day in range(5)}, follow=True)
    assert "The times from 4 January 2027 are set." in answer.content.decode()
    change = reverse("schools:times_change", args=[JANUARY])
    assert officer.post(change, data | {"effective_from": "2027-01-11"}).status_code == 302
    assert officer.get(change).status_code == 404
    officer.post(reverse("schools:times_remove", args=[date(2027, 1, 11)]))
    assert set(DayTimes.objects.filter(school=scene.school).values_list("effective_from", flat=True)) == {
        date(2020, 9, 1)
    }
    assert officer.get(reverse("schools:times_change", args=[date(2020, 9, 1)])).status_code == 404


def test_without_times_the_page_says_how_to_start(scene: Scene, officer: Client) -> None:
    DayTimes.objects.filter(school=scene.school).delete()
    assert "No times yet" in officer.get(reverse("schools:times")).content.decode()
    assert officer.get(reverse("schools:times_new")).context["form"].initial["effective_from"] == TODAY


def test_a_long_name_of_a_group_is_refused_whole(scene: Scene, officer: Client) -> None:
    add = reverse("schools:group_new")
    change = reverse("schools:group_change", args=[make_group(scene.school, "7A").pk])
    for address in (add, change):
        # The browser would cut what is pasted, and say nothing.
        assert "maxlength" not in officer.get(address).content.decode()
        answer = officer.post(address, {"name": "x" * 41, "room": "y" * 52, "first_day": "2026-09-14"})
        page = answer.content.decode()
        assert "The name has 41 characters. Keep it to 40." in page
        assert "The room has 52 characters. Keep it to 40." in page
        assert "x" * 41 in page
    assert [group.name for group in TeachingGroup.objects.filter(school=scene.school)] == ["7A"]


def test_groups_with_pupils_cover_and_alarm(scene: Scene, officer: Client) -> None:
    assert "No teaching groups yet" in officer.get(reverse("schools:groups")).content.decode()
    officer.post(reverse("schools:group_new"), {"name": "7A", "room": "B10", "first_day": "2026-09-14"})
    group = TeachingGroup.objects.get(school=scene.school)
    make_pupil(scene.school, group, "Abbott", "Amy", first_day=TODAY)
    page = officer.get(reverse("schools:groups"))
    assert (page.context["pupils"], page.context["nobody"]) == (1, 1)
    give = reverse("schools:group_give", args=[group.pk])
    assert officer.get(f"{give}?cover=1").context["form"].initial["last_day"] == TODAY
    answer = officer.post(
        give, {"user": scene.teacher.pk, "first_day": "2026-09-14", "last_day": "2026-09-14"}, follow=True
    )
    assert "Tess Teacher takes 7A on Mon 14 Sep." in answer.content.decode()
    assert officer.post(give, {"user": scene.stranger.pk, "first_day": "2026-09-14"}).status_code == 422
    assert officer.get(reverse("schools:groups")).context["nobody"] == 0
    end = reverse("schools:group_end", args=[group.pk])
    refused = officer.post(end, {"last_day": "2026-09-14"})
    assert refused.status_code == 422
    assert "1 pupil is still in 7A after that day" in refused.content.decode()


def test_a_teacher_is_given_a_last_day_or_taken_back(scene: Scene, officer: Client) -> None:
    group = make_group(scene.school, "7A", scene.teacher)
    now = GroupTeacher.objects.get()
    coming = GroupTeacher.objects.create(group=group, user=scene.person, first_day=TODAY + timedelta(days=1))
    officer.post(reverse("schools:teaching", args=[now.pk]), {"last_day": "2026-09-30"})
    now.refresh_from_db()
    assert now.last_day == date(2026, 9, 30)
    officer.post(reverse("schools:teaching", args=[coming.pk]), {"act": "take_back"})
    assert not GroupTeacher.objects.filter(pk=coming.pk).exists()
    answer = officer.post(reverse("schools:teaching", args=[now.pk]), {"act": "take_back"}, follow=True)
    assert "has begun, so it stays on record" in answer.content.decode()


def test_a_setting_is_chosen_with_its_meeting(scene: Scene, officer: Client) -> None:
    address = reverse("schools:setting_choose", args=["submit_within_minutes"])
    data = {"value": "10", "effective_from": "2027-01-04", "approved_at_meeting": "Board, 12 November 2026"}
    wrong = officer.post(address, data | {"value": "31"})
    assert wrong.status_code == 422
    assert "may not be open for more than 30 minutes" in wrong.content.decode()
    answer = officer.post(address, data, follow=True)
    page = answer.content.decode()
    assert "Recorded: registers are submitted within 10 minutes from 4 January 2027." in page
    assert "Board, 12 November 2026" in page
    officer.post(reverse("schools:setting_remove", args=[PolicySetting.objects.get().pk]))
    assert not PolicySetting.objects.exists()
    assert officer.get(reverse("schools:setting_choose", args=["tea-time"])).status_code == 404


def test_particulars_from_the_form(scene: Scene, officer: Client) -> None:
    address = reverse("schools:particulars")
    form = officer.get(address).context["form"]
    data = {field.html_name: field.value() for field in form}
    assert officer.post(address, data | {"urn": "12"}).status_code == 422
    officer.post(address, data | {"urn": "123456"})
    assert School.objects.get(pk=scene.school.pk).urn == "123456"


@pytest.mark.policy("P-4.1-9", "P-A-1", "P-A-2", "P-A-3", "P-A-4", "P-A-5", "P-A-6", "P-A-7", "P-A-11")
def test_the_codes_page_has_every_code_once(scene: Scene, officer: Client) -> None:
    context = officer.get(reverse("schools:codes")).context
    shown = [row.code.symbol for section in context["sections"] for row in section.rows]
    assert sorted(shown) == sorted(code.symbol for code in CODES if TODAY in code.in_force)
    assert len(shown) == 34
    assert next((row.code.symbol, row.instead) for row in context["old"]) == ("J", "J1")
    assert {row.code.symbol for row in context["old"]} == {"J", "H", "F", "Y"}
    for section in context["sections"]:
        for row in section.rows:
            assert (row.counts_as != "Neither") is (row.possible == "Yes")


def test_the_codes_page_cites_its_sources_and_does_not_say_how_they_were_read(officer: Client) -> None:
    page = officer.get(reverse("schools:codes")).content.decode()
    assert "SI 2024/208, regulation 10" in page
    assert "†" not in page
    assert not any(level.words in page for level in Confirmation)


def test_every_page_leads_to_the_codes(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)
    assert (
        f'href="{reverse("schools:codes")}">Code meanings'
        in client.get(reverse("schools:calendar")).content.decode()
    )


def test_who_may_declare_a_closure_finds_it_from_the_calendar(scene: Scene, client: Client) -> None:
    link = f'href="{reverse("registers:closures")}"'
    for person, shown in ((make_person(scene.school, Role.HEAD_TEACHER), True), (scene.person, False)):
        sign_in(client, person)
        assert (link in client.get(reverse("schools:calendar")).content.decode()) is shown
