"""The attendance certificate: its figures counted by hand, who sees what on it, and that taking it is recorded."""

import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.roll.models import Enrolment, Pupil
from rollbook.domain.access import Role
from rollbook.ui.answers import file_name
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at, mark
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_group, make_pupil
from tests.paper import pages_of, text_of

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
WEEK = {"first_day": "2026-09-14", "last_day": "2026-09-18"}


@pytest.fixture
def scene() -> Scene:
    """Amy: Monday N amended to I, and present; Tuesday L 12 minutes, and U 40; Wednesday # nobody marked."""
    scene = Scene()
    scene.amy.legal_surname, scene.amy.middle_names, scene.amy.upn = "Abbott-Żak", "May", "A123456789012"
    scene.amy.save()
    scene.take({scene.amy: "N"})
    scene.take({scene.amy: "\\"}, session=PM, when=at(12, 50))
    scene.take([mark(scene.amy, "L", minutes=12)], on=TUESDAY)
    scene.take(
        [mark(scene.amy, "U", minutes=40)], on=TUESDAY, session=PM, by=scene.office, when=at(14, on=TUESDAY)
    )
    amend(scene, scene.amy, "I", "Mother telephoned: tonsillitis")
    return scene


def amend(scene: Scene, pupil: Pupil, code: str, reason: str, on: date = MONDAY) -> None:
    viewer = scene.viewer(scene.officer)
    amend_mark(
        viewer=viewer, pupil_id=pupil.pk, on=on, school_session=AM, right=RightMark(code, reason),
        seen_version=1, key=uuid4(), by=viewer.actor, at=at(10, 20, on=on),
    )  # fmt: skip


def get(client: Client, scene: Scene, person: Any, form: str, **query: str) -> Any:
    sign_in(client, person)
    with time_machine.travel(at(15, 30, on=WEDNESDAY), tick=False):
        return client.get(reverse(f"reports:{form}", args=[scene.amy.pk]), query or WEEK)


