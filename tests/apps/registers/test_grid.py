"""The grid: whose marks it shows over which days, what its review says before anything is saved, and what is saved."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.registers.actions.planning import plan_mark
from rollbook.apps.registers.actions.writing import NewEntry, Occasion, add_entries
from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries import grid as grid_queries
from rollbook.apps.registers.queries.grid import Grid, GridSpan, grid_of
from rollbook.apps.registers.queries.saved import marks_of_save
from rollbook.apps.roll.models import Membership, Pupil
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.marks import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at, mark
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = MONDAY + timedelta(days=4)
NOW = at(9, 5, on=FRIDAY)
GRID, REVIEW = "/registers/grid/", "/registers/grid/review/"


@pytest.fixture
def scene() -> Scene:
    """Monday morning taken: Amy N, Ben present, Cat five minutes late."""
    scene = Scene()
    scene.take({scene.amy: "N", scene.ben: "/", scene.cat: "L"})
    return scene


@pytest.fixture
def office(scene: Scene, client: Client) -> Iterator[Client]:
    """The office's browser at 09:05 on Friday of that week."""
    with time_machine.travel(NOW, tick=False):
        yield sign_in(client, scene.office)


def shown(scene: Scene, span: GridSpan = GridSpan.WEEK, on: date = MONDAY, pupils: str = "") -> Grid:
    found = grid_of(scene.viewer(scene.office), pupils or f"g{scene.group.pk}", span, on, NOW)
    assert found is not None
    return found


def line(pupil: Pupil, code: str, seen: int = 1, on: date = MONDAY, session: SchoolSession = AM) -> str:
    return f"{pupil.pk} {on.isoformat()} {session.value} {seen} {code}"


def form(scene: Scene, *lines: str, act: str = "review", **more: Any) -> dict[str, Any]:
    """What the grid or its review sends."""
    return {
        "act": act, "changes": "\n".join(lines), "pupils": f"g{scene.group.pk}", "span": "week", "on": MONDAY,
        "key": str(uuid4()),
    } | more  # fmt: skip


def ticked(pupil: Pupil, on: date = MONDAY, session: SchoolSession = AM) -> str:
    return f"{pupil.pk}-{on.isoformat()}-{session.value}"


# --- What is shown ----------------------------------------------------------------------------------------------


def test_a_week_of_a_group_with_versions_and_what_is_planned(scene: Scene) -> None:
    scene.take([mark(scene.amy, "I", seen=1)], by=scene.office, reason="Parent rang", when=at(9, 20))
    viewer = scene.viewer(scene.office)
    plan_mark(
        viewer=viewer, pupil_id=scene.ben.pk, first_day=FRIDAY, last_day=FRIDAY, sessions="PM", code="M",
        note="Dentist", origin="letter", by=viewer.actor, at=at(8),
    )  # fmt: skip
    grid = shown(scene)
    assert [day.on.day for day in grid.days] == [14, 15, 16, 17, 18]
    assert [row.forename for row in grid.rows] == ["Amy", "Ben", "Cat"]
    amy, ben, cat = (row.marks for row in grid.rows)
    assert {key: (each.code, each.version) for key, each in amy.items()} == {(MONDAY, AM): ("I", 2)}
    assert (ben[MONDAY, AM].version, cat[MONDAY, AM].minutes_late) == (1, 5)
    assert {key: plan.code for key, plan in grid.rows[1].planned.items()} == {(FRIDAY, PM): "M"}
    assert (grid.days[0].opened, grid.days[0].over) == ((AM, PM), (AM, PM))
    assert (grid.days[4].opened, grid.days[4].over) == ((AM,), ())  # 09:05: open and not over


def test_closed_days_are_named_and_weekends_left_out(scene: Scene) -> None:
    grid = shown(scene, GridSpan.FORTNIGHT, date(2026, 8, 31), pupils=f"g{scene.group.pk}")
    closed = {day.on.day: day.closed_words for day in grid.days if day.closed_because}
    assert closed == {31: "Outside the academic year", 1: "INSET", 2: "INSET"}
    assert all(day.on.weekday() < 5 for day in grid.days)


