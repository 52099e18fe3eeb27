"""What the rows of a file of marks mean: pupil, day, session, code and minutes, in columns of numbers.

Half a million rows pass through here, so each distinct text (a day, a code) is understood once and then looked up.
"""

from array import array
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from rollbook.domain.codes import BY_SYMBOL, TAKEN_BACK, UnknownCode, code_for, present_symbol
from rollbook.domain.sessions import SchoolSession
from rollbook.formats.marks_file.words import FIELDS, NO_MARK, SESSIONS, read_day
from rollbook.formats.tables import Unreadable, doubtful, either_day, month_first, propose
from rollbook.formats.tables.values import tidy

PROBLEMS_KEPT = 200_000
LONGEST_MINUTES = 600
_REQUIRED = tuple(field.name for field in FIELDS if field.is_required)


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that can't be taken, and why."""

    line: int
    message: str


@dataclass(slots=True)
class MarksFile:
    """The marks of a file, column by column; the same place in each array belongs to one row.

    Shape: `pupil_of[i]` is a place in `pupils`, `day_of[i]` an ordinal day, `is_pm[i]` 0 or 1, `code_of[i]` a place in
    `codes`, `minutes_of[i]` minutes late or -1, `line_of[i]` the line in the file. `problems` are the first
    PROBLEMS_KEPT of `problem_count`. `without_mark_count`: rows that say that there is no mark (blank, -, #, Z).
    """

    schools: list[str] = field(default_factory=list)
    pupils: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    pupil_of: "array[int]" = field(default_factory=lambda: array("l"))
    day_of: "array[int]" = field(default_factory=lambda: array("l"))
    is_pm: "array[int]" = field(default_factory=lambda: array("b"))
    code_of: "array[int]" = field(default_factory=lambda: array("b"))
    minutes_of: "array[int]" = field(default_factory=lambda: array("h"))
    line_of: "array[int]" = field(default_factory=lambda: array("l"))
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    without_mark_count: int = 0
    repeated_count: int = 0

    def __len__(self) -> int:
        return len(self.line_of)

    def refuse(self, line: int, message: str) -> None:
        """Notes a row that can't be taken."""
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(line, message))

    def leave_out(self, days: Container[int], message: str) -> None:
        """Refuses the marks of these days that were taken already."""
        kept = [place for place, day in enumerate(self.day_of) if day not in days]
        for line, day in zip(self.line_of, self.day_of, strict=True):
            if day in days:
                self.refuse(line, message)
        for name in ("pupil_of", "day_of", "is_pm", "code_of", "minutes_of", "line_of"):
            column: array[int] = getattr(self, name)
            setattr(self, name, array(column.typecode, (column[place] for place in kept)))


def read_marks(
    rows: Iterable[Sequence[str]],
    on_rows: Callable[[int], object] = bool,
    lines: Iterable[int] | None = None,
) -> MarksFile:
    """The marks of these rows, of which the first names the columns.

    `on_rows` hears how many were read since last time; `lines` are the rows' numbers where they don't follow each other
    from 2. Errors: Unreadable where a needed column is missing or twice there.
    """
    source = iter(rows)
    columns = _columns(next(source, ()))
    found = _Reader(columns)
    for place, (line, row) in enumerate(zip(count(2) if lines is None else lines, source, strict=False), 1):
        found.take(line, row)
        if place % 20_000 == 0:
            on_rows(20_000)
    return found.finished()


