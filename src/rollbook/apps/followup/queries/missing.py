"""Who is missing at this moment without a reason, in the order in which they are asked after."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from rollbook.apps.absence.queries.line import Reported, reports_of
from rollbook.apps.followup.models import CallClaim, ContactStep
from rollbook.apps.followup.queries.steps import (
    attempts_about,
    calls_on,
    claim_on,
    live_claims,
    person_of,
    steps_since,
    tried_of,
    wrong_numbers,
)
from rollbook.apps.registers.queries.board import boards_of, session_now
from rollbook.apps.registers.queries.facts import planned_now
from rollbook.apps.registers.queries.whereabouts import Movement, movements_of
from rollbook.apps.registers.queries.year_marks import codes_on, marks_of_year
from rollbook.apps.roll.queries import Pupil, RollPupil
from rollbook.apps.roll.queries.calling import ToCall, to_call
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.absences import Absence, absences
from rollbook.domain.access import Viewer
from rollbook.domain.contacting import NextStep, Person, next_step
from rollbook.domain.law import Finding
from rollbook.domain.missing import Known, Risk, Standing, Urgency, standing_of, urgency
from rollbook.domain.on_site import MovementKind
from rollbook.domain.sessions import SchoolSession, words_for_time

AM, PM = SchoolSession.AM, SchoolSession.PM


@dataclass(frozen=True, slots=True)
class Placed:
    """A pupil whom today's registers do not show as here, and where they stand."""

    pupil: RollPupil
    known: Known
    standing: Finding[Standing]


@dataclass(frozen=True, slots=True)
class Missing:
    """A pupil who is missing without a reason: why it is urgent, what was done, what comes next, who is on it."""

    placed: Placed
    call: ToCall
    people: tuple[Person, ...]
    urgency: Finding[Urgency]
    absence: Absence | None
    steps: tuple[ContactStep, ...]
    next: Finding[NextStep]
    claim: CallClaim | None

    @property
    def pupil_id(self) -> int:
        """The pupil's number."""
        return self.call.pupil.pk

    @property
    def calls_today(self) -> list[ContactStep]:
        """Today's calls about this pupil, the first first."""
        return [
            each for each in self.steps if each.kind == "call" and each.on == self.urgency.answer.since.date()
        ]


@dataclass
class MissingNow:
    """The list as it stands at a moment; `on` is today, `closes_at` when the register closes that decides next.

    `missing` in the order of ringing; `look_here` were seen at the desk; `explained` are not rung, with why; `untaken`
    are groups whose register nobody has taken, with how many pupils; `expected_away` are known beforehand, shown
    before the first register closes. `settled` were asked about today and are missing no longer.
    """

    on: date
    at: datetime
    session: SchoolSession
    closes_at: time
    is_school_day: bool = True
    has_closed: bool = False
    missing: list[Missing] = field(default_factory=list)
    look_here: list[Placed] = field(default_factory=list)
    explained: list[Placed] = field(default_factory=list)
    untaken: dict[str, int] = field(default_factory=dict)
    expected_away: list[tuple[RollPupil, str, str]] = field(default_factory=list)
    settled: list[tuple[Pupil, ContactStep]] = field(default_factory=list)


def missing_now(viewer: Viewer, now: datetime) -> MissingNow:
    """Everybody who is missing at this moment, and who only seems to be. So many queries for any number of pupils.

    Fifteen in the morning, twenty in the afternoon; seven before the first register closes.
    """
    on, session = session_now(viewer, now)
    if on != now.date():
        return MissingNow(now.date(), now, session, time(), is_school_day=False)
    look = _Look(viewer, on, now)
    found = MissingNow(on, now, session, look.closes_at(session), has_closed=look.has_closed(AM))
    if not found.has_closed:
        found.expected_away = look.expected_away()
        return found
    placed = look.placed()
    for each in placed:
        if each.standing.answer is Standing.ASK_TEACHER:
            name = each.pupil.group_name
            found.untaken[name] = found.untaken.get(name, 0) + 1
    found.look_here = [each for each in placed if each.standing.answer is Standing.LOOK_HERE]
    found.explained = [each for each in placed if each.standing.answer is Standing.EXPLAINED]
    missing = [each for each in placed if each.standing.answer is Standing.MISSING]
    found.missing, calls = _followed(viewer, missing, now)
    still = {each.pupil.id for each in [*missing, *found.look_here]}
    latest = {each.pupil_id: each for each in calls if each.pupil_id not in still}
    found.settled = [(each.pupil, each) for each in latest.values()]
    return found


