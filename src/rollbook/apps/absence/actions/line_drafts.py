"""What a form of the absence line says, looked through before anything is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from rollbook.apps.absence.queries.line_sessions import (
    Away,
    on_register,
    per_session,
    plans_beside,
    sessions_told,
)
from rollbook.apps.absence.queries.week import Slot
from rollbook.apps.roll.queries import OnRoll, Pupil, everyone_on_roll, pupil_of
from rollbook.apps.roll.queries.families import contacts_of_pupils
from rollbook.apps.schools.queries import timetable
from rollbook.domain.absence_line import Call as Heard
from rollbook.domain.absence_line import Next, Proposal, by_hand, is_in_advance, proposed
from rollbook.domain.access import Viewer
from rollbook.domain.adviser import Fit, advise_on
from rollbook.domain.codes import BY_SYMBOL, UnknownCode, code_for
from rollbook.domain.law import Finding
from rollbook.domain.off_site import LONGEST_DAYS
from rollbook.domain.pupil_facts import facts_from
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.roll import is_compulsory_school_age
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.told import Caller, Channel, Illness, Told

CHOOSABLE = ("I", "M", "R", "T", "G", "N", "O", "Q", "Y1", "Y2", "Y3", "Y5", "Y6", "Y7")
"""What a person may settle on instead of the proposal. Leave, E and D follow from records of their own."""
PUPIL, SOMEBODY = "pupil", "somebody"
_ONE_DAY = timedelta(days=1)
_LARGEST_ID = 2**63 - 1
_LENGTHS = {"named": 60, "doubt": 300, "note": 120, "private_note": 600, "code_because": 300}


@dataclass(frozen=True, slots=True)
class CallDraft:
    """Who told the school, when and by which way. `caller` is "parent:12", "pupil" or "somebody"."""

    channel: str
    told_at: datetime
    caller: str
    caller_name: str = ""
    caller_relation: str = ""
    text: str = ""

    @property
    def parent_id(self) -> int | None:
        """The parent who called, as the roll knows them."""
        kind, _, number = self.caller.partition(":")
        is_number = kind == "parent" and number.isdecimal() and len(number) < 19
        return int(number) if is_number else None


@dataclass(frozen=True, slots=True)
class AbsenceDraft:
    """One pupil's absence as a form describes it. `last_day` None: to the day before the return, else one day.

    `code` "" takes what is proposed. `at` begins the names of its fields in refusals: "" for the first pupil.
    """

    pupil_id: int
    told: str
    first_day: date
    first_session: str = "AM"
    last_day: date | None = None
    last_session: str = "PM"
    expected_back_on: date | None = None
    illness: str = ""
    leaves_at: time | None = None
    returns_at: time | None = None
    is_test_met: bool = False
    named: str = ""
    is_evidence_seen: bool = False
    doubt: str = ""
    note: str = ""
    private_note: str = ""
    code: str = ""
    code_because: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft that may be kept, with what was worked out: who called, the proposal, and the code of each session."""

    draft: AbsenceDraft
    pupil: Pupil
    caller: Caller
    is_believed: bool
    relation: str
    proposal: Finding[Proposal]
    settled: Finding[Proposal]
    sessions: Mapping[Slot, Finding[Proposal]]
    is_boarder: bool

    @property
    def columns(self) -> dict[str, Any]:
        """What of it is kept."""
        names = (
            "told first_day first_session last_day last_session expected_back_on illness leaves_at returns_at "
            "is_test_met named is_evidence_seen doubt note private_note code_because"
        )
        return {name: getattr(self.draft, name) for name in names.split()} | {
            "caller": self.caller.value,
            "is_believed": self.is_believed,
            "proposed_code": self.proposal.answer.code,
            "code": self.settled.answer.code,
            "next": self.settled.answer.next.value,
        }


def look_at_call(call: CallDraft, now: datetime) -> CallDraft:
    """The call as it would be kept, with the caller's name. Errors: Refused."""
    refusals = []
    if call.channel not in set(Channel):
        refusals.append(Refusal("channel", "Choose how the school was told."))
    if call.told_at > now:
        refusals.append(
            Refusal("told_at", "This time is still to come. Give the time at which the school was told.")
        )
    elif call.told_at < now - timedelta(days=LONGEST_DAYS):
        refusals.append(Refusal("told_on", "This is more than a year ago."))
    call = replace(
        call,
        caller_name=" ".join(call.caller_name.split()),
        caller_relation=" ".join(call.caller_relation.split()),
        text=call.text.strip(),
    )
    if call.parent_id is None and call.caller not in (PUPIL, SOMEBODY):
        refusals.append(Refusal("caller", "Choose who told the school."))
    elif call.caller == SOMEBODY and not call.caller_name:
        refusals.append(Refusal("caller_name", "Write down the caller's name, or “not given”."))
    if len(call.caller_name) > 120 or len(call.caller_relation) > 60:
        refusals.append(Refusal("caller_name", "Keep the name to 120 characters and the relation to 60."))
    if refusals:
        raise Refused(refusals)
    return call