def test_it_says_what_was_counted_by_hand(scene: Scene, client: Client) -> None:
    answer = get(client, scene, scene.officer, "certificate_pdf")
    assert answer["Content-Type"] == "application/pdf"
    lines = text_of(answer.content).split("\n")
    text = "\n".join(lines)
    # /: none, \ once, L once are attended; I is authorised, U unauthorised: 2 of 4. Wednesday's two are not marked.
    assert lines[lines.index("Possible sessions") :][:9] == [
        "Possible sessions", "4", "Attended", "2", "50.0%", "Absent", "2", "50.0%", "of these authorised",
    ]  # fmt: skip
    assert "Late in 2 sessions, 52 minutes in all." in text
    assert "2 sessions were not marked by anybody (?)" in text
    for words in (
        "Hollin Bank School", "Amy May Abbott-Żak", "Amy Abbott", "17 May 2014", "A123456789012", "7A",
        "from 3 September 2026", "Marks from 14 September 2026 to 18 September 2026",
        "Made on Wed 16 Sep 2026 at 15:30 by Ann Officer, Attendance Officer", "Page 1 of 1",
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.policy("P-4.1-4", "P-4.1-5", "P-4.1-6", "P-4.1-7", "P-4.1-8")
def test_an_amendment_is_printed_with_the_five_things_it_must_show(scene: Scene, client: Client) -> None:
    text = text_of(get(client, scene, scene.officer, "certificate_pdf").content)
    shown = text[text.index("Amended marks (1)") :].split("\n")
    assert shown[shown.index("Mon 14 Sep 2026, AM") :][:6] == [
        "Mon 14 Sep 2026, AM", "N", "I", "Mother telephoned: tonsillitis", "Mon 14 Sep 2026, 10:20",
        "Ann Officer, Attendance Officer",
    ]  # fmt: skip
    assert "I*" in text
    assert "Reason not yet established" in text, "a code that only an amendment names has its meaning too"


def test_a_teacher_gets_no_reason_from_the_office_and_no_upn(scene: Scene, client: Client) -> None:
    for form in ("certificate", "certificate_pdf", "certificate_csv"):
        content = get(client, scene, scene.teacher, form).content
        text = text_of(content) if form.endswith("pdf") else content.decode()
        assert "tonsillitis" not in text, form
        assert "kept by the school office" in text, form
        assert "A123456789012" not in text, form
    assert "given to the school office in confidence" in text_of(
        get(client, scene, scene.teacher, "certificate_pdf").content
    )


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("form", ["certificate", "certificate_pdf", "certificate_csv"])
def test_those_who_may_see_the_pupil_get_it_and_nobody_else(
    scene: Scene, client: Client, role: Role, form: str
) -> None:
    person = scene.teacher if role is Role.CLASS_TEACHER else make_person(scene.school, role)
    expected = 403 if role in {Role.GOVERNOR, Role.ADMINISTRATOR} else 200
    assert get(client, scene, person, form).status_code == expected


@pytest.mark.parametrize("form", ["certificate", "certificate_pdf", "certificate_csv"])
def test_another_teachers_pupil_and_another_school_do_not_exist(
    scene: Scene, client: Client, form: str
) -> None:
    assert get(client, scene, scene.other_teacher, form).status_code == 404
    elsewhere = make_school("Elsewhere School")
    assert get(client, scene, make_person(elsewhere, Role.HEAD_TEACHER), form).status_code == 404
    assert not Event.objects.filter(type="extract.taken").exists()


def test_taking_it_is_recorded_with_days_and_form(scene: Scene, client: Client) -> None:
    get(client, scene, scene.officer, "certificate_pdf")
    get(client, scene, scene.officer, "certificate_csv")
    events = list(Event.objects.filter(type="extract.taken").order_by("pk"))
    assert [event.facts["format"] for event in events] == ["PDF", "CSV"]
    assert {(event.subject, event.by_name, event.facts["from"], event.facts["to"]) for event in events} == {
        (f"pupil:{scene.amy.pk}", "Ann Officer", "2026-09-14", "2026-09-18")
    }
    with time_machine.travel(at(16, on=WEDNESDAY), tick=False):
        page = client.get(reverse("audit:log")).content.decode()
    assert "Took out the attendance certificate of" in page
    assert "14 September 2026 to 18 September 2026, as PDF" in page


def test_the_file_has_each_session_and_under_it_its_amendments(scene: Scene, client: Client) -> None:
    text = get(client, scene, scene.officer, "certificate_csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[:4] for row in rows[1:]] == [
        ["2026-09-14", "morning", "I", "Illness"],
        ["2026-09-14", "morning", "", ""],
        ["2026-09-14", "afternoon", "\\", "Present (afternoon)"],
        ["2026-09-15", "morning", "L", "Late, before register closed"],
        ["2026-09-15", "afternoon", "U", rows[5][3]],
        ["2026-09-16", "morning", "", "Not marked"],
        ["2026-09-16", "afternoon", "", "Not marked"],
    ]
    assert rows[2][6:] == [
        "N", "I", "Mother telephoned: tonsillitis", "Mon 14 Sep 2026, 10:20", "Ann Officer", "Attendance Officer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        {"first_day": "2026-09-18", "last_day": "2026-09-14"},
        {"first_day": "2026-09-14", "last_day": "soon"},
        {"first_day": "2026-09-21", "last_day": "2026-09-22"},
        {"first_day": "2016-09-01", "last_day": "2026-09-01"},
        {"first_day": "", "last_day": ""},
    ],
)
def test_days_that_can_not_be_are_refused_in_words_and_as_paper_are_not_there(
    scene: Scene, client: Client, query: dict[str, str]
) -> None:
    page = get(client, scene, scene.officer, "certificate", **query)
    assert page.status_code == 422
    assert "need putting right" in page.content.decode() or "needs putting right" in page.content.decode()
    assert get(client, scene, scene.officer, "certificate_pdf", **query).status_code == 404
    assert get(client, scene, scene.officer, "certificate_csv", **query).status_code == 404


