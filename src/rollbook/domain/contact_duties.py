"""Which occasions to call, visit, tell and enquire does a pupil's absence give, by when, and were they met?

Worked out from the marks with their history and from what was written down, for one pupil at a time.
Source: sections 4.5 and 8.4 of the school's policy; the guidance on children missing education.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from rollbook.domain.absences import ILLNESS, NOT_ESTABLISHED, Absence, absences
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.contact_steps import ENQUIRIES_BY_TENTH_DAY, JOINT, PARTNERS, StepKind
from rollbook.domain.contacting import Result
from rollbook.domain.pupil_facts import ordinal
from rollbook.domain.sessions import RegisterTimes, SchoolSession, minutes_after

VISIT_DAY = 2
TENTH_DAY = 10
TWENTIETH_DAY = 20
WITHOUT_REASON = frozenset({NOT_ESTABLISHED, "O"})
NOT_EVIDENCED = WITHOUT_REASON | {"G", ILLNESS}
"""What the register says on a parent's word or on nobody's. Leave, an appointment and the like rest on a record."""

Moment = Callable[[date, time], datetime]


@dataclass(frozen=True, slots=True)
class WasN:
    """A session that was marked N: when, and when the reason took its place; None where it still stands."""

    on: date
    session: SchoolSession
    marked_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Did:
    """Something that was done about the pupil: on which day, when, and what came of it."""

    kind: StepKind
    on: date
    at: datetime
    result: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of one pupil: the marks that stand, what was N, what was done, who works with them.

    Shape: `partners` are results of `StepKind.PARTNER`.
    """

    marks: Sequence[tuple[date, SchoolSession, str]]
    was_n: Sequence[WasN] = ()
    did: Sequence[Did] = ()
    partners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ContactPolicy:
    """What the school has chosen. Units: minutes after a register closes; school days; whether illness counts."""

    call_within_minutes: int
    welfare_officer_day: int
    visits_for_illness: bool = True


@dataclass(frozen=True, slots=True)
class Occasion:
    """One occasion of a duty: of which, on which day, what is to be done, by when, and whether it was."""

    duty: str
    on: date
    what: str
    arose_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    dropped_because: str = ""


def occasions(
    of: Followed, calendar: SchoolCalendar, policy: Callable[[date], ContactPolicy], moment: Moment
) -> list[Occasion]:
    """Every occasion that a pupil's marks give, earliest first. `policy` is asked for the day it is about."""
    found = _Occasions(of, calendar, policy, moment)
    return sorted([*found.calls(), *found.of_runs()], key=lambda each: (each.arose_at, each.duty))