def look_at(
    viewer: Viewer, call: CallDraft, drafts: Sequence[AbsenceDraft], source: str = ""
) -> list[Looked]:
    """These absences as they would be kept. `source` is the report that is changed, whose plans don't count.

    Errors: Refused with every problem of every one.
    """
    contacts = contacts_of_pupils(viewer, [each.pupil_id for each in drafts if each.pupil_id <= _LARGEST_ID])
    found: list[Looked] = []
    refusals: list[Refusal] = []
    for draft in drafts:
        try:
            found.append(_look(viewer, call, draft, contacts.get(draft.pupil_id, []), source))
        except Refused as refused:
            refusals.extend(Refusal(f"{draft.at}{each.field}", each.message) for each in refused.refusals)
    if len({each.pupil_id for each in drafts}) < len(drafts):
        refusals.append(Refusal("", "The same pupil is there twice."))
    if refusals:
        raise Refused(refusals)
    return found


def _look(
    viewer: Viewer, call: CallDraft, draft: AbsenceDraft, contacts: Sequence[Any], source: str
) -> Looked:
    pupil = pupil_of(viewer, draft.pupil_id) if draft.pupil_id <= _LARGEST_ID else None
    if pupil is None:
        raise Refused.one("", "Choose a pupil of this school.")
    draft = _whole(viewer, draft)
    place = next((each for each in everyone_on_roll(viewer, draft.first_day) if each.id == pupil.pk), None)
    away = _away(draft)
    slots = sessions_told(viewer, away)
    if refusals := [*_problems(viewer, draft, slots, place)]:
        raise Refused(refusals)
    contact = next((each for each in contacts if each.parent_id == call.parent_id), None)
    caller, relation = _caller(call, contact)
    base = proposed(_heard(viewer, call, draft, caller, pupil))
    is_believed = base.answer.next is not Next.PARENT
    settled = by_hand(_settled(viewer, base, draft), viewer.setters)
    days = on_register(viewer, away.first_day, away.last_day, [pupil.pk]).get(pupil.pk, ())
    slots = [slot for slot in slots if slot[0] in days]
    beside = plans_beside(viewer, [pupil.pk], away.first_day, away.last_day).get(pupil.pk, [])
    known = [plan for kept_source, plan in beside if not source or kept_source != source]
    sessions = per_session(viewer, settled, pupil.born_on, slots, known)
    _refuse_what_cannot_be(viewer, sessions, known, pupil)
    is_boarder = place is not None and place.is_boarder
    return Looked(draft, pupil, caller, is_believed, relation, base, settled, sessions, is_boarder)


def _whole(viewer: Viewer, draft: AbsenceDraft) -> AbsenceDraft:
    """The draft without stray blanks, and with its last day."""
    last_day = draft.last_day
    if last_day is None:
        last_day = draft.first_day
        back = draft.expected_back_on
        if back is not None and back > draft.first_day:
            before = timetable(viewer).calendar.last_school_day(back - _ONE_DAY)
            last_day = max(before or draft.first_day, draft.first_day)
    texts = {name: getattr(draft, name).strip() for name in _LENGTHS}
    is_ill = draft.told == Told.ILL.value
    is_appointment = draft.told in (Told.MEDICAL.value, Told.DENTAL.value)
    return replace(
        draft,
        last_day=last_day,
        illness=draft.illness if is_ill else "",
        leaves_at=draft.leaves_at if is_appointment else None,
        returns_at=draft.returns_at if is_appointment else None,
        **texts,
    )


def _away(draft: AbsenceDraft) -> Away:
    last_day = draft.last_day or draft.first_day
    return Away(
        draft.first_day, draft.first_session, last_day, draft.last_session, draft.leaves_at, draft.returns_at
    )


def _problems(
    viewer: Viewer, draft: AbsenceDraft, slots: Sequence[Slot], place: OnRoll | None
) -> list[Refusal]:
    refusals = []
    if draft.told not in set(Told):
        refusals.append(Refusal("told", "Choose the reason that was given, or that none was."))
    if draft.illness and draft.illness not in set(Illness):
        refusals.append(Refusal("illness", "Choose one of the two, or leave it open."))
    if place is None:
        refusals.append(Refusal("first_day", "This pupil is not on the roll on this day."))
    refusals.extend(_problems_of_days(viewer, draft, slots))
    refusals.extend(
        Refusal(name, f"Keep this to {longest} characters.")
        for name, longest in _LENGTHS.items()
        if len(getattr(draft, name)) > longest or "\x00" in getattr(draft, name)
    )
    refusals.extend(_problems_of_code(viewer, draft))
    return refusals


