"""Who is where right now: every register of a half-day, with what is missing and who has no reason yet."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from rollbook.analytics.packed import ATTENDED, POSSIBLE, PackedYear
from rollbook.apps.registers.models import Entry, PlannedMark, Save, UnplannedClosure
from rollbook.apps.registers.queries.facts import known_about
from rollbook.apps.registers.queries.register import state_of
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.roll.queries import RollPupil, pupils_on_roll
from rollbook.apps.schools.queries import Group, groups_on, timetable
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_BYTE, Category
from rollbook.domain.law import Finding
from rollbook.domain.marks import RegisterState, RegisterTimes, SchoolSession, was_submitted_in_time


@dataclass
class BoardRow:
    """One group's register on the board."""

    group: Group
    pupils: list[RollPupil]
    codes: Counter[str]
    state: Finding[RegisterState]
    submitted: Save | None
    in_time: Finding[bool] | None
    is_closure: bool
    within_minutes: int

    @property
    def is_late(self) -> bool:
        """Whether it was finished after its minutes, or bit by bit at the desk and never submitted as a whole."""
        if self.in_time is not None:
            return not self.in_time.answer
        return not self.is_closure

    @property
    def missing_count(self) -> int:
        """Pupils nobody has marked."""
        return self.codes[""]

    @property
    def marked_count(self) -> int:
        """Pupils with a mark."""
        return len(self.pupils) - self.missing_count


@dataclass
class Board:
    """A half-day of the whole school. Shape: `codes` counts each code, "" for pupils nobody has marked.

    `empty_groups` have no register yet: nobody is in them, so they count neither as taken nor as missing.
    """

    on: date
    session: SchoolSession
    times: RegisterTimes
    rows: list[BoardRow]
    codes: Counter[str]
    no_reason: list[RollPupil]
    missing: list[RollPupil]
    late: list[tuple[RollPupil, Entry]]
    expected_count: int
    closure: UnplannedClosure | None
    last_week: tuple[int, int] | None
    days_without_reason: dict[int, int]
    known: dict[int, PlannedMark] = field(default_factory=dict)
    empty_groups: list[Group] = field(default_factory=list)

    def count(self, category: Category) -> int:
        """How many marks are in a category so far."""
        return sum(n for symbol, n in self.codes.items() if symbol and _CATEGORY[symbol] is category)

    @property
    def attended_count(self) -> int:
        """Present, late before close, or at an approved activity."""
        return self.count(Category.PRESENT) + self.count(Category.APPROVED_ACTIVITY)

    @property
    def possible_count(self) -> int:
        """Marks that count as possible sessions; pupils without a mark are not in it."""
        return self.attended_count + self.count(Category.AUTHORISED) + self.count(Category.UNAUTHORISED)

    @property
    def minutes_lost(self) -> int:
        """Minutes lost by pupils who came late, as far as they were recorded."""
        return sum(entry.minutes_late or 0 for _, entry in self.late)

    @property
    def taken_count(self) -> int:
        """Registers in which every pupil has a mark."""
        return sum(1 for row in self.rows if row.state.answer is RegisterState.SUBMITTED)


_CATEGORY = {code.symbol: code.category for code in BY_BYTE.values()}


def session_now(viewer: Viewer, now: datetime) -> tuple[date, SchoolSession]:
    """The half-day of now, else the last school day's afternoon. No query."""
    calendar = timetable(viewer).calendar
    on = calendar.last_school_day(now.date()) or now.date()
    if on != now.date():
        return on, SchoolSession.PM
    afternoon = calendar.times(on, SchoolSession.PM)
    is_afternoon = afternoon is not None and now.time() >= afternoon.opens_at
    return on, SchoolSession.PM if is_afternoon else SchoolSession.AM


def board_of(viewer: Viewer, on: date, school_session: SchoolSession, now: datetime) -> Board | None:
    """The board of a half-day; None on a day without registers.

    Six queries whatever the size of the school, and one more once the register has closed with pupils missing: what
    was known about them beforehand.
    """
    board = boards_of(viewer, on, [school_session], now)[0]
    if board is not None and board.missing and (on < now.date() or now.time() >= board.times.closes_at):
        missing = {pupil.id: pupil.born_on for pupil in board.missing}
        known = known_about(viewer, on, school_session, missing)
        board.known = {pupil: each.plan for pupil, each in known.items() if each.plan is not None}
    return board


def boards_of(
    viewer: Viewer, on: date, school_sessions: Sequence[SchoolSession], now: datetime
) -> list[Board | None]:
    """The boards of half-days of one day, whose pupils and groups are read once. Two queries and four for each."""
    if not timetable(viewer).calendar.is_school_day(on):
        return [None for _ in school_sessions]
    pupils, groups = pupils_on_roll(viewer, on), groups_on(viewer, on)
    return [_board(viewer, on, school_session, now, pupils, groups) for school_session in school_sessions]