def test_days_closed_together_are_one_column_and_pupils_of_a_year_carry_their_group(
    scene: Scene, office: Client
) -> None:
    page = office.get(f"{GRID}?pupils=y8&span=fortnight&on=2026-10-20").content.decode()
    assert page.count('<td rowspan="4" class="gx') == 1
    assert 'title="Mon 26 Oct to Fri 30 Oct: Autumn half term."' in page
    assert "Dale, Dan</a> <small>7B</small>" in page
    assert "<small>" not in office.get(f"{GRID}?pupils=g{scene.group.pk}").content.decode()


def test_half_a_term_is_the_calendars_and_leads_to_those_beside_it(scene: Scene) -> None:
    grid = shown(scene, GridSpan.HALF_TERM)
    assert (grid.first_day, grid.last_day) == (date(2026, 9, 3), date(2026, 10, 23))
    assert (grid.name, grid.previous) == ("Autumn term, first half", None)
    assert grid.next == date(2026, 11, 2)
    in_the_holiday = shown(scene, GridSpan.HALF_TERM, date(2026, 10, 28))
    assert in_the_holiday.first_day == date(2026, 11, 2)


def test_a_pupil_who_moves_is_on_each_register_on_their_days(scene: Scene) -> None:
    Membership.objects.filter(pupil=scene.cat).update(last_day=TUESDAY)
    Membership.objects.create(pupil=scene.cat, group=scene.other_group, first_day=MONDAY + timedelta(days=2))
    row = shown(scene).rows[2]
    assert [row.is_expected(day.on) for day in shown(scene).days] == [True, True, False, False, False]
    other = shown(scene, pupils=f"g{scene.other_group.pk}")
    assert [row.forename for row in other.rows] == ["Cat", "Dan"]
    both = shown(scene, pupils="y8")  # everybody here was born in May 2014
    assert [row.forename for row in both.rows] == ["Amy", "Ben", "Cat", "Dan"]
    assert all(both.rows[2].is_expected(day.on) for day in both.days)


def test_only_pupils_of_the_own_school_at_that_time(scene: Scene) -> None:
    other = make_school("Other School")
    group = make_group(other, "7A")
    make_pupil(other, group, "Other", "Otto")
    make_pupil(scene.school, scene.group, "Gone", "Gil", last_day=date(2026, 9, 4))
    viewer = scene.viewer(scene.office)
    assert grid_of(viewer, f"g{group.pk}", GridSpan.WEEK, MONDAY, NOW) is None
    grid = shown(scene)
    assert [each.words for each in grid.choices] == ["7A", "7B", "All of Year 8"]
    assert "Gil" not in [row.forename for row in grid.rows]
    assert "Gil" in [row.forename for row in shown(scene, GridSpan.HALF_TERM).rows]


def test_too_many_marks_for_a_page_are_shown_for_a_shorter_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_queries, "MOST_CELLS", 70)
    grid = shown(scene, GridSpan.HALF_TERM)
    assert (grid.span, grid.was_shortened) == (GridSpan.FORTNIGHT, True)
    assert shown(scene).was_shortened is False


def test_more_pupils_and_days_cost_no_more_queries(scene: Scene) -> None:
    for number in range(30):
        make_pupil(scene.school, scene.other_group, f"More {number:02}", "Mo")
    counts = []
    for pupils, span in (
        (f"g{scene.group.pk}", GridSpan.WEEK),
        (f"g{scene.other_group.pk}", GridSpan.HALF_TERM),
    ):
        shown(scene, span, pupils=pupils)
        with CaptureQueriesContext(connection) as queries:
            shown(scene, span, pupils=pupils)
        counts.append(len(queries) - 3)  # the viewer's appointments, made new by the scene
    assert counts[0] == counts[1] <= 3