def _problems_of_days(viewer: Viewer, draft: AbsenceDraft, slots: Sequence[Slot]) -> list[Refusal]:
    away = _away(draft)
    refusals = []
    back = draft.expected_back_on
    if away.last_day < away.first_day:
        refusals.append(Refusal("last_day", "The last day can't be before the first day."))
    elif (away.last_day - away.first_day).days > LONGEST_DAYS:
        refusals.append(Refusal("last_day", "Record at most a year."))
    elif back is not None and back <= away.last_day:
        message = "The pupil is expected back on a day that was told as absent. Change one of the two."
        refusals.append(Refusal("expected_back_on", message))
    elif not slots and not timetable(viewer).calendar.school_days(away.first_day, away.last_day):
        refusals.append(Refusal("first_day", "The school is closed on all of these days."))
    elif not slots and draft.leaves_at is None and draft.returns_at is None:
        refusals.append(Refusal("last_session", "This leaves no session: it ends before it begins."))
    if draft.leaves_at is not None and draft.returns_at is not None and draft.returns_at <= draft.leaves_at:
        refusals.append(Refusal("returns_at", "The pupil can't be back before leaving."))
    has_times = draft.leaves_at is not None or draft.returns_at is not None
    if has_times and away.last_day != away.first_day:
        message = "Times of leaving and coming back are for one day. Record each day by itself, or leave them empty."
        refusals.append(Refusal("leaves_at", message))
    halves = {each.value for each in SchoolSession}
    if draft.first_session not in halves or draft.last_session not in halves:
        refusals.append(Refusal("first_session", "Choose morning or afternoon."))
    return refusals


def _problems_of_code(viewer: Viewer, draft: AbsenceDraft) -> list[Refusal]:
    if not draft.code:
        return []
    try:
        code = code_for(draft.code, draft.first_day)
    except UnknownCode as unknown:
        return [Refusal("code", str(unknown))]
    if draft.code not in CHOOSABLE:
        return [Refusal("code", f"{code.symbol} ({code.title.lower()}) can't be made of a call.")]
    if not code.set_by & viewer.setters:
        return [
            Refusal("code", f"{code.symbol} is not yours to set. Leave the proposal: it goes to who may.")
        ]
    if not draft.code_because:
        return [Refusal("code_because", "Say why it is not the code that is proposed.")]
    return []


def _caller(call: CallDraft, contact: Any) -> tuple[Caller, str]:
    if call.caller == PUPIL:
        return Caller.PUPIL, "the pupil"
    if contact is None:
        return Caller.SOMEBODY, call.caller_relation
    return (Caller.PARENT if contact.is_parent else Caller.CONTACT), contact.relationship


def _heard(viewer: Viewer, call: CallDraft, draft: AbsenceDraft, caller: Caller, pupil: Pupil) -> Heard:
    times = timetable(viewer).calendar.times(draft.first_day, SchoolSession(draft.first_session))
    in_advance = times is None or is_in_advance(
        call.told_at, draft.first_day, times.opens_at, draft.leaves_at
    )
    return Heard(
        told=Told(draft.told),
        caller=caller,
        is_doubted=bool(draft.doubt),
        is_in_advance=in_advance,
        is_evidence_seen=draft.is_evidence_seen,
        is_test_met=draft.is_test_met,
        named=draft.named,
        is_compulsory_age=bool(is_compulsory_school_age(pupil.born_on, draft.first_day).answer),
    )


def _settled(viewer: Viewer, base: Finding[Proposal], draft: AbsenceDraft) -> Finding[Proposal]:
    """What a person chose, where it is not the proposal."""
    if not draft.code or draft.code == base.answer.code:
        return base
    then = base.answer.next if draft.code == "N" else Next.NOTHING
    because = f"{viewer.name} chose {draft.code}: {draft.code_because}"
    return replace(base, answer=Proposal(draft.code, then), rule="line.chosen", because=because)


def _refuse_what_cannot_be(
    viewer: Viewer, sessions: Mapping[Slot, Finding[Proposal]], known: Sequence[Any], pupil: Pupil
) -> None:
    calendar = timetable(viewer).calendar
    for (on, session), found in sessions.items():
        if found.answer.stands is not None:
            continue
        facts = facts_from(known, born_on=pupil.born_on, on=on, session=session, calendar=calendar)
        said = advise_on(facts, BY_SYMBOL[found.answer.code], on, session)
        if said.fit is Fit.CANNOT:
            raise Refused.one("code", said.because)