def _columns(headings: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        for name in propose([heading], FIELDS).values():
            if name in places:
                raise Unreadable(
                    f"The columns {headings[places[name]].strip()} and {heading.strip()} mean the same. "
                    "Leave only one of them in the file."
                )
            places[name] = place
    missing = [name for name in _REQUIRED if name not in places]
    if missing:
        raise Unreadable(
            f"The file has no column {' and no column '.join(missing)}. The first line must name the columns: "
            "pupil, date, session, code and, if you have it, minutes_late."
        )
    return places


class _Reader:
    """Reads row by row; remembers every text it has understood, as what it means or why it can't be taken."""

    def __init__(self, columns: dict[str, int]) -> None:
        self.file = MarksFile()
        self._places = [columns[name] for name in _REQUIRED]
        self._width = 1 + max(self._places)
        self._minutes = columns.get("minutes_late", -1)
        self._school = columns.get("school", -1)
        self._pupils: dict[str, int | str] = {}
        self._schools: set[str] = set()
        self._days: dict[str, int | str] = {}
        self._sessions: dict[str, int | str] = {}
        # By the written code and session: its place in the list of codes, and for which days it may stand.
        self._codes: dict[tuple[str, int | str], tuple[int, int, int] | str | None] = {}
        self._seen: dict[tuple[int, int], int] = {}
        self._month_first_on = 0
        self._either: set[int] = set()

    def take(self, line: int, row: Sequence[str]) -> None:
        """Adds what one row says: a mark, no mark, or why it can't be taken."""
        who_at, day_at, session_at, code_at = self._places
        try:
            is_pm = self._sessions[row[session_at]]
            code = self._codes[row[code_at], is_pm]
            day = self._days[row[day_at]]
            who = self._pupils[row[who_at]]
        except LookupError:
            if len(row) < self._width:
                if any(row):
                    self.file.refuse(line, "The row has too few columns.")
                return
            is_pm, code, day, who = self._understand(line, row)
        if code is None:
            self.file.without_mark_count += 1
        elif isinstance(who, str):
            self.file.refuse(line, who)
        elif isinstance(day, str):
            self.file.refuse(line, day)
        elif isinstance(is_pm, str):
            self.file.refuse(line, is_pm)
        elif isinstance(code, str):
            self.file.refuse(line, code)
        else:
            self._add(line, row, who, day, is_pm, code)

    def _understand(
        self, line: int, row: Sequence[str]
    ) -> tuple[int | str, tuple[int, int, int] | str | None, int | str, int | str]:
        """What the texts of a row mean: session, code, day and pupil. Each is remembered."""
        pupil, written_day, written_session, code = (row[place] for place in self._places)
        if written_session not in self._sessions:
            is_pm = SESSIONS.get(tidy(written_session).casefold())
            refusal = f"'{tidy(written_session)[:40]}' is not a session. Write AM or PM."
            self._sessions[written_session] = refusal if is_pm is None else is_pm
        session = self._sessions[written_session]
        if (code, session) not in self._codes:
            self._codes[code, session] = self._code(tidy(code), is_pm=session == 1)
        if written_day not in self._days:
            self._days[written_day] = self._day(line, tidy(written_day))
        if pupil not in self._pupils:
            self._pupils[pupil] = self._pupil(tidy(pupil))
        return session, self._codes[code, session], self._days[written_day], self._pupils[pupil]

    def _day(self, line: int, written: str) -> int | str:
        day = read_day(written)
        if month_first(written):
            self._month_first_on = self._month_first_on or line
        elif isinstance(day, int) and either_day(written):
            self._either.add(day)
        return day

    def finished(self) -> MarksFile:
        """The file, without the marks whose date could be two days because another date puts the month first."""
        if self._month_first_on and self._either:
            self.file.leave_out(self._either, doubtful(self._month_first_on))
        return self.file

    def _pupil(self, written: str) -> int | str:
        if not written:
            return "The row names no pupil."
        if written in self.file.pupils:  # the same number with other blanks around it
            return self.file.pupils.index(written)
        self.file.pupils.append(written)
        return len(self.file.pupils) - 1

    def _add(
        self, line: int, row: Sequence[str], who: int, day: int, is_pm: int, code: tuple[int, int, int]
    ) -> None:
        file = self.file
        place, first, last = code
        if not first <= day <= last:
            file.refuse(line, _not_in_force(file.codes[place], day))
            return
        minutes = -1
        if file.codes[place] in ("L", "U"):
            read = self._minutes_late(line, row)
            if read is None:
                return
            minutes = read
        if self._is_repeated(line, (who, 2 * day + is_pm), place, minutes):
            return
        if self._school >= 0:
            self._note_school(row)
        file.pupil_of.append(who)
        file.day_of.append(day)
        file.is_pm.append(is_pm)
        file.code_of.append(place)
        file.minutes_of.append(minutes)
        file.line_of.append(line)

    def _note_school(self, row: Sequence[str]) -> None:
        if self._school < len(row) and (written := row[self._school]) not in self._schools:
            self._schools.add(written)
            if (name := tidy(written)) not in self.file.schools:
                self.file.schools.append(name)

    def _is_repeated(self, line: int, where: tuple[int, int], code: int, minutes: int) -> bool:
        """Whether an earlier row already gave this pupil's mark: the same again is left out, another one is refused."""
        file = self.file
        earlier = self._seen.setdefault(where, len(file))
        if earlier == len(file):
            return False
        if (file.code_of[earlier], file.minutes_of[earlier]) == (code, minutes):
            file.repeated_count += 1
        else:
            file.refuse(
                line,
                f"Line {file.line_of[earlier]} gives another mark ({file.codes[file.code_of[earlier]]}) for the same "
                "pupil and session. Leave only the right one.",
            )
        return True

    def _minutes_late(self, line: int, row: Sequence[str]) -> int | None:
        """Minutes late, -1 for none; None where they can't be read, which is noted."""
        written = tidy(row[self._minutes]) if 0 <= self._minutes < len(row) else ""
        if not written:
            return -1
        whole = written.removesuffix(".0")
        if not (whole.isascii() and whole.isdecimal() and len(whole) <= 3 and int(whole) <= LONGEST_MINUTES):
            message = f"'{written[:40]}' are no minutes late. Write a whole number up to {LONGEST_MINUTES}."
            self.file.refuse(line, message)
            return None
        return int(whole) or -1

    def _code(self, written: str, *, is_pm: bool) -> tuple[int, int, int] | str | None:
        """The place of a code with the first and last day for which it may stand; why it is none; None for no mark."""
        if written in NO_MARK:
            return None
        symbol = written.upper()
        if symbol in ("/", "\\"):
            symbol = present_symbol(SchoolSession.PM if is_pm else SchoolSession.AM)
        code = BY_SYMBOL.get(symbol)
        if code is None or code is TAKEN_BACK:
            return f"'{written[:40]}' is not an attendance code."
        if symbol not in self.file.codes:
            self.file.codes.append(symbol)
        span = code.in_force
        last = date.max if span.last_day is None else span.last_day
        return self.file.codes.index(symbol), span.first_day.toordinal(), last.toordinal()


def _not_in_force(symbol: str, day: int) -> str:
    try:
        code_for(symbol, date.fromordinal(day))
    except UnknownCode as unknown:
        return str(unknown)
    raise AssertionError(f"{symbol} is in force on {date.fromordinal(day)}")


def marks_by_session(file: MarksFile) -> Iterator[tuple[date, SchoolSession, list[int]]]:
    """The places of the file's rows by day and session, earliest first."""
    found: dict[int, list[int]] = {}
    for place, (day, is_pm) in enumerate(zip(file.day_of, file.is_pm, strict=True)):
        found.setdefault(2 * day + is_pm, []).append(place)
    for where in sorted(found):
        yield date.fromordinal(where // 2), SchoolSession.PM if where % 2 else SchoolSession.AM, found[where]
