"""An unplanned closure of the whole site: what the preview says is what happens, once, and nothing made is touched."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.closing import declare_closure, preview_closures
from rollbook.apps.registers.actions.writing import NewEntry, Occasion, add_entries
from rollbook.apps.registers.models import Entry, Save, UnplannedClosure
from rollbook.apps.registers.queries.closures import closures_on, latest_closures
from rollbook.apps.registers.queries.days import marks_on
from rollbook.apps.registers.queries.proof import prove
from rollbook.apps.schools.models import AcademicYear
from rollbook.apps.schools.queries import forget_timetables
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db

PAGE = "/closures/"


@pytest.fixture
def scene() -> Scene:
    """Four pupils in two groups."""
    return Scene()


@pytest.fixture
def head(scene: Scene, client: Client) -> Iterator[Client]:
    """The head teacher's browser at 10:00 on Monday 14 September 2026."""
    with time_machine.travel(at(10), tick=False):
        yield sign_in(client, scene.head)


def declare(scene: Scene, **changes: Any) -> int:
    """No heating on Monday morning and afternoon, unless said otherwise."""
    viewer = scene.viewer(scene.head)
    return declare_closure(
        **(
            {
                "viewer": viewer,
                "on": MONDAY,
                "sessions": [AM, PM],
                "reason": "No heating",
                "decided_by": "Hal Head, Head Teacher",
                "key": uuid4(),
                "by": viewer.actor,
                "at": at(10),
            }
            | changes
        )
    )


def form(key: UUID, act: str, **changes: Any) -> dict[str, Any]:
    """What a browser sends."""
    return {
        "on": MONDAY.isoformat(),
        "sessions": ["AM", "PM"],
        "reason": "No heating",
        "decided_by": "Hal Head, Head Teacher",
        "key": str(key),
        "act": act,
    } | changes


# --- The action -------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-A-8", "P-4.1-12")
def test_everybody_without_a_mark_is_coded_and_nobody_else(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "L"})
    (preview,) = preview_closures(scene.viewer(scene.head), MONDAY, None, [AM])
    assert [pupil.forename for pupil in preview.coded] == ["Dan"]
    assert preview.kept_by_code == [("/", 1), ("L", 1), ("N", 1)]
    assert declare(scene) == 1 + 4
    assert scene.marks() == {"Amy": ["/"], "Ben": ["N"], "Cat": ["L"], "Dan": ["Y4"]}
    assert scene.marks(session=PM) == {name: ["Y4"] for name in ("Amy", "Ben", "Cat", "Dan")}
    assert set(Entry.objects.filter(code="Y4").values_list("note", flat=True)) == {"No heating"}


def test_it_is_kept_with_its_reason_who_decided_and_its_events(scene: Scene) -> None:
    declare(scene)
    morning, afternoon = closures_on(scene.viewer(scene.head), MONDAY)
    assert (morning.session, afternoon.session) == ("AM", "PM")
    assert (morning.reason, morning.decided_by) == ("No heating", "Hal Head, Head Teacher")
    assert (morning.save_made.entry_count, morning.save_made.by_name) == (4, "Hal Head")
    assert Event.objects.filter(type="register.closure.declared").count() == 2


def test_the_same_form_sent_twice_is_declared_once(scene: Scene) -> None:
    key = uuid4()
    assert declare(scene, key=key) == 8
    assert declare(scene, key=key) == 0
    assert Entry.objects.count() == 8
    assert UnplannedClosure.objects.count() == 2