def test_the_page_costs_so_many_queries_and_so_many_bytes(scene: Scene, office: Client) -> None:
    for number in range(27):
        make_pupil(scene.school, scene.group, f"More {number:02}", "Mo")
    path = f"{GRID}?span=half&on={MONDAY}&pupils=g{scene.group.pk}"
    office.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = office.get(path)
    assert len(queries) <= 6, [each["sql"] for each in queries]
    cells = re.findall(r'<td class="g ', answer.content.decode())
    assert len(cells) == 30 * 2 * 37
    assert len(answer.content) < 300_000


@pytest.mark.parametrize("role", Role, ids=str)
def test_who_may_open_it(scene: Scene, client: Client, role: Role) -> None:
    sign_in(client, make_person(scene.school, role))
    may = Permission.REGISTER_AMEND in ROLE_PERMISSIONS[role]
    with time_machine.travel(NOW, tick=False):
        assert client.get(GRID).status_code == (200 if may else 403)
        assert client.get(REVIEW).status_code == (302 if may else 403)
        assert client.post(REVIEW, form(scene, line(scene.amy, "I"))).status_code == (200 if may else 403)
    assert not Entry.objects.filter(version=2).exists()


def test_addresses_that_no_page_of_ours_makes(scene: Scene, office: Client) -> None:
    far = make_group(make_school("Other School"), "7A")
    for query in (
        "span=year",
        "on=2026-13-01",
        f"pupils=g{far.pk}",
        "pupils=g99999999999",
        "pupils=%00",
        "on=x",
    ):
        assert office.get(f"{GRID}?{query}").status_code == 404, query


def test_a_group_that_is_not_there_at_that_time_gives_way_to_one_that_is(
    scene: Scene, office: Client
) -> None:
    new = make_group(scene.school, "7C")
    make_pupil(scene.school, new, "Newman", "Nia", first_day=MONDAY)
    page = office.get(f"{GRID}?pupils=g{new.pk}&on=2026-09-07").content.decode()
    assert "Those pupils had no register at this time" in page


def test_a_school_without_pupils_and_a_week_without_school(scene: Scene, client: Client) -> None:
    empty = make_school("Empty School")
    sign_in(client, make_person(empty, Role.OFFICE))
    with time_machine.travel(NOW, tick=False):
        assert "No pupil is on a register" in client.get(GRID).content.decode()
        sign_in(client, scene.office)
        assert "The school is closed" in client.get(f"{GRID}?on=2026-10-28").content.decode()


# --- The review -------------------------------------------------------------------------------------------------


def test_present_marks_that_would_be_lost_come_first_and_are_kept(scene: Scene, office: Client) -> None:
    changes = [
        line(scene.amy, "I"),
        line(scene.ben, "I"),
        line(scene.cat, "I"),
        line(scene.cat, "I", 0, TUESDAY),
    ]
    page = office.post(REVIEW, form(scene, *changes))
    assert [(row["name"], row["before"], row["after"]) for row in page.context["lost"]] == [
        ("Brown, Ben", "/", "I"), ("Carr, Cat", "L", "I"),
    ]  # fmt: skip
    assert (page.context["amended_count"], page.context["filled_count"]) == (1, 1)
    assert Save.objects.count() == 1  # the register; the review saves nothing

    done = office.post(REVIEW, form(scene, *changes, act="save", reason="Virus"), follow=True)
    assert "2 marks saved" in done.content.decode()
    assert scene.marks() == {"Amy": ["N", "I"], "Ben": ["/"], "Cat": ["L"]}
    assert scene.marks(TUESDAY) == {"Cat": ["I"]}


def test_a_present_mark_is_changed_where_it_is_ticked(scene: Scene, office: Client) -> None:
    changes = [line(scene.ben, "I"), line(scene.cat, "I")]
    office.post(REVIEW, form(scene, *changes, act="save", reason="Wrong group", take=[ticked(scene.ben)]))
    assert scene.marks() == {"Amy": ["N"], "Ben": ["/", "I"], "Cat": ["L"]}


def test_nothing_ticked_and_nothing_else_to_save(scene: Scene, office: Client) -> None:
    answer = office.post(REVIEW, form(scene, line(scene.ben, "I"), act="save", reason="Virus"))
    assert answer.status_code == 422
    assert "Nothing is left to save" in answer.content.decode()
    assert 'value="Virus"' in answer.content.decode()


