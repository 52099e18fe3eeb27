"""What importing a file of marks would do: new, changed and unchanged marks, and the rows that can't be taken."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time

from django.db import connection

from rollbook.apps.roll.queries import Identity, identities
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.domain.access import Viewer
from rollbook.domain.sessions import SchoolSession
from rollbook.formats.marks_file import MarksFile, marks_by_session
from rollbook.ui.words import short_day_with_year

# The last version of every mark of the school on these days; later versions come after earlier ones.
_STANDING = """
SELECT pupil_id, "on", session, version, code, minutes_late FROM registers_entry
WHERE school_id = %s AND "on" BETWEEN %s AND %s ORDER BY version
"""

Mark = tuple[str, int | None]
"""A code with its minutes late."""
Change = tuple[str, int | None, int, str, time | None]
"""A code, its minutes late, the version that it follows, its note and time of arrival."""


@dataclass(slots=True)
class SessionPlan:
    """What happens to one half-day. Shape: pupils as places in the file's list, by mark and, if changed, by version."""

    on: date
    session: SchoolSession
    new: dict[Mark, list[int]] = field(default_factory=dict)
    changed: dict[Change, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class RefusedRows:
    """Rows that can't be taken for one and the same reason."""

    message: str
    lines: list[int] = field(default_factory=list)

    @property
    def first_line(self) -> int:
        """The first line of the file that is meant."""
        return min(self.lines)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.lines)


@dataclass(slots=True)
class HistoryPlan:
    """What importing a file would do.

    Shape: `pupil_ids[i]` is the pupil of the file's i-th name, 0 for nobody; `changed_lines` the mark that stands now
    by the line that would amend it.
    """

    file: MarksFile
    pupil_ids: list[int]
    sessions: list[SessionPlan] = field(default_factory=list)
    unchanged_lines: list[int] = field(default_factory=list)
    changed_lines: dict[int, Mark] = field(default_factory=dict)
    refused: dict[str, RefusedRows] = field(default_factory=dict)

    @property
    def new_count(self) -> int:
        """How many marks there were none of before."""
        return sum(len(pupils) for each in self.sessions for pupils in each.new.values())

    @property
    def changed_count(self) -> int:
        """How many marks would be amended."""
        return sum(len(pupils) for each in self.sessions for pupils in each.changed.values())

    @property
    def unchanged_count(self) -> int:
        """How many marks of the file stand already."""
        return len(self.unchanged_lines)

    @property
    def refused_count(self) -> int:
        """How many rows can't be taken, those that could not be read among them."""
        return self.file.problem_count + sum(each.count for each in self.refused.values())

    def reasons(self) -> list[RefusedRows]:
        """Why rows can't be taken, the most frequent reason first."""
        unread = [RefusedRows(each.message, [each.line]) for each in self.file.problems]
        return sorted([*self.refused.values(), *unread], key=lambda each: (-each.count, each.first_line))

    def refuse(self, message: str, lines: list[int]) -> None:
        """Notes rows that can't be taken."""
        if lines:
            self.refused.setdefault(message, RefusedRows(message)).lines.extend(lines)


def plan_history(viewer: Viewer, file: MarksFile, today: date) -> HistoryPlan:
    """What importing these marks would do to the registers of the viewer's school. Five queries, however long the file.

    Only days before `today` are taken: today's register is taken on its own page.
    """
    known = identities(viewer)
    who = [known.get(written.upper()) for written in file.pupils]
    plan = HistoryPlan(file, [pupil.id if pupil else 0 for pupil in who])
    _check_school(viewer, plan)
    standing = _standing(viewer, plan.file)
    for on, school_session, places in marks_by_session(plan.file):
        if refusal := _why_not(viewer, on, school_session, today):
            plan.refuse(refusal, [plan.file.line_of[place] for place in places])
            continue
        session_plan = SessionPlan(on, school_session)
        for place in _on_roll(plan, who, on, places):
            _add(plan, session_plan, place, standing)
        if session_plan.new or session_plan.changed:
            plan.sessions.append(session_plan)
    return plan