def test_a_pupil_not_on_roll_that_day_is_not_coded(scene: Scene) -> None:
    make_pupil(scene.school, scene.group, "Early", "Eve", first_day=MONDAY + timedelta(days=1))
    make_pupil(scene.school, scene.group, "Gone", "Gil", last_day=MONDAY - timedelta(days=1))
    other = make_school("Other School")
    make_pupil(other, make_group(other, "7A"), "Other", "Otto")
    assert declare(scene, sessions=[AM]) == 4


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"sessions": []}, "sessions", "the morning, the afternoon, or both"),
        ({"on": date(2026, 9, 13)}, "on", "not open on this day anyway"),
        ({"on": date(2026, 9, 15)}, "on", "goes into the school calendar"),
        ({"reason": " "}, "reason", "Say why"),
        ({"decided_by": ""}, "decided_by", "Name the person"),
    ],
)
def test_refused_in_a_sentence(scene: Scene, changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        declare(scene, **changes)
    assert [(each.field, words in each.message) for each in refused.value.refusals] == [(field, True)]
    assert not Save.objects.exists()


def test_only_who_may_declare_can(scene: Scene) -> None:
    viewer = scene.viewer(scene.officer)
    with pytest.raises(Refused, match="The head teacher can"):
        declare(scene, viewer=viewer, by=viewer.actor)


def test_a_session_is_closed_once(scene: Scene) -> None:
    declare(scene, sessions=[AM])
    with pytest.raises(Refused, match="closure of this morning was declared before"):
        declare(scene)
    assert declare(scene, sessions=[PM]) == 4


def test_somebody_else_at_the_same_moment(scene: Scene) -> None:
    """Both were let through the checks; the second finds the closure there, although no pupil was left to code."""
    declare(scene, sessions=[AM])
    with (
        patch("rollbook.apps.registers.actions.closing.refuse_closure"),
        pytest.raises(Refused, match="Somebody else has just declared"),
    ):
        declare(scene, sessions=[AM])
    assert Save.objects.count() == 1


def test_without_the_event_nothing_is_declared(scene: Scene) -> None:
    with (
        patch("rollbook.apps.registers.actions.writing.event_to_record", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        declare(scene)
    assert not Entry.objects.exists()
    assert not UnplannedClosure.objects.exists()


def test_closures_of_another_school_are_not_seen(scene: Scene) -> None:
    declare(scene)
    stranger = viewer_of(make_person(make_school("Other School"), Role.HEAD_TEACHER))
    assert closures_on(stranger, MONDAY) == []
    assert latest_closures(stranger, 5) == []
    assert len(latest_closures(scene.viewer(scene.head), 1)) == 1


def test_marks_on_days_counts_marks_not_amendments(scene: Scene, django_assert_num_queries: Any) -> None:
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "/"})
    scene.take({scene.dan: "/"}, by=scene.other_teacher, group=scene.other_group)
    with django_assert_num_queries(1):
        found = marks_on(scene.school.pk, [MONDAY, MONDAY + timedelta(days=1)])
    assert found == {MONDAY: 4}
    assert marks_on(make_school("Other School").pk, [MONDAY]) == {}


# --- Days that are over ------------------------------------------------------------------------------------------

FRIDAY = MONDAY + timedelta(days=4)
NEXT_TUESDAY = MONDAY + timedelta(days=8)


@pytest.mark.policy("P-A-8")
def test_snow_days_are_declared_afterwards_and_marks_of_presence_stay(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "N"}, on=FRIDAY, when=at(9, 5, on=FRIDAY))
    viewer = scene.viewer(scene.head)
    previews = preview_closures(viewer, FRIDAY, NEXT_TUESDAY, [AM, PM])
    assert [(each.on.day, each.session.value, len(each.coded), each.kept_by_code) for each in previews] == [
        (18, "AM", 2, [("/", 1), ("N", 1)]), (18, "PM", 4, []),
        (21, "AM", 4, []), (21, "PM", 4, []), (22, "AM", 4, []), (22, "PM", 4, []),
    ]  # fmt: skip
    made = declare(scene, on=FRIDAY, last_day=NEXT_TUESDAY, reason="Snow", at=at(8, on=date(2026, 9, 23)))
    assert made == 2 + 5 * 4
    assert scene.marks(FRIDAY) == {"Amy": ["/"], "Ben": ["N"], "Cat": ["Y4"], "Dan": ["Y4"]}
    assert [(each.on, each.session) for each in UnplannedClosure.objects.all()] == [
        (FRIDAY + timedelta(days=days), session) for days in (0, 3, 4) for session in ("AM", "PM")
    ]
    assert prove(scene.school.pk).is_whole


def test_days_sent_twice_are_declared_once_and_one_fault_holds_all_back(scene: Scene) -> None:
    key, when = uuid4(), at(8, on=date(2026, 9, 23))
    days = {"on": MONDAY, "last_day": FRIDAY, "at": when}
    assert declare(scene, key=key, **days) == 5 * 8
    assert declare(scene, key=key, **days) == 0
    with pytest.raises(
        Refused, match="The closure of Friday 18 September 2026, morning, was declared before"
    ):
        declare(scene, **(days | {"on": FRIDAY, "last_day": NEXT_TUESDAY}))
    assert Save.objects.count() == 10