def placed_today(viewer: Viewer, pupil_id: int, now: datetime) -> Placed | None:
    """Where one pupil stands at this moment; None on a day without school, and for a pupil on no register today."""
    if session_now(viewer, now)[0] != now.date():
        return None
    look = _Look(viewer, now.date(), now)
    return next(iter(look.placed(only=pupil_id)), None)


def followed_one(viewer: Viewer, placed: Placed, now: datetime) -> Missing:
    """One pupil with everything a caller needs, missing or not."""
    return _followed(viewer, [placed], now)[0][0]


class _Look:
    """One look at today's registers, the plans and the desk's log."""

    def __init__(self, viewer: Viewer, on: date, now: datetime) -> None:
        self._viewer, self._on, self._now = viewer, on, now
        calendar = timetable(viewer).calendar
        self._times = {each: calendar.times(on, each) for each in SchoolSession}
        opened = [each for each, times in self._times.items() if times and times.opens_at <= now.time()]
        boards = boards_of(viewer, on, opened or [AM], now)
        self._boards = {board.session: board for board in boards if board is not None}

    def closes_at(self, session: SchoolSession) -> time:
        times = self._times[session]
        return times.closes_at if times else time()

    def has_closed(self, session: SchoolSession) -> bool:
        times = self._times[session]
        return times is not None and times.closes_at <= self._now.time()

    def expected_away(self) -> list[tuple[RollPupil, str, str]]:
        """Whom the school expects to be away this morning: the pupil, the code, what is known."""
        pupils = (
            {pupil.id: pupil for row in self._boards[AM].rows for pupil in row.pupils} if self._boards else {}
        )
        plans = planned_now(self._viewer, self._on, AM, pupils)
        found = [(pupils[pupil], plan.code, plan.note) for pupil, plan in plans.items()]
        return sorted(found, key=lambda each: (each[0].surname, each[0].forename))

    def placed(self, only: int | None = None) -> list[Placed]:
        """Everybody whom the registers do not show as here; with `only` this pupil, here or not."""
        asked = self._asked(only)
        ids = list(asked)
        plans = {
            session: planned_now(self._viewer, self._on, session, ids)
            for session in self._boards
            if any(each[1] is session for each in asked.values())
        }
        moved = movements_of(self._viewer, self._on, ids) if ids else {}
        told = reports_of(self._viewer, ids, self._on, self._on) if ids else {}
        found = []
        for pupil_id, (pupil, session, code) in asked.items():
            plan = plans.get(session, {}).get(pupil_id)
            arrived_at, left_at = self._desk(moved.get(pupil_id, []), session)
            known = Known(
                session=session,
                code=code,
                is_site_closed=self._boards[session].closure is not None,
                planned=f"{plan.get_origin_display()}: {plan.note}." if plan else "",
                told=_told(told.get(pupil_id, ()), self._on, session),
                arrived_at=arrived_at,
                left_at=left_at,
                has_closed=self.has_closed(session),
                closes_at=self.closes_at(session),
                is_begun=self._is_begun(session, pupil.group_id),
            )
            found.append(Placed(pupil, known, standing_of(known)))
        return found

    def _asked(self, only: int | None) -> dict[int, tuple[RollPupil, SchoolSession, str]]:
        """The pupils with no mark or with N, and for which half-day: the newest that was marked or is over."""
        found: dict[int, tuple[RollPupil, SchoolSession, str]] = {}
        pupils = {
            pupil.id: pupil for board in self._boards.values() for row in board.rows for pupil in row.pupils
        }
        codes = codes_on(self._viewer, self._on, pupils)
        wanted = pupils if only is None else {only: pupils[only]} if only in pupils else {}
        for pupil_id, pupil in wanted.items():
            session = AM
            if PM in self._boards and (self.has_closed(PM) or codes[PM][pupil_id] != ""):
                session = PM
            if session not in self._boards:
                continue
            code = codes[session][pupil_id]
            if only is not None or code in ("", "N"):
                found[pupil_id] = (pupil, session, code)
        return found

    def _is_begun(self, session: SchoolSession, group_id: int | None) -> bool:
        rows = self._boards[session].rows
        return any(row.group.id == group_id and row.marked_count > 0 for row in rows)

    def _desk(self, moved: Sequence[Movement], session: SchoolSession) -> tuple[time | None, time | None]:
        """When the desk last saw them come in or leave. That they came in the morning explains no afternoon."""
        morning = self._times[AM]
        earliest = morning.session_ends_at if session is PM and morning else time()
        for each in moved[-1:]:
            if each.kind == MovementKind.LEFT:
                return None, each.moved_at
            if each.moved_at >= earliest:
                return each.moved_at, None
        return None, None