def _check_school(viewer: Viewer, plan: HistoryPlan) -> None:
    """A file that names another school is the wrong file: none of its rows is taken."""
    school = school_of(viewer)
    ours = {"", school.name.casefold(), school.urn.casefold()}
    others = [name for name in plan.file.schools if name.casefold() not in ours]
    if others:
        message = (
            f"The file names the school '{others[0][:60]}', and this is {school.name}. "
            "Check that it is the right file; leave out the column of schools if the name is only written differently."
        )
        plan.refuse(message, list(plan.file.line_of))
        empty = MarksFile(problems=plan.file.problems, problem_count=plan.file.problem_count)
        plan.file, plan.pupil_ids = empty, []


def _why_not(viewer: Viewer, on: date, school_session: SchoolSession, today: date) -> str:
    """Why no mark of this half-day can be imported; "" where one can."""
    day = short_day_with_year(on)
    if on >= today:
        return f"{day} is not over yet. Only marks of past days are imported."
    calendar = timetable(viewer).calendar
    if calendar.year_of(on) is None:
        return f"{day} is in no academic year of the school calendar. Add the year to the calendar first."
    if calendar.times(on, school_session) is None:
        return f"{day} is not a school day: {calendar.day(on).because}"
    return ""


def _on_roll(plan: HistoryPlan, who: list[Identity | None], on: date, places: list[int]) -> Iterator[int]:
    """The rows whose pupil is known and was on roll that day; the others are refused."""
    day, pupil_of, line_of = on.toordinal(), plan.file.pupil_of, plan.file.line_of
    for place in places:
        pupil = who[pupil_of[place]]
        if pupil is None:
            written = plan.file.pupils[pupil_of[place]]
            plan.refuse(f"No pupil here has the UPN or admission number '{written[:40]}'.", [line_of[place]])
        elif not pupil.is_on_roll(day):
            plan.refuse(f"{pupil.name} was not on roll on some of these days.", [line_of[place]])
        else:
            yield place


def _add(
    plan: HistoryPlan,
    session_plan: SessionPlan,
    place: int,
    standing: dict[tuple[int, int], tuple[int, str, int | None]],
) -> None:
    file = plan.file
    pupil, code, minutes = file.pupil_of[place], file.codes[file.code_of[place]], file.minutes_of[place]
    mark = (code, None if minutes < 0 else minutes)
    where = (plan.pupil_ids[pupil], 2 * file.day_of[place] + file.is_pm[place])
    now = standing.get(where) if standing else None
    if now is None:
        session_plan.new.setdefault(mark, []).append(pupil)
    elif now[1:] == mark or (now[1] == code and mark[1] is None):
        plan.unchanged_lines.append(file.line_of[place])
    else:
        plan.changed_lines[file.line_of[place]] = now[1:]
        session_plan.changed.setdefault((*mark, now[0], "", None), []).append(pupil)


def _standing(viewer: Viewer, file: MarksFile) -> dict[tuple[int, int], tuple[int, str, int | None]]:
    """The last version, code and minutes by pupil and half-day, for the days of the file."""
    if not len(file):
        return {}
    first, last = (date.fromordinal(day).isoformat() for day in (min(file.day_of), max(file.day_of)))
    found: dict[tuple[int, int], tuple[int, str, int | None]] = {}
    days: dict[object, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [viewer.school_id, first, last])
        while rows := cursor.fetchmany(10_000):
            for pupil_id, on, session, version, code, minutes in rows:
                day = days.get(on)
                if day is None:
                    written = on if isinstance(on, date) else date.fromisoformat(on)
                    day = days[on] = 2 * written.toordinal()
                found[pupil_id, day + (session == "PM")] = (version, code, minutes)
    return found