def _board(
    viewer: Viewer,
    on: date,
    school_session: SchoolSession,
    now: datetime,
    pupils: list[RollPupil],
    groups: list[Group],
) -> Board | None:
    rules = timetable(viewer)
    times = rules.calendar.times(on, school_session)
    if times is None:
        return None
    year = packed_year(viewer.school_id, year_bounds(rules.calendar, on))
    column = year.column(on, school_session is SchoolSession.PM)
    marks = _symbols(year, pupils, column)
    within = rules.setting("submit_within_minutes", on)
    completed = _completed(viewer, on, school_session)
    by_group: dict[int | None, list[RollPupil]] = {}
    for pupil in pupils:
        by_group.setdefault(pupil.group_id, []).append(pupil)
    closure = UnplannedClosure.objects.filter(
        school_id=viewer.school_id, on=on, session=school_session.value
    ).first()
    moment = _Moment(times, on, now, within, is_closure=closure is not None)
    rows = [
        _row(group, by_group[group.id], marks, completed.get(group.id), moment)
        for group in groups
        if group.id in by_group
    ]
    return Board(
        on=on,
        session=school_session,
        times=times,
        rows=rows,
        codes=Counter(marks.values()),
        no_reason=[pupil for pupil in pupils if marks[pupil.id] == "N"],
        missing=[pupil for pupil in pupils if not marks[pupil.id]],
        late=_late(viewer, on, school_session, [pupil for pupil in pupils if marks[pupil.id] in ("L", "U")]),
        expected_count=len(pupils),
        closure=closure,
        last_week=_week_before(year, column),
        days_without_reason=_days_without_reason(
            year, pupils, marks, rules.calendar.previous_school_days(on, 10)
        ),
        empty_groups=[group for group in groups if group.id not in by_group],
    )


def _symbols(year: PackedYear, pupils: list[RollPupil], column: int) -> dict[int, str]:
    found = {}
    for pupil in pupils:
        row = year.row_of.get(pupil.id)
        byte = int(year.marks[row, column]) if row is not None else 0
        found[pupil.id] = BY_BYTE[byte].symbol if byte else ""
    return found


@dataclass(frozen=True)
class _Moment:
    """The half-day the board is about, and when it is looked at."""

    times: RegisterTimes
    on: date
    now: datetime
    within_minutes: int
    is_closure: bool


def _row(
    group: Group, pupils: list[RollPupil], marks: dict[int, str], submitted: Save | None, moment: _Moment
) -> BoardRow:
    codes = Counter(marks[pupil.id] for pupil in pupils)
    in_time = None
    if submitted is not None:
        at = submitted.taken_at.astimezone(moment.now.tzinfo)
        # A register completed on a later day has no time of day to be judged by.
        time_of_day = at.time() if at.date() == moment.on else time.max
        in_time = was_submitted_in_time(moment.times, time_of_day, moment.within_minutes)
    marked = len(pupils) - codes[""]
    state = state_of(moment.times, moment.on, moment.now, len(pupils), marked, moment.within_minutes)
    return BoardRow(group, pupils, codes, state, submitted, in_time, moment.is_closure, moment.within_minutes)


def _completed(viewer: Viewer, on: date, school_session: SchoolSession) -> dict[int, Save]:
    """The save by which each group's register was first complete."""
    saves = Save.objects.filter(
        school_id=viewer.school_id, on=on, session=school_session.value, is_complete=True, group__isnull=False
    ).order_by()
    # Put in order here: asked for it, SQLite reads the school's whole chain backwards instead of the half-day's saves.
    latest_first = sorted(saves, key=lambda save: -save.number)
    return {save.group_id: save for save in latest_first if save.group_id is not None}


def _late(
    viewer: Viewer, on: date, school_session: SchoolSession, pupils: list[RollPupil]
) -> list[tuple[RollPupil, Entry]]:
    """The late pupils with the newest version of their marks."""
    entries = Entry.objects.filter(
        school_id=viewer.school_id,
        on=on,
        session=school_session.value,
        pupil_id__in=[pupil.id for pupil in pupils],
    ).order_by("version")
    newest = {entry.pupil_id: entry for entry in entries}
    return [(pupil, newest[pupil.id]) for pupil in pupils if pupil.id in newest]


def _week_before(year: PackedYear, column: int) -> tuple[int, int] | None:
    """Attended and possible a week earlier; None where that half-day has no marks."""
    if column < 14:
        return None
    marks = year.marks[:, column - 14]
    possible = int(POSSIBLE[marks].sum())
    return (int(ATTENDED[marks].sum()), possible) if possible else None


def _days_without_reason(
    year: PackedYear, pupils: list[RollPupil], marks: dict[int, str], days_before: list[date]
) -> dict[int, int]:
    """For each pupil absent without a reason: for how many school days running, this one included."""
    found = {}
    earlier = [day for day in reversed(days_before) if year.first_day <= day <= year.last_day]
    for pupil in pupils:
        if marks[pupil.id] != "N":
            continue
        row, count = year.of_pupil(pupil.id), 1
        for day in earlier:
            codes = {int(row[year.column(day, is_pm)]) for is_pm in (False, True)}
            if not codes <= _WITHOUT_REASON or codes == {0}:
                break
            count += 1
        found[pupil.id] = count
    return found


_WITHOUT_REASON = {0} | {byte for byte, code in BY_BYTE.items() if code.symbol in ("N", "O")}
