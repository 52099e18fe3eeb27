"""How the marks of a year came about: what was known before registration, what was N first and became something else.

The final marks are given; this makes the history an office would have left behind on the way to them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np

from rollbook.apps.registers.actions.past import PastMarks, PastPlan, PastSave
from rollbook.config.simulation import wording
from rollbook.config.simulation.absence import NOT_ON_ROLL, Bytes
from rollbook.config.simulation.days import SchoolDays, clock_time, seconds
from rollbook.domain.codes import BY_BYTE, Needs, byte_of

HEAD, ATTENDANCE, PASTORAL, SENCO, OFFICE, SECOND_OFFICE, GOVERNOR, ADMINISTRATOR = range(8)
"""Places among the staff; the class teachers follow."""

_N = byte_of("N")
_SYMBOL = {byte: code.symbol for byte, code in BY_BYTE.items()}
_NEEDS_NATURE = {
    code.symbol
    for code in BY_BYTE.values()
    if code.needs & {Needs.NATURE_OF_ACTIVITY, Needs.NATURE_OF_CIRCUMSTANCES}
}
_ILLNESS_KNOWN = 0.66
_APPOINTMENT_KNOWN = 0.8
_COMES_BACK_FROM_APPOINTMENT = 0.5
_FIRST_HOUR, _LAST_HOUR = 9 * 3600 + 35 * 60, 14 * 3600 + 45 * 60

# When the office finds out, in school days after the absence, with how often.
_FOUND_OUT_AFTER = ((0, 74), (1, 14), (2, 7), (3, 5))
_GIVEN_UP_AFTER = ((2, 10), (3, 20), (4, 30), (5, 40))


@dataclass
class Record:
    """The history of one year. `first` is what the register said when it was taken; `detail` its minutes and note."""

    first: Bytes
    detail: dict[tuple[int, int], tuple[int | None, str]] = field(default_factory=dict)
    planned: list[PastPlan] = field(default_factory=list)
    singles: list[PastSave] = field(default_factory=list)


@dataclass(frozen=True)
class Setting:
    """What the history is made in. `submitted[group][session]`: at which second of the day a register was saved."""

    days: SchoolDays
    groups: Mapping[int, int]
    submitted: Sequence[Sequence[int]]
    until: int
    draw: Random


def record_year(marks: Bytes, setting: Setting) -> Record:
    """The history behind these marks up to `until`, a session. Shape: as `marks`, (pupils, sessions)."""
    record = Record(first=marks.copy())
    part_time: dict[int, list[_Spell]] = {}
    for pupil, byte, start, end in spells(marks):
        if start < setting.until:
            spell = _Spell(pupil, _SYMBOL[byte], start, end)
            if spell.code == "C2":
                part_time.setdefault(pupil, []).append(spell)
            else:
                _RECORDERS.get(spell.code, _record_known)(record, setting, spell)
    for those in part_time.values():
        _record_part_time(record, setting, those)
    return record


@dataclass(frozen=True, slots=True)
class _Spell:
    """One pupil under one code from a session to a session, both included."""

    pupil: int
    code: str
    start: int
    end: int


def spells(marks: Bytes) -> Iterator[tuple[int, int, int, int]]:
    """Runs of one code that is not a present mark. Shape: (pupil, byte, first session, last session)."""
    presence = {byte_of("/"), byte_of("\\"), NOT_ON_ROLL}
    changes = np.ones((marks.shape[0], marks.shape[1] + 1), dtype=bool)
    changes[:, 1:-1] = marks[:, 1:] != marks[:, :-1]
    pupils, places = (found.tolist() for found in np.nonzero(changes))
    codes = marks.tolist()
    for pupil, start, next_pupil, end in zip(pupils, places, pupils[1:], places[1:], strict=False):
        if next_pupil == pupil and codes[pupil][start] not in presence:
            yield pupil, codes[pupil][start], start, end - 1


def _record_late(record: Record, setting: Setting, spell: _Spell) -> None:
    """Late: by the teacher where the pupil came before the register was saved, else signed in by the office."""
    for session in range(spell.start, min(spell.end + 1, setting.until)):
        times, draw = setting.days.times[session], setting.draw
        opens = seconds(times.opens_at)
        if spell.code == "L":
            minutes = min(times.open_minutes - 1, 1 + int(draw.expovariate(1 / 7)))
        else:
            minutes = min(times.session_minutes - 5, times.open_minutes + 1 + int(draw.expovariate(1 / 35)))
        arrived = opens + 60 * minutes
        if arrived < _submitted(setting, spell.pupil, session):
            record.detail[spell.pupil, session] = (minutes, "")
            continue
        why = draw.choice(wording.WHY_LATE)
        at = clock_time(arrived)
        mark = PastMarks(
            pupils=(spell.pupil,),
            code=spell.code,
            version=2,
            minutes_late=minutes,
            arrived_at=at,
            note=why,
            reason=f"Arrived {at:%H:%M}" + (f": {why}" if why else ""),
        )
        record.first[spell.pupil, session] = _N
        second = arrived + draw.randrange(20, 100)
        _add_single(record, setting, "arrival", session, session // 2, second, OFFICE + session % 2, mark)


def _record_unexplained(record: Record, setting: Setting, spell: _Spell) -> None:
    """O: each session N at first, given up on within five school days."""
    draw = setting.draw
    for session in range(spell.start, min(spell.end + 1, setting.until)):
        record.first[spell.pupil, session] = _N
        day = session // 2 + _drawn(_GIVEN_UP_AFTER, draw)
        reason = draw.choice(wording.FOUND_OUT["O"])
        second = draw.randrange(_FIRST_HOUR, _LAST_HOUR)
        _amend(record, setting, spell.pupil, session, "O", reason, day, second, ATTENDANCE)


def _record_illness(record: Record, setting: Setting, spell: _Spell) -> None:
    draw = setting.draw
    if spell.start % 2:
        _plan(record, setting, spell, spell.start, spell.start, wording.SENT_HOME, "school", OFFICE)
        if spell.end > spell.start:
            rest = _Spell(spell.pupil, spell.code, spell.start + 1, spell.end)
            _plan_spell(record, setting, rest, wording.note_for("I", draw))
    elif draw.random() < _ILLNESS_KNOWN:
        _plan_spell(record, setting, spell, wording.note_for("I", draw))
    else:
        _record_found_out(record, setting, spell)


def _record_appointment(record: Record, setting: Setting, spell: _Spell) -> None:
    if setting.draw.random() > _APPOINTMENT_KNOWN:
        _record_found_out(record, setting, spell)
        return
    note = wording.note_for("M", setting.draw)
    back = (
        spell.start == spell.end
        and spell.start % 2 == 0
        and setting.draw.random() < _COMES_BACK_FROM_APPOINTMENT
    )
    if back:
        arrived = 60 * setting.draw.randrange(10 * 60, 11 * 60 + 45)
        at = clock_time(arrived)
        mark = PastMarks((spell.pupil,), "M", 2, None, at, note, f"Arrived {at:%H:%M}")
        _add_single(record, setting, "arrival", spell.start, spell.start // 2, arrived + 45, OFFICE, mark)
        _note(record, spell.pupil, spell.start, note)
    _plan_spell(record, setting, spell, note)


def _record_found_out(record: Record, setting: Setting, spell: _Spell) -> None:
    """N at first; what was found out is an amendment for what was saved by then, and known beforehand for the rest."""
    draw = setting.draw
    day = spell.start // 2 + _drawn(_FOUND_OUT_AFTER, draw)
    second = draw.randrange(_FIRST_HOUR, _LAST_HOUR)
    reason = draw.choice(wording.FOUND_OUT[spell.code])
    by = ATTENDANCE if spell.code == "G" else OFFICE + draw.randrange(2)
    for session in range(spell.start, min(spell.end + 1, setting.until)):
        if (session // 2, _submitted(setting, spell.pupil, session)) >= (day, second):
            rest = _Spell(spell.pupil, spell.code, session, spell.end)
            _plan_spell(record, setting, rest, draw.choice(wording.NOTES[spell.code]))
            return
        record.first[spell.pupil, session] = _N
        _amend(record, setting, spell.pupil, session, spell.code, reason, day, second, by)
        second += draw.randrange(8, 30)


def _record_known(record: Record, setting: Setting, spell: _Spell) -> None:
    """Leave, activities, suspensions: decided before, shown on the register, marked from there."""
    note = wording.note_for(spell.code, setting.draw)
    _plan_spell(record, setting, spell, note)
    if spell.code in _NEEDS_NATURE:
        for session in range(spell.start, min(spell.end + 1, setting.until)):
            _note(record, spell.pupil, session, note)


def _record_part_time(record: Record, setting: Setting, afternoons: Sequence[_Spell]) -> None:
    """A part-time timetable is one plan from its first afternoon to its last, not one for each."""
    first, last = afternoons[0], afternoons[-1]
    note = wording.note_for("C2", setting.draw)
    if any(spell.start % 2 == 0 for spell in afternoons):
        for spell in afternoons:
            _plan_spell(record, setting, spell, note)
        return
    _plan(
        record,
        setting,
        replace(first, end=last.end),
        first.start,
        last.end,
        note,
        wording.ORIGINS["C2"],
        HEAD,
    )


def _note(record: Record, pupil: int, session: int, note: str) -> None:
    record.detail[pupil, session] = (None, note)


def _plan_spell(record: Record, setting: Setting, spell: _Spell, note: str) -> None:
    """Records a spell as known: whole days together, a half-day at either end by itself."""
    origin = wording.ORIGINS.get(spell.code, "leave")
    by = OFFICE if spell.code in {"I", "M", "V"} else ATTENDANCE
    if spell.code in {"C", "C1", "C2", "J1", "S"}:
        by = HEAD
    start, end = spell.start, spell.end
    if start % 2:
        _plan(record, setting, spell, start, start, note, origin, by)
        start += 1
    if start <= end and end % 2 == 0:
        _plan(record, setting, spell, end, end, note, origin, by)
        end -= 1
    if start <= end:
        _plan(record, setting, spell, start, end, note, origin, by)


def _plan(
    record: Record, setting: Setting, spell: _Spell, start: int, end: int, note: str, origin: str, by: int
) -> None:
    days, draw = setting.days, setting.draw
    if spell.code == "I":
        # How long it will last nobody knows: what is recorded goes no further than today.
        if start > setting.until + 1:
            return
        end = min(end, setting.until + 1) if end > start else end
    first, last = start // 2, end // 2
    known_on = first
    if spell.code not in {"I", "E"}:
        known_on = max(0, first - draw.randrange(1, 8))
    second = draw.randrange(8 * 3600, 8 * 3600 + 50 * 60)
    if start % 2 and spell.code == "I":
        second = draw.randrange(10 * 3600 + 1800, 12 * 3600)
    sessions = "PM" if start % 2 else "both" if end % 2 else "AM"
    record.planned.append(
        PastPlan(
            pupil=spell.pupil,
            first_day=days.dates[first],
            last_day=days.dates[last],
            sessions=sessions,
            code=spell.code,
            note=note,
            origin=origin,
            at=days.at(known_on, second),
            by=by,
            provider=wording.PROVIDERS.get(spell.code, ""),
            supervisor=wording.SUPERVISORS.get(spell.code, ""),
        )
    )


def _amend(
    record: Record,
    setting: Setting,
    pupil: int,
    session: int,
    code: str,
    reason: str,
    day: int,
    second: int,
    by: int,
) -> None:
    """Adds an amendment, unless its day has not come yet: then the N still stands."""
    mark = PastMarks((pupil,), code, 2, reason=reason)
    last = len(setting.days.dates) - 1
    if day > last:
        day, second = last, max(second, _LAST_HOUR)
    if day == session // 2:
        second = max(second, _submitted(setting, pupil, session) + setting.draw.randrange(60, 600))
    _add_single(record, setting, "amendment", session, day, second, by, mark)


def _add_single(
    record: Record, setting: Setting, kind: str, session: int, day: int, second: int, by: int, mark: PastMarks
) -> None:
    if 2 * day >= setting.until:
        return
    days = setting.days
    name = "PM" if session % 2 else "AM"
    record.singles.append(PastSave(kind, days.dates[session // 2], name, days.at(day, second), by, (mark,)))


def _submitted(setting: Setting, pupil: int, session: int) -> int:
    return setting.submitted[setting.groups[pupil]][session]


def _drawn(choices: Sequence[tuple[int, int]], draw: Random) -> int:
    at = draw.random() * sum(often for _, often in choices)
    for value, often in choices:
        at -= often
        if at < 0:
            return value
    return choices[-1][0]


_RECORDERS = {
    "L": _record_late,
    "U": _record_late,
    "O": _record_unexplained,
    "I": _record_illness,
    "M": _record_appointment,
    "G": _record_found_out,
}