def test_the_reason_the_minutes_and_the_nature_are_asked_for_and_nothing_is_lost(
    scene: Scene, office: Client
) -> None:
    dan = scene.dan
    scene.plan_trip(scene.amy, dan)
    changes = [line(scene.amy, "V"), line(dan, "L", 0), line(dan, "V", 0, session=PM), line(scene.ben, "I")]
    sent = form(scene, *changes, act="save", take=[ticked(scene.ben)], **{f"minutes-{ticked(dan)}": "ten"})
    answer = office.post(REVIEW, sent)
    assert answer.status_code == 422
    assert [row["value"] for row in answer.context["late"]] == ["ten"]
    assert "Give the minutes late as a number" in answer.content.decode()
    answer = office.post(REVIEW, sent | {f"minutes-{ticked(dan)}": ""})
    asked_for = [error["href"] for error in answer.context["errors"]]
    assert sorted(asked_for) == sorted([f"#minutes-{ticked(dan)}", "#note-V", "#reason"])  # all of it at once
    answer = office.post(REVIEW, sent | {f"minutes-{ticked(dan)}": "", "reason": "Trip came back late"})
    assert {error["href"] for error in answer.context["errors"]} == {"#note-V", f"#minutes-{ticked(dan)}"}
    page = answer.content.decode()
    assert 'value="Trip came back late"' in page
    assert re.search(rf'value="{ticked(scene.ben)}"[^>]*checked', page)
    assert Save.objects.count() == 1

    right = {f"minutes-{ticked(dan)}": "12", "note-V": "Science museum", "reason": "Trip came back late"}
    assert office.post(REVIEW, sent | right).status_code == 302
    assert Entry.objects.get(pupil=dan, session="AM").minutes_late == 12
    assert set(Entry.objects.filter(code="V").values_list("note", flat=True)) == {"Science museum"}


def test_a_note_that_is_too_long_comes_back_whole(scene: Scene, office: Client) -> None:
    note = "x" * 301
    scene.plan_trip(scene.amy)
    sent = form(scene, line(scene.amy, "V"), act="save", reason="Trip", **{"note-V": note})
    answer = office.post(REVIEW, sent)
    assert answer.status_code == 422
    assert "Keep the note of V to 300 characters." in answer.content.decode()
    assert answer.context["notes"][0]["value"] == note
    assert Save.objects.count() == 1


def test_what_can_not_be_right_is_shown_with_why_and_left_out(scene: Scene, office: Client) -> None:
    changes = [line(scene.amy, "I"), line(scene.ben, "C"), line(scene.cat, "I", 0, FRIDAY, PM)]
    page = office.post(REVIEW, form(scene, *changes))
    assert [(row["name"], row["because"].split(".")[0]) for row in page.context["refused"]] == [
        ("Brown, Ben", "C (exceptional circumstances) is set by the head teacher"),
        ("Carr, Cat", "This register has not opened yet"),
    ]
    office.post(REVIEW, form(scene, *changes, act="save", reason="Virus"))
    assert scene.marks() == {"Amy": ["N", "I"], "Ben": ["/"], "Cat": ["L"]}


