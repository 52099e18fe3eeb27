"""The registers of a year as they were saved, in the order in which they were: who, when, which marks."""

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from rollbook.apps.registers.actions.past import PastMarks, PastSave
from rollbook.config.simulation.absence import NOT_ON_ROLL
from rollbook.config.simulation.days import SchoolDays, seconds
from rollbook.config.simulation.recording import Record
from rollbook.domain.codes import BY_BYTE

_SYMBOL = {byte: code.symbol for byte, code in BY_BYTE.items()}
_SUBMITTED_LATE = 0.05
_ON_TIME_SECONDS = 15 * 60


def submission_seconds(days: SchoolDays, groups: int, draw: Random) -> NDArray[np.int64]:
    """When each register was saved: mostly some minutes after it opened, a few late. Units: second of the day.

    Shape: (groups, sessions).
    """
    numbers = np.random.default_rng(draw.getrandbits(63))
    opens = np.array([seconds(times.opens_at) for times in days.times])
    closes = np.array([seconds(times.closes_at) for times in days.times])
    wait = 90 + np.minimum(numbers.gamma(4.0, 80.0, size=(groups, days.sessions)), _ON_TIME_SECONDS - 120)
    is_late = numbers.random((groups, days.sessions)) < _SUBMITTED_LATE
    late = _ON_TIME_SECONDS + numbers.random((groups, days.sessions)) * 25 * 60
    seconds_of_day = np.minimum(opens + np.where(is_late, late, wait), closes + 20 * 60)
    at: NDArray[np.int64] = seconds_of_day.astype(np.int64)
    return at


def saves_of_year(
    record: Record,
    days: SchoolDays,
    rosters: Sequence[tuple[int, int, Sequence[int]]],
    submitted: Sequence[Sequence[int]],
    until: int,
    closed: dict[int, tuple[str, str, int]],
) -> list[PastSave]:
    """Every save of the year up to `until`, a session, oldest first.

    Shape: `rosters` holds (group, its teacher, its pupils); `closed` by session: why, who decided, second of the day.
    """
    shut = {(days.dates[session // 2], "PM" if session % 2 else "AM") for session in closed}
    saves = [save for save in record.singles if (save.on, save.session) not in shut]
    for session in range(until):
        column = record.first[:, session].tolist()
        if session in closed:
            saves.append(_closure(column, days, session, closed[session]))
            continue
        for place, (group, teacher, roster) in enumerate(rosters):
            save = _register(record, column, days, session, group, teacher, roster, submitted[place][session])
            if save.marks:
                saves.append(save)
    return sorted(saves, key=lambda save: save.at)


def _register(
    record: Record,
    column: Sequence[int],
    days: SchoolDays,
    session: int,
    group: int,
    teacher: int,
    roster: Sequence[int],
    second: int,
) -> PastSave:
    present = 2 if session % 2 else 1
    there = tuple([pupil for pupil in roster if column[pupil] == present])
    marks = [PastMarks(there, _SYMBOL[present])] if there else []
    alike: dict[tuple[int, int | None, str], list[int]] = {}
    for pupil in roster:
        byte = column[pupil]
        if byte not in (present, NOT_ON_ROLL):
            minutes, note = record.detail.get((pupil, session), (None, ""))
            alike.setdefault((byte, minutes, note), []).append(pupil)
    for (byte, minutes, note), pupils in alike.items():
        marks.append(PastMarks(tuple(pupils), _SYMBOL[byte], minutes_late=minutes, note=note))
    return PastSave(
        kind="register",
        on=days.dates[session // 2],
        session="PM" if session % 2 else "AM",
        at=days.at(session // 2, second),
        by=teacher,
        marks=tuple(marks),
        group=group,
        is_complete=True,
    )


def _closure(column: Sequence[int], days: SchoolDays, session: int, closed: tuple[str, str, int]) -> PastSave:
    reason, decided_by, second = closed
    pupils = tuple(pupil for pupil, byte in enumerate(column) if byte != NOT_ON_ROLL)
    return PastSave(
        kind="closure",
        on=days.dates[session // 2],
        session="PM" if session % 2 else "AM",
        at=days.at(session // 2, second + session % 2),
        by=0,
        marks=(PastMarks(pupils, "Y4", note=reason),),
        is_complete=True,
        closure=(reason, decided_by),
    )