def _told(reports: Iterable[Reported], on: date, session: SchoolSession) -> str:
    """What a parent told about this session; "" where nobody did. Somebody unknown who rings explains nothing."""
    believed = [each for each in reports if each.is_believed and each.covers(on, session)]
    if not believed:
        return ""
    last = believed[-1]
    return f"{last.who_told} told at {words_for_time(last.told_at.astimezone(LONDON).time())}: {last.reason}."


def _followed(
    viewer: Viewer, placed: Collection[Placed], now: datetime
) -> tuple[list[Missing], list[ContactStep]]:
    """These pupils in the order of ringing, and every call of today."""
    on = now.date()
    ids = [each.pupil.id for each in placed]
    calls, people = calls_on(viewer, on), to_call(viewer, ids)
    open_absences = {
        pupil: _open(absences(marks)) for pupil, marks in marks_of_year(viewer, ids, on, on).items()
    }
    begun = [each.first.on for each in open_absences.values() if each is not None]
    steps = steps_since(viewer, ids, min([on, *begun]))
    wrong, claims = wrong_numbers(viewer, ids), live_claims(viewer, now)
    found = []
    for each in placed:
        call, absence = people[each.pupil.id], open_absences[each.pupil.id]
        since = absence.first.on if absence else on
        own = tuple(step for step in steps.get(each.pupil.id, ()) if step.on >= since)
        persons = tuple(map(person_of, call.contacts))
        found.append(
            Missing(
                placed=each,
                call=call,
                people=persons,
                urgency=urgency(risks_of(call.pupil), _days(absence, on), _closed(each, on)),
                absence=absence,
                steps=own,
                next=next_step(
                    persons,
                    attempts_about(call, calls),
                    tried=tried_of(own, on),
                    has_partner=_has_partner(call.pupil),
                    wrong_numbers=wrong.get(each.pupil.id, ()),
                ),
                claim=claim_on(claims, call),
            )
        )
    found.sort(
        key=lambda each: (each.urgency.answer.key, each.placed.pupil.surname, each.placed.pupil.forename)
    )
    return found, calls


def risks_of(pupil: Pupil) -> list[Risk]:
    """What the admission register holds that makes it urgent to know where this pupil is."""
    held = {
        Risk.CHILD_PROTECTION_PLAN: pupil.has_child_protection_plan,
        Risk.LOOKED_AFTER: pupil.is_looked_after,
        Risk.CHILD_IN_NEED: pupil.is_child_in_need,
        Risk.SOCIAL_WORKER: pupil.social_worker.strip(),
        Risk.MEDICAL_CONDITION: pupil.medical_note.strip(),
        Risk.YOUTH_OFFENDING_WORKER: pupil.youth_offending_worker.strip(),
    }
    return [risk for risk, is_held in held.items() if is_held]


def _has_partner(pupil: Pupil) -> bool:
    return any(
        each.strip() for each in (pupil.social_worker, pupil.youth_offending_worker, pupil.virtual_school)
    )


def _open(found: list[Absence]) -> Absence | None:
    return found[-1] if found and found[-1].is_open else None


def _days(absence: Absence | None, on: date) -> int:
    """School days missed in a row, today's included although nobody may have marked it yet."""
    days = absence.days if absence else ()
    return len(days) + (on not in days)


def _closed(placed: Placed, on: date) -> datetime:
    return datetime.combine(on, placed.known.closes_at, LONDON)
