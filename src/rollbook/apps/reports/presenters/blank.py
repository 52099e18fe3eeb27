"""Blank registers on paper."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rollbook.apps.reports.queries.blank import BlankRegister
from rollbook.apps.schools.queries import School
from rollbook.domain.access import Viewer
from rollbook.domain.codes import present_symbol
from rollbook.ui.kinds import title_of
from rollbook.ui.words import clock_time, long_day, moment


def blank_paper(
    viewer: Viewer, registers: Sequence[BlankRegister], school: School, now: datetime
) -> dict[str, Any]:
    """The data of `reports/blank.typ`: a page a group."""
    first = registers[0]
    which = first.group.name if len(registers) == 1 else f"{len(registers)} groups"
    return {
        "title": f"Blank register: {which}, {long_day(first.on)}, {first.session.words}",
        "school": school.name,
        "day": long_day(first.on),
        "session": first.session.words,
        "opens": clock_time(first.times.opens_at),
        "closes": clock_time(first.times.closes_at),
        "present": present_symbol(first.session),
        "registers": [
            {
                "group": each.group.name,
                "who": " · ".join(filter(None, [each.group.teacher_names, each.group.room])),
                "pupils": [
                    [
                        f"{pupil.surname}, {pupil.forename}",
                        _known(each, pupil.id),
                    ]
                    for pupil in each.pupils
                ],
            }
            for each in registers
        ],
        "made": f"Printed {moment(now)} by {viewer.name}, {viewer.position}",
    }


def _known(register: BlankRegister, pupil_id: int) -> str:
    """What is known beforehand: the code, what it means, and the note that the register shows too."""
    if pupil_id not in register.known:
        return ""
    code, note = register.known[pupil_id]
    return f"{code} {title_of(code)}: {note}"
