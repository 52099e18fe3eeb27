"""The codes of the 2024 Regulations as a table by category, and the old ones with what replaced them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rollbook.domain.code_table import SUCCESSORS
from rollbook.domain.codes import CODES, AttendanceCode, Category, Setter
from rollbook.domain.law import REGULATIONS_2024, words_for_day

_HANDS = {
    Setter.TEACHER: "teacher",
    Setter.OFFICE: "office",
    Setter.ATTENDANCE: "attendance officer, pastoral lead or SENCO",
    Setter.HEAD: "head teacher",
}
_SHORT_SOURCES = {REGULATIONS_2024: "SI 2024/208"}


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code with everything a table says about it."""

    code: AttendanceCode
    set_by: str
    needs: str
    possible: str
    counts_as: str
    where: str
    source: str
    ended: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class CodeSection:
    """The codes of one category."""

    category: Category
    title: str
    rows: tuple[CodeRow, ...]


def code_sections(on: date) -> list[CodeSection]:
    """The codes in force on a day, category by category in the order of the Regulations."""
    return [
        CodeSection(category, _capital(category.words), tuple(_row(code) for code in codes))
        for category in Category
        if (codes := [code for code in CODES if code.category is category and on in code.in_force])
    ]


def old_codes(on: date) -> list[CodeRow]:
    """The codes that ended before a day, each with what to use instead."""
    return [
        _row(code) for code in CODES if code.in_force.last_day is not None and code.in_force.last_day < on
    ]


def _row(code: AttendanceCode) -> CodeRow:
    source = _SHORT_SOURCES.get(code.citation.source, code.citation.source)
    last_day = code.in_force.last_day
    return CodeRow(
        code=code,
        set_by=_hands(code.set_by),
        needs=_capital(", ".join(sorted(need.words for need in code.needs))),
        possible="Yes" if code.is_possible else "No",
        counts_as="Attended" if code.is_attended else "Absence" if code.is_absence else "Neither",
        where=_where(code),
        source=f"{source}, {code.citation.provision}",
        ended=words_for_day(last_day) if last_day else "",
        instead=SUCCESSORS.get(code.symbol, ""),
    )


def _hands(setters: Iterable[Setter]) -> str:
    hands = [words for setter, words in _HANDS.items() if setter in set(setters)]
    return _capital(", ".join(hands)) if hands else "Nobody: from the calendar or the roll"


def _where(code: AttendanceCode) -> str:
    if code.symbol == "U":
        return "In school, from arrival"
    return "In school" if code.is_on_site else "Not in school"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
