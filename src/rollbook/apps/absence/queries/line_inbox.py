"""The absence line's day: what was told when, what it did, and what is still to be worked off."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rollbook.apps.absence.models import Call, KeptMark, Report
from rollbook.apps.absence.queries.line_sessions import Effect, State, effects_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.absence_line import CallTimes, Next, how_late
from rollbook.domain.access import Viewer
from rollbook.domain.law import Finding
from rollbook.domain.sessions import SchoolSession, minutes_after
from rollbook.domain.told import Lateness
from rollbook.ui.words import local

_ONE_DAY = timedelta(days=1)
LOOK_BACK_DAYS = 21
"""What nobody settled in three weeks has long run out as N; it then stands on the list of reasons due."""


@dataclass(frozen=True)
class Row:
    """One report with what became of it and, for its first day, whether the school was told in time."""

    report: Report
    effects: list[Effect]
    lateness: Finding[Lateness]

    @property
    def differing(self) -> list[Effect]:
        """The sessions whose mark somebody must look at."""
        return [each for each in self.effects if each.state is State.DIFFERS]

    @property
    def waits_for(self) -> tuple[Next, ...]:
        """What must still happen: taken off an activity, a reason found; nothing where all is settled."""
        then = Next(self.report.next)
        waits = [then] if then is not Next.NOTHING and any(map(_is_n, self.effects)) else []
        if any(
            each.found.answer.next is Next.ACTIVITY and each.state is State.PLANNED for each in self.effects
        ):
            waits.append(Next.ACTIVITY)
        return tuple(waits)

    @property
    def is_open(self) -> bool:
        """Is there something to work off?"""
        return self.report.ended_at is None and bool(self.differing or self.waits_for)


def _is_n(effect: Effect) -> bool:
    if effect.mark is not None and effect.mark.symbol:
        return effect.mark.symbol == "N"
    return effect.code == "N" and effect.state is State.PLANNED


@dataclass(frozen=True)
class LineDay:
    """A day of the line. Shape: `told` in the order of time; `open` what waits, of whichever day, oldest first."""

    on: date
    told: list[Row]
    open: list[Row]
    messages: list[Call]
    times: CallTimes

    @property
    def open_count(self) -> int:
        """How many things are to be worked off."""
        return len(self.open) + len(self.messages)


def call_times(viewer: Viewer, on: date) -> CallTimes:
    """By when parents are to call on a day, by the school's settings and the day's register."""
    found = timetable(viewer)
    times = found.calendar.times(on, SchoolSession.AM)
    opens = times.opens_at if times is not None else time(9)
    by = found.setting("parents_call_minutes_before", on)
    until = found.setting("calls_accepted_minutes_before", on)
    return CallTimes(minutes_after(opens, -by), minutes_after(opens, -min(by, until)))


def line_day(viewer: Viewer, on: date, now: datetime) -> LineDay:
    """What was told on a day, and all that waits. Nine queries."""
    start = datetime.combine(on, time.min, tzinfo=now.tzinfo)
    rows = Report.objects.filter(school_id=viewer.school_id).select_related("pupil", "call")
    told = list(
        rows.filter(call__told_at__gte=start, call__told_at__lt=start + _ONE_DAY).order_by(
            "call__told_at", "pk"
        )
    )
    recent = _recent(viewer, now)
    effects = effects_of(viewer, [*told, *(each for each in recent if each not in told)], now)
    waiting = [_row(viewer, each, effects[each.pk]) for each in recent]
    return LineDay(
        on=on,
        told=[_row(viewer, each, effects[each.pk]) for each in told],
        open=[row for row in waiting if row.is_open],
        messages=messages_waiting(viewer),
        times=call_times(viewer, on),
    )


def _recent(viewer: Viewer, now: datetime) -> list[Report]:
    """The reports that may still want something: of the last weeks, and of days to come."""
    rows = Report.objects.filter(
        school_id=viewer.school_id, ended_at=None, last_day__gte=now.date() - timedelta(days=LOOK_BACK_DAYS)
    )
    return list(rows.select_related("pupil", "call").order_by("call__told_at", "pk"))


def open_rows(viewer: Viewer, now: datetime) -> list[Row]:
    """The reports that want somebody's decision, oldest first. Six queries."""
    recent = _recent(viewer, now)
    effects = effects_of(viewer, recent, now)
    return [row for row in (_row(viewer, each, effects[each.pk]) for each in recent) if row.is_open]


def messages_waiting(viewer: Viewer) -> list[Call]:
    """The messages that nobody has made a report of or set aside, oldest first. One query."""
    rows = Call.objects.filter(school_id=viewer.school_id, ended_at=None, reports=None)
    return list(rows.order_by("told_at", "pk"))


def message_of(viewer: Viewer, call_id: int) -> Call | None:
    """One call or message of the viewer's school; None for any other. One query."""
    return Call.objects.filter(school_id=viewer.school_id, pk=min(call_id, 2**63 - 1)).first()


def report_row(viewer: Viewer, report_id: int, now: datetime) -> Row | None:
    """One report of the viewer's school with what became of it; None for any other. Six queries."""
    rows = Report.objects.filter(school_id=viewer.school_id, pk=min(report_id, 2**63 - 1))
    report = rows.select_related("pupil", "call").first()
    if report is None:
        return None
    return _row(viewer, report, effects_of(viewer, [report], now)[report.pk])


def kept_of(report: Report) -> list[KeptMark]:
    """The marks that were left as they were against what was told. One query."""
    return list(report.kept_marks.all())


def reports_of_call(call: Call) -> list[Report]:
    """The reports that came of one call, with their pupils. One query."""
    return list(call.reports.select_related("pupil").order_by("pk"))


def _row(viewer: Viewer, report: Report, effects: list[Effect]) -> Row:
    times = call_times(viewer, report.first_day)
    return Row(report, effects, how_late(local(report.call.told_at), report.first_day, times))


def open_count(viewer: Viewer, today: date) -> int:
    """How many messages wait to be worked off: the figure on the tab. One query."""
    del today  # a message waits until somebody has seen to it, whatever the day
    return Call.objects.filter(school_id=viewer.school_id, ended_at=None, reports=None).count()
