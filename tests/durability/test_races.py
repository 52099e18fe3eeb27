"""Two people save the same register at once: one is first, the other is asked, nothing is lost and nothing doubled."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, product

import pytest

from rollbook.apps.accounts.models import User
from rollbook.apps.registers.actions.taking import Conflicts
from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries.proof import prove
from rollbook.apps.registers.queries.year import forget_years, packed_year
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import TeachingGroup
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Role
from rollbook.domain.marks import SchoolSession
from tests.apps.registers.scene import Scene, at, mark
from tests.durability.crowd import end_of_request, together
from tests.factories.people import make_person
from tests.factories.pupils import make_group, make_pupil

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]

RACES = 1_000
AMENDING_RACES = 200
YEAR = (date(2026, 9, 1), date(2027, 8, 31))
AFTERWARDS = at(16, 0, on=date(2027, 7, 20))
Form = dict[int, str]
HalfDay = tuple[date, SchoolSession]


@dataclass(frozen=True)
class Room:
    """A teaching group with its pupils."""

    group: TeachingGroup
    pupils: list[Pupil]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def room(scene: Scene, name: str, size: int) -> Room:
    group = make_group(scene.school, name)
    return Room(group, [make_pupil(scene.school, group, f"{name} {n}", f"Pupil {n}") for n in range(size)])


def half_days(scene: Scene) -> list[HalfDay]:
    calendar = timetable(scene.viewer(scene.head)).calendar
    days = calendar.school_days(date(2026, 9, 3), AFTERWARDS.date() - timedelta(days=1))
    return list(product(days, SchoolSession))


def attempt(
    scene: Scene, room: Room, half_day: HalfDay, form: Form, by: User, *, seen: int = 0, reason: str = ""
) -> str:
    """Saves a form and says what came of it: how many marks were saved, or which pupils were in conflict."""
    on, session = half_day
    marks = [mark(pupil, form[pupil.pk], seen=seen) for pupil in room.pupils]
    try:
        taken = scene.take(
            marks, by=by, group=room.group, when=AFTERWARDS, on=on, session=session, reason=reason
        )
    except Conflicts as conflicts:
        return f"conflicts {sorted(conflict.pupil_id for conflict in conflicts.conflicts)}"
    finally:
        end_of_request()
    return f"saved {taken.saved_count}"


def one_after_the_other(first: Form, second: Form) -> tuple[str, str, Form]:
    """What must come of two forms of an empty register, the first one first: both answers, and the marks."""
    marks = {pupil: code for pupil, code in first.items() if code}
    added = {pupil: code for pupil, code in second.items() if code and pupil not in marks}
    differ = sorted(pupil for pupil, code in second.items() if code and marks.get(pupil, code) != code)
    if differ:
        return f"saved {len(marks)}", f"conflicts {differ}", marks
    return f"saved {len(marks)}", f"saved {len(added)}", marks | added


def forms(draw: random.Random, room: Room, session: SchoolSession) -> tuple[Form, Form]:
    """Two forms of a register: they differ in every pupil, in some, or in none; some pupils are left unmarked."""
    here = "/" if session is SchoolSession.AM else "\\"
    kind = draw.randrange(3)
    mine = {pupil.pk: draw.choice([here, here, "N", "I", ""]) for pupil in room.pupils}
    other = {"N": "I"}
    theirs = {
        pupil: other.get(code, "N") if kind == 0 else draw.choice([code, "N", ""]) if kind == 1 else code
        for pupil, code in mine.items()
    }
    return mine, theirs


def test_a_thousand_races_for_the_same_register(scene: Scene) -> None:
    rooms = [room(scene, name, 4) for name in ("8A", "8B", "8C")]
    draw = random.Random(20260914)
    registers = list(islice(product(half_days(scene), rooms), RACES))
    races = [(register, forms(draw, register[1], register[0][1])) for register in registers]
    assert len(races) == RACES
    said: list[list[str]] = [[], []]
    line = threading.Barrier(2)

    def racer(number: int, by: User) -> None:
        for (half_day, where), pair in races:
            line.wait(60)
            said[number].append(attempt(scene, where, half_day, pair[number], by))

    together([lambda: racer(0, scene.office), lambda: racer(1, scene.officer)])

    saved = marks_by_register()
    firsts: Counter[str] = Counter()
    for ((on, session), where), (mine, theirs), ours, others in zip(
        *zip(*races, strict=True), *said, strict=True
    ):
        marks = saved.get((where.group.pk, on, session.value), {})
        office_first = one_after_the_other(mine, theirs)
        officer_first = one_after_the_other(theirs, mine)
        outcomes = {
            "office": (ours, others, marks) == office_first,
            "officer": (others, ours, marks) == officer_first,
        }
        assert any(outcomes.values()), (on, session, mine, theirs, ours, others, marks)
        firsts.update(name for name, was_first in outcomes.items() if was_first)
    assert firsts["office"] > 20, "the office never came first: these were no races"
    assert firsts["officer"] > 20, "the officer never came first: these were no races"
    proof = prove(scene.school.pk)
    assert proof.is_whole, proof.faults
    assert proof.entry_count == sum(len(marks) for marks in saved.values())


def marks_by_register() -> dict[tuple[int | None, date, str], Form]:
    """The marks of each register as they are; fails where a pupil has two."""
    found: dict[tuple[int | None, date, str], Form] = {}
    for entry in Entry.objects.select_related("save_made"):
        marks = found.setdefault((entry.save_made.group_id, entry.on, entry.session), {})
        assert entry.version == 1
        assert entry.pupil_id not in marks
        marks[entry.pupil_id] = entry.code
    return found


def test_two_people_amend_the_same_mark(scene: Scene) -> None:
    where = room(scene, "8A", 2)
    days = half_days(scene)[:AMENDING_RACES]
    for half_day in days:
        attempt(scene, where, half_day, {pupil.pk: "N" for pupil in where.pupils}, scene.office)
    said: list[list[str]] = [[], []]
    line = threading.Barrier(2)

    def racer(number: int, by: User, code: str) -> None:
        for half_day in days:
            form = {where.pupils[0].pk: code, where.pupils[1].pk: "N"}
            line.wait(60)
            said[number].append(attempt(scene, where, half_day, form, by, seen=1, reason=f"{by.name} knows"))

    together([lambda: racer(0, scene.office, "I"), lambda: racer(1, scene.officer, "M")])

    conflict = f"conflicts [{where.pupils[0].pk}]"
    for half_day, answers in zip(days, zip(*said, strict=True), strict=True):
        assert set(answers) == {"saved 1", conflict}
        winner = "IM"[answers.index("saved 1")]
        versions = Entry.objects.filter(pupil=where.pupils[0], on=half_day[0], session=half_day[1].value)
        assert [each.code for each in versions.order_by("version")] == ["N", winner]
    assert prove(scene.school.pk).is_whole


def test_sixteen_people_with_sixteen_registers_are_never_in_each_others_way(scene: Scene) -> None:
    people = [make_person(scene.school, Role.OFFICE) for _ in range(16)]
    rooms = [room(scene, f"9{n}", 3) for n in range(16)]
    days = half_days(scene)[:20]
    said: list[list[str]] = [[] for _ in people]
    line = threading.Barrier(len(people))

    def taker(number: int) -> None:
        line.wait(60)
        for on, session in days:
            present = "/" if session is SchoolSession.AM else "\\"
            form = {pupil.pk: present for pupil in rooms[number].pupils}
            said[number].append(attempt(scene, rooms[number], (on, session), form, people[number]))

    together([lambda number=number: taker(number) for number in range(16)])  # type: ignore[misc]

    assert said == [["saved 3"] * len(days)] * 16
    assert Save.objects.count() == 16 * len(days)
    assert prove(scene.school.pk).is_whole


def test_the_year_in_memory_misses_nothing_that_is_saved_meanwhile(scene: Scene) -> None:
    rooms = [room(scene, f"9{n}", 5) for n in range(4)]
    days = half_days(scene)[:40]
    draw = random.Random(7)
    done = threading.Event()
    seen: list[int] = []

    def taker(where: Room) -> None:
        for half_day in days:
            form = forms(draw, where, half_day[1])[0]
            attempt(scene, where, half_day, form, scene.office)
            changed = {pupil: "M" if code == "N" else code for pupil, code in form.items()}
            attempt(scene, where, half_day, changed, scene.office, seen=1, reason="Parent rang")

    def reader() -> None:
        while not done.is_set():
            seen.append(int((packed_year(scene.school.pk, YEAR).marks > 0).sum()))
            end_of_request()

    def takers() -> None:
        together([lambda where=where: taker(where) for where in rooms])  # type: ignore[misc]
        done.set()

    together([reader, reader, takers])

    warm = rows_of_year(scene)
    forget_years()
    assert warm == rows_of_year(scene)
    assert len(set(seen)) > 10, "the reader did not look while the others wrote"
    assert warm == rows_of_entries(scene)


def rows_of_year(scene: Scene) -> dict[int, list[int]]:
    year = packed_year(scene.school.pk, YEAR)
    return {pupil: year.of_pupil(pupil).tolist() for pupil in year.row_of}


def rows_of_entries(scene: Scene) -> dict[int, list[int]]:
    """The same, worked out from the entries one by one."""
    from rollbook.domain.codes import byte_of

    year = packed_year(scene.school.pk, YEAR)
    rows: dict[int, list[int]] = {}
    entries: Iterator[Entry] = Entry.objects.order_by("version").iterator()
    for entry in entries:
        row = rows.setdefault(entry.pupil_id, [0] * year.columns)
        row[year.column(entry.on, entry.session == "PM")] = byte_of(entry.code)
    return rows
