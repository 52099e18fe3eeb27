"""Which attendance codes are there, and which may be used on a given day?

Source: regulation 10 of SI 2024/208; Appendix 1 of the school's policy. The data are in `code_table`.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from rollbook.domain.code_table import CODES, PREDECESSORS, SUCCESSORS, TAKEN_BACK
from rollbook.domain.code_types import AttendanceCode, Category, Needs, Setter
from rollbook.domain.law import words_for_day
from rollbook.domain.sessions import SchoolSession

__all__ = [
    "BY_BYTE",
    "BY_SYMBOL",
    "CODES",
    "MISSING_BYTE",
    "TAKEN_BACK",
    "AttendanceCode",
    "Category",
    "Needs",
    "Setter",
    "UnknownCode",
    "byte_of",
    "code_for",
    "codes_in_force",
    "codes_offered",
    "present_symbol",
    "why_never_by_hand",
]

MISSING_BYTE = 0
"""The byte of a mark nobody has made."""

# A symbol has never meant two things, so it is enough to know a code by; a test keeps it so.
BY_SYMBOL: Mapping[str, AttendanceCode] = MappingProxyType(
    {code.symbol: code for code in (*CODES, TAKEN_BACK)}
)
BY_BYTE: Mapping[int, AttendanceCode] = MappingProxyType({code.byte: code for code in CODES})


class UnknownCode(LookupError):
    """No such attendance code on that day; the text says what to use instead."""


def code_for(symbol: str, on: date) -> AttendanceCode:
    """Which code does this symbol stand for on that day?

    Errors: UnknownCode, whose text is a sentence for the person who typed it.
    """
    code = _code_ever(symbol)
    first_day, last_day = code.in_force.first_day, code.in_force.last_day
    if last_day is not None and on > last_day:
        raise UnknownCode(f"{symbol} ended on {words_for_day(last_day)}; use {SUCCESSORS[symbol]}.")
    if on < first_day:
        instead = PREDECESSORS.get(symbol)
        hint = f"; use {instead} for earlier days." if instead else " and can't be used for earlier days."
        raise UnknownCode(f"{symbol} began on {words_for_day(first_day)}{hint}")
    return code


def codes_in_force(on: date) -> tuple[AttendanceCode, ...]:
    """Which codes may stand in a register on that day?"""
    return tuple(code for code in CODES if on in code.in_force)


def codes_offered(on: date, session: SchoolSession, setters: frozenset[Setter]) -> tuple[AttendanceCode, ...]:
    """Which codes should a list offer these hands? Never the other session's present mark."""
    other_present = {present_symbol(other) for other in SchoolSession} - {present_symbol(session)}
    return tuple(
        code for code in codes_in_force(on) if code.set_by & setters and code.symbol not in other_present
    )


def present_symbol(session: SchoolSession) -> str:
    """Which mark says that a pupil was there when this session's register was taken?"""
    return "/" if session is SchoolSession.AM else "\\"


def why_never_by_hand(code: AttendanceCode) -> str:
    """Why may nobody at all enter this code on a register, and where does it come from instead?"""
    if code.symbol == "#":
        return "# comes from the school calendar and can't be entered by hand."
    if code.symbol == "Z":
        return "Z is for a pupil who has not started yet; set their starting day on the admission register."
    if code is TAKEN_BACK:
        return "A mark can't be taken away. Choose the mark that is right."
    return f"{code.symbol} is only read from older registers and can't be entered by hand."


def byte_of(symbol: str) -> int:
    """Which byte stands for this code in packed registers? (0 stands for no mark.)

    Errors: UnknownCode.
    """
    return _code_ever(symbol).byte


def _code_ever(symbol: str) -> AttendanceCode:
    code = BY_SYMBOL.get(symbol)
    if code is not None:
        return code
    if symbol.strip().upper() in BY_SYMBOL:
        raise UnknownCode(f"'{symbol}' is not an attendance code; write it as {symbol.strip().upper()}.")
    raise UnknownCode(f"'{symbol}' is not an attendance code; choose one from the list of codes.")