def test_a_whole_year_is_one_page_and_more_amendments_go_on(scene: Scene, client: Client) -> None:
    days = [date(2026, 9, 3) + timedelta(days=number) for number in range(140)]
    school_days = [day for day in days if day.weekday() < 5 and day != MONDAY and day < date(2026, 10, 24)]
    for day in school_days[:30]:
        if day != TUESDAY:
            scene.take({scene.amy: "N"}, on=day, by=scene.office, when=at(9, 5, on=day))
    year = {"first_day": "2026-09-01", "last_day": "2027-08-31"}

    def pages() -> list[str]:
        with time_machine.travel(at(17, on=date(2027, 7, 30)), tick=False):
            sign_in(client, scene.officer)
            return pages_of(client.get(reverse("reports:certificate_pdf", args=[scene.amy.pk]), year).content)

    assert len(pages()) == 1
    for day in school_days[:30]:
        if day != TUESDAY:
            amend(
                scene, scene.amy, "I", "A reason long enough to need a second line of the certificate", on=day
            )
    found = pages()
    assert len(found) == 2
    assert "Page 2 of 2" in found[1]
    assert "Signed:" in found[1]


def test_days_off_the_roll_are_not_missing(scene: Scene, client: Client) -> None:
    Enrolment.objects.filter(pupil=scene.amy).update(last_day=TUESDAY)
    text = text_of(get(client, scene, scene.officer, "certificate_pdf").content)
    assert "not marked by anybody" not in text
    assert "3 September 2026 to 15 September 2026" in text


def test_one_who_left_long_ago_is_shown_the_last_year_on_roll(scene: Scene, client: Client) -> None:
    gone = make_pupil(
        scene.school, scene.group, "Gone", "Gus", first_day=date(2026, 9, 3), last_day=date(2026, 10, 2)
    )
    with time_machine.travel(at(9, on=date(2027, 10, 4)), tick=False):
        sign_in(client, scene.officer)
        page = client.get(reverse("reports:certificate", args=[gone.pk])).content.decode()
    assert "1 September 2026 to 2 October 2026" in page


def test_the_pupil_page_leads_to_it_for_those_who_may_open_it(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)
    with time_machine.travel(at(9, 5), tick=False):
        page = client.get(reverse("registers:pupil", args=[scene.amy.pk])).content.decode()
    assert reverse("reports:certificate", args=[scene.amy.pk]) in page


def test_more_days_cost_no_more_queries(scene: Scene, client: Client) -> None:
    address = reverse("reports:certificate_pdf", args=[scene.amy.pk])
    get(client, scene, scene.officer, "certificate_pdf")

    def cost(**query: str) -> int:
        with (
            time_machine.travel(at(15, 30, on=WEDNESDAY), tick=False),
            CaptureQueriesContext(connection) as queries,
        ):
            assert client.get(address, query).status_code == 200
        return len(queries)

    week, year = cost(**WEEK), cost(first_day="2026-09-01", last_day="2027-08-31")
    assert week == year <= 16


def test_another_groups_pupils_marks_are_not_mixed_in(scene: Scene, client: Client) -> None:
    scene.take({scene.ben: "G"}, by=scene.officer)
    make_group(scene.school, "7C")
    assert "Holiday" not in text_of(get(client, scene, scene.officer, "certificate_pdf").content)


def test_a_files_name_is_plain_letters() -> None:
    assert file_name("certificate", "Żółtowska", "Łucja O’Brien", date(2026, 9, 1)) == (
        "certificate-zoltowska-lucja-obrien-2026-09-01"
    )
    assert file_name("x", '"\r\n../é') == "x-e"