class _Occasions:
    def __init__(
        self, of: Followed, calendar: SchoolCalendar, policy: Callable[[date], ContactPolicy], moment: Moment
    ) -> None:
        self._of, self._policy, self._moment = of, policy, moment
        half_days = {(on, session) for on, session, _ in of.marks} | {
            (each.on, each.session) for each in of.was_n
        }
        # A day that the calendar has closed since asks nothing of anybody.
        self._times: dict[tuple[date, SchoolSession], RegisterTimes] = {
            (on, session): times
            for on in {on for on, _ in half_days}
            for session in SchoolSession
            if (times := calendar.times(on, session)) is not None
        }
        self._marks = [mark for mark in of.marks if mark[:2] in self._times]
        self._absences = absences(self._marks)

    def calls(self) -> Iterator[Occasion]:
        """The first day's call, each further day's, and those who work with the pupil."""
        waited = sorted((each for each in self._of.was_n if self._had_closed(each)), key=_by_half_day)
        asked: set[date] = set()
        for on, those in groupby(waited, key=lambda each: each.on):
            first = next(those)
            times = self._times[on, first.session]
            absence = self._absence_on(on)
            earlier = [day for day in asked if absence is not None and absence.first.on <= day < on]
            asked.add(on)
            closed_at = self._moment(on, times.closes_at)
            due = minutes_after(times.closes_at, self._policy(on).call_within_minutes)
            yield Occasion(
                "contact.each_day" if earlier else "contact.first_day",
                on,
                f"Missing without a reason, {ordinal(len(earlier) + 1)} day"
                if earlier
                else "Missing without a reason",
                max(closed_at, first.marked_at),
                self._moment(on, due),
                _first_of([first.settled_at, *self._spoken_on(on)]),
            )
            if not earlier and self._of.partners:
                yield self._partners(on, closed_at, first)

    def _partners(self, on: date, closed_at: datetime, first: WasN) -> Occasion:
        told = [
            _first_of(each.at for each in self._since(StepKind.PARTNER, on) if each.result == partner)
            for partner in sorted(self._of.partners)
        ]
        times = [at for at in told if at is not None]
        is_told = len(times) == len(told)
        words = [name.lower() for key, name in PARTNERS if key in self._of.partners]
        return Occasion(
            "partner.told",
            on,
            f"Tell the {' and the '.join(words)}",
            max(closed_at, first.marked_at),
            self._end_of(on),
            _first_of([max(times) if is_told else None, first.settled_at]),
        )

    def of_runs(self) -> Iterator[Occasion]:
        """The visit, the welfare officer, the enquiries: what so many school days in a row bring."""
        next_days = [each.first.on for each in self._absences[1:]]
        for absence, before in zip(self._absences, [*next_days, date.max], strict=False):
            for run in self._runs(absence, NOT_EVIDENCED):
                day = run[VISIT_DAY - 1] if len(run) >= VISIT_DAY else None
                if day is not None and self._asks_for_visit(absence, run):
                    done = self._done([StepKind.VISIT, StepKind.NO_VISIT], run[0], before)
                    yield self._of_day("visit.two_days", day, "Absent for a second day: visit the home", done)
            for run in self._runs(absence, WITHOUT_REASON):
                yield from self._of_missing(run, before)

    def _of_missing(self, run: Sequence[date], before: date) -> Iterator[Occasion]:
        number = self._policy(run[0]).welfare_officer_day
        if len(run) >= number:
            done = self._done([StepKind.WELFARE_OFFICER], run[0], before)
            what = f"{ordinal(number)} day without a reason: decide about a welfare officer"
            yield self._of_day("partner.welfare_officer", run[number - 1], what, done)
        seen = next((each for each in self._since(StepKind.SEEN, run[0]) if each.on < before), None)
        where = "Somebody has seen or heard the pupil since." if seen else ""
        if len(run) >= TENTH_DAY:
            asked = [self._enquired(key, run[0], before) for key, _ in ENQUIRIES_BY_TENTH_DAY]
            made = [at for at in asked if at is not None]
            done = max(made) if len(made) == len(asked) else None
            yield self._of_day(
                "missing.tenth_day", run[TENTH_DAY - 1], "Enquire where the pupil is", done, where
            )
        if len(run) >= TWENTIETH_DAY:
            done = self._enquired(JOINT, run[0], before)
            what = "Decide with the local authority"
            yield self._of_day("missing.twentieth_day", run[TWENTIETH_DAY - 1], what, done, where)

    def _asks_for_visit(self, absence: Absence, run: Sequence[date]) -> bool:
        if self._policy(run[0]).visits_for_illness:
            return True
        codes = {each.code for each in absence.sessions if each.on in run[:VISIT_DAY]}
        return codes != {ILLNESS}

    def _of_day(
        self, duty: str, on: date, what: str, done_at: datetime | None, dropped_because: str = ""
    ) -> Occasion:
        arose = self._moment(on, self._times[on, SchoolSession.AM].closes_at)
        return Occasion(duty, on, what, arose, self._end_of(on), done_at, dropped_because)

    def _runs(self, absence: Absence, codes: frozenset[str]) -> list[list[date]]:
        """Whole days missed in a row with these codes only; a day that was met in part is none of them."""
        attended = {on for on, _, code in self._marks if _is_seen(code)}
        runs: list[list[date]] = [[]]
        for day in absence.days:
            own = {each.code for each in absence.sessions if each.on == day}
            if own <= codes and day not in attended:
                runs[-1].append(day)
            else:
                runs.append([])
        return [run for run in runs if run]

    def _done(self, kinds: Iterable[StepKind], since_day: date, before: date) -> datetime | None:
        done = (each for kind in kinds for each in self._since(kind, since_day))
        return _first_of(each.at for each in done if each.on < before)

    def _enquired(self, which: str, since_day: date, before: date) -> datetime | None:
        made = (each for each in self._since(StepKind.ENQUIRY, since_day) if each.result == which)
        return _first_of(each.at for each in made if each.on < before)

    def _spoken_on(self, on: date) -> Iterator[datetime]:
        """When somebody rang, or a parent answered, on a day. A wrong number is no call to a parent."""
        for each in self._of.did:
            is_call = each.kind is StepKind.CALL and each.result != Result.WRONG_NUMBER
            if each.on == on and (is_call or each.kind is StepKind.REPLY):
                yield each.at

    def _since(self, kind: StepKind, since_day: date) -> Iterator[Did]:
        return (each for each in self._of.did if each.kind is kind and each.on >= since_day)

    def _absence_on(self, on: date) -> Absence | None:
        return next((each for each in self._absences if on in each.days), None)

    def _had_closed(self, was: WasN) -> bool:
        """Was it still N when its register closed? An arrival before that is only late."""
        times = self._times.get((was.on, was.session))
        if times is None:
            return False
        return was.settled_at is None or was.settled_at > self._moment(was.on, times.closes_at)

    def _end_of(self, on: date) -> datetime:
        return self._moment(on, self._times[on, SchoolSession.PM].session_ends_at)


def _is_seen(code: str) -> bool:
    known = BY_SYMBOL[code]
    return known.is_attended or (known.is_absence and known.is_on_site)


def _by_half_day(was: WasN) -> tuple[date, bool]:
    return was.on, was.session is SchoolSession.PM


def _first_of(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
