"""A group's register for a week or a month: on paper, as CSV and as an Excel file without any formula."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.registers.queries.span import group_span
from rollbook.apps.roll.models import Membership
from rollbook.domain.access import Role
from rollbook.domain.marks import SchoolSession
from rollbook.formats.workbook import Sheet, workbook
from tests.apps.registers.scene import AM, MONDAY, Scene, at, mark
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_group, make_pupil
from tests.paper import pages_of, text_of

pytestmark = pytest.mark.django_db

TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
FORMULA = '=HYPERLINK("http://example.org","x")'


@pytest.fixture
def scene() -> Scene:
    """Monday morning: Amy N amended to I, Ben late, Cat present."""
    scene = Scene()
    scene.take([mark(scene.amy, "N"), mark(scene.ben, "L", minutes=7), mark(scene.cat, "/")])
    viewer = scene.viewer(scene.officer)
    amend_mark(
        viewer=viewer, pupil_id=scene.amy.pk, on=MONDAY, school_session=AM, right=RightMark("I", FORMULA),
        seen_version=1, key=uuid4(), by=viewer.actor, at=at(10, 20),
    )  # fmt: skip
    return scene


def get(client: Client, scene: Scene, person: Any, kind: str = "pdf", **query: Any) -> Any:
    sign_in(client, person)
    asked = {"group": scene.group.pk, "on": MONDAY.isoformat(), "span": "week", "as": kind} | query
    with time_machine.travel(at(15, 30, on=TUESDAY), tick=False):
        return client.get(reverse("reports:group_register"), asked)


@pytest.mark.policy("P-4.1-4", "P-4.1-5", "P-4.1-6", "P-4.1-7", "P-4.1-8")
def test_a_week_on_paper_with_its_amendments(scene: Scene, client: Client) -> None:
    answer = get(client, scene, scene.officer)
    assert answer["Content-Type"] == "application/pdf"
    assert b"/StructTreeRoot" in answer.content
    lines = text_of(answer.content).split("\n")
    at_amy = lines.index("Abbott, Amy")
    # Monday morning amended, the three closed half-days since not marked, the rest of the week still to come.
    assert lines[at_amy : at_amy + 7] == ["Abbott, Amy", "I*", "?", "?", "?", "0/1", "0.0%"]
    at_ben = lines.index("Brown, Ben")
    assert lines[at_ben : at_ben + 7] == ["Brown, Ben", "L", "?", "?", "?", "1/1", "100.0%"]
    after = lines[lines.index("Amended marks (1)") :]
    assert after[after.index("Abbott, Amy") :][:7] == [
        "Abbott, Amy", "Mon 14 Sep 2026, AM", "N", "I", FORMULA, "Mon 14 Sep 2026, 10:20",
        "Ann Officer, Attendance Officer",
    ]  # fmt: skip
    for words in ("7A attendance register", "14 September 2026 to 20 September 2026", "Tess Teacher"):
        assert any(words in line for line in lines), words


def test_the_excel_file_holds_no_formula_and_no_link(scene: Scene, client: Client) -> None:
    scene.amy.surname = "=1+1"
    scene.amy.save()
    answer = get(client, scene, scene.officer, "xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["7A register", "Amendments", "Codes"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    grid = [[cell.value for cell in row] for row in book["7A register"].iter_rows()]
    assert grid[0][:4] == ["Surname", "First name", "UPN", "Mon 2026-09-14 AM"]
    assert [row[0] for row in grid[1:]] == ["'=1+1", "Brown", "Carr"]
    assert grid[1][3] == "I*"
    assert grid[2][-4:] == [1, 1, 3, "100.0%"]
    amendments = [[cell.value for cell in row] for row in book["Amendments"].iter_rows()]
    assert amendments[1][6] == f"'{FORMULA}"
    assert ["I", "Illness", "authorised absence"] in [
        [c.value for c in row] for row in book["Codes"].iter_rows()
    ]


def test_the_csv_file_is_the_grid_with_the_amendments_below(scene: Scene, client: Client) -> None:
    answer = get(client, scene, scene.officer, "csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:5] == ["Abbott", "Amy", "", "I*", "?"]
    assert rows[4:6] == [[], ["Amended marks"]]
    assert rows[7][:7] == [
        "Abbott", "Amy", "2026-09-14", "morning", "N Reason not yet established", "I Illness", f"'{FORMULA}",
    ]  # fmt: skip
    for row in rows:
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@"))


def test_a_teacher_prints_their_own_group_without_reasons_and_takes_no_file(
    scene: Scene, client: Client
) -> None:
    text = text_of(get(client, scene, scene.teacher).content)
    assert "HYPERLINK" not in text
    assert "kept by the school office" in text
    for kind in ("csv", "xlsx"):
        answer = get(client, scene, scene.teacher, kind)
        assert answer.status_code == 422
        assert "The school office can take it as a file." in answer.content.decode()
    assert get(client, scene, scene.teacher, group=scene.other_group.pk).status_code == 422
    assert get(client, scene, scene.other_teacher).status_code == 422
    assert [event.facts["format"] for event in Event.objects.filter(type="extract.taken")] == ["PDF"]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_prints_what_it_may_see(scene: Scene, client: Client, role: Role) -> None:
    person = scene.teacher if role is Role.CLASS_TEACHER else make_person(scene.school, role)
    expected = 403 if role in {Role.GOVERNOR, Role.ADMINISTRATOR} else 200
    assert get(client, scene, person).status_code == expected
    with time_machine.travel(at(9, 5), tick=False):
        assert client.get(reverse("reports:print")).status_code == expected


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"group": ""}, "Choose the teaching group."),
        ({"group": "1e9"}, "Select a valid choice"),
        ({"group": "9" * 30}, "Select a valid choice"),
        ({"on": "2026-02-30"}, "Enter a real date"),
        ({"on": "\x00"}, "Enter a real date"),
        ({"span": "year"}, "Select a valid choice"),
    ],
)
def test_what_can_not_be_printed_is_said_and_nothing_is_recorded(
    scene: Scene, client: Client, query: dict[str, str], words: str
) -> None:
    answer = get(client, scene, scene.officer, **query)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Event.objects.filter(type="extract.taken").exists()


def test_another_schools_group_is_not_there(scene: Scene, client: Client) -> None:
    elsewhere = make_school("Elsewhere School")
    group = make_group(elsewhere, "9Z")
    pupil = make_pupil(elsewhere, group, "Far", "Fay")
    assert get(client, scene, scene.head, group=group.pk).status_code == 422
    assert group_span(scene.viewer(scene.head), group.pk, MONDAY, FRIDAY, at(16)) is None
    # Not even where somebody put a pupil of the other school into a group of ours.
    Membership.objects.filter(pupil=pupil).update(group=scene.group)
    assert "Far" not in text_of(get(client, scene, scene.head).content)


def test_a_pupil_who_moved_is_on_both_registers_each_for_their_days(scene: Scene) -> None:
    Membership.objects.filter(pupil=scene.amy).update(last_day=MONDAY)
    Membership.objects.create(pupil=scene.amy, group=scene.other_group, first_day=TUESDAY)
    viewer = scene.viewer(scene.officer)
    now = at(15, 30, on=TUESDAY)
    old = group_span(viewer, scene.group.pk, MONDAY, FRIDAY, now)
    new = group_span(viewer, scene.other_group.pk, MONDAY, FRIDAY, now)
    assert old is not None
    assert new is not None
    assert [versions[-1].code for versions in old.marks[scene.amy.pk].values()] == ["I"]
    assert new.marks[scene.amy.pk] == {}
    assert {half_day for pupil, half_day in old.missing if pupil == scene.amy.pk} == {
        (MONDAY, SchoolSession.PM)
    }
    assert {on for pupil, (on, _) in new.missing if pupil == scene.amy.pk} == {TUESDAY}


def test_a_month_of_thirty_five_pupils_is_one_page_and_its_head_comes_again_on_the_next(
    scene: Scene, client: Client
) -> None:
    for number in range(32):
        make_pupil(scene.school, scene.group, f"Pupil-of-the-group {number:02}", "Maximiliana")

    def grid_pages() -> int:
        pages = pages_of(get(client, scene, scene.officer, span="month", on="2026-09-30").content)
        assert pages[0].count("7A attendance register") == 1
        heads = [page for page in pages if "30 Sep" in page]
        return len(heads)

    assert grid_pages() == 1
    for number in range(32, 50):
        make_pupil(scene.school, scene.group, f"Pupil-of-the-group {number:02}", "Maximiliana")
    assert grid_pages() == 2


def test_days_without_school_or_pupils_say_so(scene: Scene, client: Client) -> None:
    assert "There was no school on any of these days." in text_of(
        get(client, scene, scene.officer, on="2026-10-28").content
    )
    empty = make_group(scene.school, "7C")
    assert "Nobody was in this group" in text_of(get(client, scene, scene.officer, group=empty.pk).content)


def test_more_pupils_and_days_cost_no_more_queries(scene: Scene, client: Client) -> None:
    def cost(**query: Any) -> int:
        asked = {"group": scene.group.pk, "on": MONDAY.isoformat(), "span": "week"} | query
        with (
            time_machine.travel(at(15, 30, on=TUESDAY), tick=False),
            CaptureQueriesContext(connection) as queries,
        ):
            assert client.get(reverse("reports:group_register"), asked).status_code == 200
        return len(queries)

    get(client, scene, scene.officer)
    few = cost()
    for number in range(20):
        make_pupil(scene.school, scene.group, f"More {number:02}", "Morgan")
    assert cost(span="month") == few <= 18


def test_a_workbook_keeps_every_text_a_text() -> None:
    awkward = [
        "=1+1", "+441", "-1", "@x", "http://example.org", "mailto:a@example.org", "007", "1e5", "{=1}", "a\nb",
        "x" * 40_000,
    ]  # fmt: skip
    content = workbook([Sheet("A/B: [x]?" * 9, ("=H", "N"), [(text, 7) for text in awkward])], at(9))
    book = load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    assert [cell.value for cell in page["A"]][1:7] == ["'=1+1", "'+441", "'-1", "'@x", *awkward[4:6]]
    assert {cell.data_type for cell in page["A"]} == {"s"}
    assert {cell.value for cell in page["B"]} == {"N", 7}
    assert page["A1"].value == "'=H"
    assert all(cell.hyperlink is None for cell in page["A"])