def test_a_conflict_comes_back_with_both_values_and_a_tick_decides(scene: Scene, office: Client) -> None:
    changes = [line(scene.amy, "I"), line(scene.ben, "I")]
    sent = form(scene, *changes, act="save", reason="Virus", take=[ticked(scene.ben)])
    scene.take([mark(scene.amy, "M", seen=1)], by=scene.officer, reason="Dentist", when=at(9, 20))

    answer = office.post(REVIEW, sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert [(row["before"], row["by"], row["after"]) for row in answer.context["contested"]] == [
        ("M", "Ann Officer", "I")
    ]
    assert 'value="Virus"' in page
    assert re.search(rf'value="{ticked(scene.ben)}"[^>]*checked', page)
    assert scene.marks()["Amy"] == ["N", "M"]

    again = sent | {"changes": answer.context["changes"]}
    assert office.post(REVIEW, again).status_code == 302  # theirs stays where yours is not ticked
    assert scene.marks() == {"Amy": ["N", "M"], "Ben": ["/", "I"], "Cat": ["L"]}


def test_yours_goes_over_theirs_only_over_the_mark_that_was_shown(scene: Scene, office: Client) -> None:
    sent = form(scene, line(scene.amy, "I"), act="save", reason="Virus")
    scene.take([mark(scene.amy, "M", seen=1)], by=scene.officer, reason="Dentist", when=at(9, 20))
    shown_both = office.post(REVIEW, sent).context["changes"]
    scene.take([mark(scene.amy, "L", seen=2)], by=scene.officer, reason="Came", when=at(9, 25))
    ticks = sent | {"changes": shown_both, "take": [ticked(scene.amy)]}

    answer = office.post(REVIEW, ticks)
    assert answer.status_code == 409
    assert not answer.context["contested"][0]["is_taken"]  # the tick was about M, and it is L now
    assert office.post(REVIEW, ticks | {"changes": answer.context["changes"]}).status_code == 302
    assert scene.marks()["Amy"] == ["N", "M", "L", "I"]


def test_the_same_review_sent_twice_saves_once(scene: Scene, office: Client) -> None:
    sent = form(scene, line(scene.amy, "I"), line(scene.dan, "I", 0), act="save", reason="Virus")
    first, second = office.post(REVIEW, sent), office.post(REVIEW, sent)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert Save.objects.filter(kind="amendment").count() == 1


@pytest.mark.parametrize(
    "changes",
    ["", "x", "1 2026-09-14 AM 1", "1 2026-09-14 NOON 1 I", "1 2026-13-14 AM 1 I", "-1 2026-09-14 AM 1 I",
     "1 2026-09-14 AM one I", "1 2026-09-14 AM 1 ILL", "1 1000-01-01 AM 1 I", "9" * 30 + " 2026-09-14 AM 0 I",
     "\x00", "1 2026-09-14 AM 1 =cmd()", "\n".join(["1 2026-09-14 AM 1 I"] * 3_001)],
)  # fmt: skip
def test_changes_that_no_page_of_ours_sends(scene: Scene, office: Client, changes: str) -> None:
    for act in ("review", "save"):
        answer = office.post(REVIEW, form(scene, act=act) | {"changes": changes, "reason": "x"})
        assert answer.status_code == 422, changes[:40]
    assert Save.objects.count() == 1


def test_pupils_of_another_school_are_not_even_named(scene: Scene, office: Client) -> None:
    other = make_school("Other School")
    otto = make_pupil(other, make_group(other, "7A"), "Outsider", "Otto")
    page = office.post(REVIEW, form(scene, line(otto, "I", 0)))
    assert page.status_code == 200
    assert "Outsider" not in page.content.decode()
    assert office.post(REVIEW, form(scene, line(otto, "I", 0), act="save", reason="x")).status_code == 422
    assert not Entry.objects.filter(pupil=otto).exists()


def test_a_mark_that_was_taken_back_is_missing_and_its_next_version_fills_it(
    scene: Scene, office: Client
) -> None:
    viewer = scene.viewer(scene.officer)
    entry = NewEntry(scene.ben.pk, MONDAY, AM, 2, TAKEN_BACK.symbol, reason="Import undone")
    occasion = Occasion(scene.school.pk, Save.Kind.AMENDMENT, uuid4())
    add_entries(occasion=occasion, entries=[entry], by=viewer.actor, at=at(9, 20))
    assert (
        '<td class="g g--missing gw" data-v="2" title="Not marked"></td>' in office.get(GRID).content.decode()
    )
    page = office.post(REVIEW, form(scene, line(scene.ben, "I", 2)))
    assert (page.context["filled_count"], page.context["lost"]) == (1, [])
    done = office.post(REVIEW, form(scene, line(scene.ben, "I", 2), act="save", reason="Virus"), follow=True)
    assert [(each.before, each.after) for each in done.context["groups"]] == [("", "I")]
    assert scene.marks()["Ben"] == ["/", "-", "I"]
    refused = office.post(REVIEW, form(scene, line(scene.amy, "-")))
    assert "can't be taken away" in refused.context["refused"][0]["because"]


# --- Filled by a form -------------------------------------------------------------------------------------------


def fill(scene: Scene, pupils: list[Pupil], first: str, last: str, code: str) -> dict[str, Any]:
    ids = [pupil.pk for pupil in pupils]
    return form(scene, act="fill") | {"pupil": ids, "first": first, "last": last, "code": code}


def test_a_range_is_filled_by_a_form_and_reviewed_alike(scene: Scene, office: Client) -> None:
    page = office.post(
        REVIEW, fill(scene, [scene.amy, scene.ben], "2026-09-14 AM", "2026-09-15 PM", "present")
    )
    assert page.context["changes"].split("\n") == [
        line(scene.amy, "/"), line(scene.amy, "\\", 0, session=PM), line(scene.amy, "/", 0, TUESDAY),
        line(scene.amy, "\\", 0, TUESDAY, PM), line(scene.ben, "/"), line(scene.ben, "\\", 0, session=PM),
        line(scene.ben, "/", 0, TUESDAY), line(scene.ben, "\\", 0, TUESDAY, PM),
    ]  # fmt: skip
    assert (page.context["amended_count"], page.context["filled_count"], page.context["same_count"]) == (
        1,
        6,
        1,
    )


def test_the_whole_group_is_one_tick(scene: Scene, office: Client) -> None:
    sent = fill(scene, [], "2026-09-15 PM", "2026-09-15 PM", "N") | {"pupil": "all"}
    page = office.post(REVIEW, sent)
    assert page.context["changes"].split("\n") == [
        line(pupil, "N", 0, TUESDAY, PM) for pupil in (scene.amy, scene.ben, scene.cat)
    ]


def test_a_range_that_says_too_little_comes_back_as_it_was(scene: Scene, office: Client) -> None:
    answer = office.post(REVIEW, fill(scene, [], "2026-09-15 AM", "2026-09-14 AM", ""))
    assert answer.status_code == 422
    page = answer.content.decode()
    for words in ("Tick the pupils", "can&#x27;t be before the first", "Choose the code"):
        assert words in page
    assert '<option value="2026-09-15 AM" selected>' in page
    # A session that has not begun, or is in no week of the grid, can't be chosen.
    for last in ("2026-09-18 PM", "2027-01-01 AM", "x"):
        answer = office.post(REVIEW, fill(scene, [scene.amy], "2026-09-14 AM", last, "I"))
        assert "Choose the last session" in answer.content.decode()


# --- What was saved ---------------------------------------------------------------------------------------------


def test_what_was_saved_is_shown_with_what_it_was(scene: Scene, office: Client) -> None:
    sent = form(scene, line(scene.amy, "I"), line(scene.dan, "I", 0), act="save", reason="Virus in Year 8")
    page = office.post(REVIEW, sent, follow=True)
    assert "Virus in Year 8" in page.content.decode()
    assert [(each.before, each.after, each.count) for each in page.context["groups"]] == [
        ("", "I", 1),
        ("N", "I", 1),
    ]
    assert page.context["back"].startswith(f"{GRID}?pupils=g{scene.group.pk}&span=week&on=2026-09-14")


def test_another_schools_save_or_a_register_is_not_found(scene: Scene, office: Client) -> None:
    office.post(REVIEW, form(scene, line(scene.amy, "I"), act="save", reason="Virus"))
    register, amendment = Save.objects.order_by("number")
    stranger = viewer_of(make_person(make_school("Other School"), Role.OFFICE))
    assert marks_of_save(stranger, amendment.pk) is None
    assert office.get(reverse("registers:grid_saved", args=[amendment.pk])).status_code == 200
    for unknown in (register.pk, amendment.pk + 1, 2**63):
        assert office.get(reverse("registers:grid_saved", args=[unknown])).status_code == 404