def test_a_mark_that_was_taken_back_is_coded_with_a_further_version(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    viewer = scene.viewer(scene.officer)
    entry = NewEntry(scene.amy.pk, MONDAY, AM, 2, TAKEN_BACK.symbol, reason="Import undone")
    occasion = Occasion(scene.school.pk, Save.Kind.AMENDMENT, uuid4())
    add_entries(occasion=occasion, entries=[entry], by=viewer.actor, at=at(9, 20))
    assert declare(scene, sessions=[AM]) == 4
    assert scene.marks()["Amy"] == ["/", "-", "Y4"]


@pytest.mark.parametrize(
    ("first", "last", "when", "field", "words"),
    [
        (FRIDAY, MONDAY, NEXT_TUESDAY, "last_day", "before the first day"),
        (MONDAY, NEXT_TUESDAY, FRIDAY, "last_day", "goes into the school calendar"),
        (date(2026, 9, 12), date(2026, 9, 13), FRIDAY, "on", "not open on any of these days"),
        (date(2026, 9, 3), date(2026, 11, 27), date(2026, 12, 1), "last_day", "up to 20 at once"),
    ],
)
def test_days_that_can_not_be(
    scene: Scene, first: date, last: date, when: date, field: str, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        declare(scene, on=first, last_day=last, at=at(15, on=when))
    assert [(each.field, words in each.message) for each in refused.value.refusals] == [(field, True)]
    assert not Save.objects.exists()


def test_a_year_that_is_over_is_amended_mark_by_mark(scene: Scene) -> None:
    AcademicYear.objects.create(
        school=scene.school, name="2027/28", first_day=date(2027, 9, 1), last_day=date(2028, 8, 31)
    )
    scene.school.calendar_version += 1
    scene.school.save()
    forget_timetables()
    for last in (None, FRIDAY):
        with pytest.raises(Refused, match="academic year 2026/27, which is over"):
            declare(scene, last_day=last, viewer=scene.viewer(scene.head), at=at(10, on=date(2027, 9, 6)))


def test_more_days_cost_the_preview_no_more_queries(scene: Scene, django_assert_num_queries: Any) -> None:
    viewer = scene.viewer(scene.head)
    preview_closures(viewer, MONDAY, MONDAY, [AM])
    for last in (MONDAY, FRIDAY):
        with django_assert_num_queries(2):
            preview_closures(viewer, MONDAY, last, [AM, PM])


def test_the_grid_leads_here_with_its_day(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    with time_machine.travel(at(10, on=NEXT_TUESDAY), tick=False):
        assert f"{PAGE}?on=2026-09-14" in client.get("/registers/grid/?on=2026-09-14").content.decode()
        assert client.get(f"{PAGE}?on=2026-09-14").context["form"].initial["on"] == MONDAY
        assert client.get(f"{PAGE}?on=2026-09-30").context["form"].initial["on"] == NEXT_TUESDAY
        sent = form(uuid4(), "preview", last_day="2026-09-15")
        page = client.post(PAGE, sent).content.decode()
        assert "of 2 days</button>" in page
        assert "16 marks of Y4 in all" in page
        assert client.post(PAGE, sent | {"act": "declare"}).headers["Location"] == PAGE
        assert client.get(f"{PAGE}?on=x").status_code == 404
    assert Entry.objects.filter(code="Y4").count() == 16


# --- The page ---------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-A-8")
def test_the_preview_changes_nothing_and_equals_the_result(scene: Scene, head: Client) -> None:
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "L"})
    start = head.get(PAGE).context["form"].initial
    assert start["on"] == MONDAY
    assert "sessions" not in start  # a closure can't be taken back as a whole: nothing is ticked beforehand
    assert start["decided_by"] == "Hal Head, Head Teacher"
    preview = head.post(PAGE, form(start["key"], "preview"))
    coded = [[pupil.id for pupil in each.coded] for each in preview.context["previews"]]
    assert [len(each) for each in coded] == [1, 4]
    assert not Entry.objects.filter(code="Y4").exists()
    answer = head.post(PAGE, form(start["key"], "declare"), follow=True)
    assert "The closure is declared: 5 marks of Y4 were made." in answer.content.decode()
    for session, pupils in zip((AM, PM), coded, strict=True):
        made = Entry.objects.filter(code="Y4", session=session.value).values_list("pupil_id", flat=True)
        assert sorted(made) == sorted(pupils)


def test_sending_twice_shows_the_same_result(scene: Scene, head: Client) -> None:
    key = uuid4()
    first = head.post(PAGE, form(key, "declare"))
    second = head.post(PAGE, form(key, "declare"))
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"] == f"{PAGE}2026-09-14/"
    assert Entry.objects.count() == 8
    page = head.get(f"{PAGE}2026-09-14/").content.decode()
    assert "No heating" in page
    assert page.count("4 pupils") == 2


def test_a_refusal_stands_beside_its_field(scene: Scene, head: Client) -> None:
    for changes, words in (
        ({"on": "2026-09-12"}, "not open on this day anyway"),
        ({"reason": ""}, "is missing"),
        ({"sessions": []}, "Choose the morning, the afternoon, or both."),
    ):
        answer = head.post(PAGE, form(uuid4(), "preview", **changes))
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Save.objects.exists()


@pytest.mark.parametrize("role", Role, ids=str)
def test_who_may_open_the_page(scene: Scene, client: Client, role: Role) -> None:
    declare(scene)
    sign_in(client, make_person(scene.school, role))
    expected = 200 if Permission.CLOSURE_DECLARE in ROLE_PERMISSIONS[role] else 403
    with time_machine.travel(at(10), tick=False):
        assert client.get(PAGE).status_code == expected
        assert client.get(f"{PAGE}2026-09-14/").status_code == expected


def test_anonymous_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(reverse("registers:closures")).status_code == 302


def test_a_day_without_a_closure_or_of_another_school_is_not_found(scene: Scene, head: Client) -> None:
    assert head.get(f"{PAGE}2026-09-14/").status_code == 404
    other = make_school("Other School")
    make_pupil(other, make_group(other, "7A"), "Other", "Otto")
    viewer = viewer_of(make_person(other, Role.HEAD_TEACHER))
    declare(scene, viewer=viewer, by=viewer.actor)
    assert head.get(f"{PAGE}2026-09-14/").status_code == 404
