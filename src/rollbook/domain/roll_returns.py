"""Which return is due to the local authority when a name is entered or removed, by when, and what is in it?

Source: regulation 13(1) to (4) of SI 2024/208; domain.md 1.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.law import REGULATIONS_2024, Citation, Confirmation, Finding, words_for_day

NEW_PUPIL_DAYS = 5
"""Units: days after the day of entry; every day counts, school days and others."""

_NEW_PUPIL = Citation(REGULATIONS_2024, "regulation 13(1) to (3)")
_DELETION = Citation(REGULATIONS_2024, "regulation 13(4)", Confirmation.SECONDARY)


def new_pupil_return_due(
    entered_on: date, calendar: SchoolCalendar, *, is_most_junior: bool, authority_asked: bool = False
) -> Finding[date | None]:
    """By the end of which day is the new pupil return due? None where none is, unless the local authority asks.

    By the end of the fifth day after the day of entry: entered on Monday 23 November, due on Saturday 28 November.
    None for pupils placed in the school's most junior class who start on the first day of the school year.
    """
    year = calendar.year_of(entered_on)
    days = calendar.school_days(year.first_day, entered_on) if year else []
    starts_the_year = year is not None and len(days) <= 1
    facts = {"entered_on": entered_on, "is_most_junior": is_most_junior, "starts_the_year": starts_the_year}
    if is_most_junior and starts_the_year and not authority_asked:
        because = (
            "No return: the pupil joins the school's most junior class on the first day of the school year. "
            "One is due if the local authority asks for it."
        )
        return Finding(None, "returns.new_pupil", because, facts, _NEW_PUPIL)
    due = entered_on + timedelta(days=NEW_PUPIL_DAYS)
    because = f"Entered on {words_for_day(entered_on)}: due by the end of the fifth day after, {words_for_day(due)}."
    return Finding(due, "returns.new_pupil", because, facts, _NEW_PUPIL)


def deletion_return_due(
    last_day: date, calendar: SchoolCalendar, *, is_standard_leaver: bool, authority_asked: bool = False
) -> Finding[date | None]:
    """By when is the deletion return due? As soon as the ground is met, and no later than the deletion.

    None for a standard leaver: one who leaves at the end of the school's final year, unless the local authority asks.
    A last day with school after it in the same school year and term is no standard leaving.
    """
    facts = {"last_day": last_day, "is_standard_leaver": is_standard_leaver}
    if is_standard_leaver and _ends_the_year(last_day, calendar) and not authority_asked:
        because = (
            "No return: a standard leaver at the end of the school's final year. "
            "One is due if the local authority asks for it."
        )
        return Finding(None, "returns.deletion", because, facts, _DELETION)
    because = f"Due as soon as the ground is met and no later than the removal: by {words_for_day(last_day)}."
    return Finding(last_day, "returns.deletion", because, facts, _DELETION)


def _ends_the_year(last_day: date, calendar: SchoolCalendar) -> bool:
    """Is it in the last term of the year? Pupils of 16 leave at the end of June, the others with the term."""
    year = calendar.year_of(last_day)
    if year is None or not year.terms:
        return False
    last_term = max(year.terms, key=lambda term: term.first_day)
    return last_day >= last_term.first_day and last_day.month in _LEAVING_MONTHS


_LEAVING_MONTHS = frozenset({6, 7, 8})


@dataclass(frozen=True, slots=True)
class ReturnParent:
    """A parent as a return names them."""

    name: str
    relationship: str
    address: str
    telephones: tuple[str, ...]
    lives_with: bool
    is_parent: bool
    is_emergency_contact: bool


@dataclass(frozen=True, slots=True)
class ReturnEntry:
    """What the admission register says of the pupil, as far as a return needs it. Texts are "" where not recorded.

    `future_address` and `destination` are sentences; `particulars` are the other fields by name, for a new pupil.
    """

    full_name: str
    address: str
    parents: tuple[ReturnParent, ...]
    particulars: tuple[tuple[str, str], ...] = ()
    future_address: str = ""
    destination: str = ""
    ground: str = ""
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One line of a return. `is_missing`: the return asks for it and the admission register has nothing."""

    words: str
    value: str
    is_missing: bool = False


def deletion_return_lines(entry: ReturnEntry) -> tuple[ReturnLine, ...]:
    """What the deletion return says: name, address, each parent at home with a number, where next, and the ground."""
    at_home = [parent for parent in entry.parents if parent.is_parent and parent.lives_with]
    return (
        _needed("Full name", entry.full_name),
        _needed("Address", entry.address),
        *_parents("Parent the pupil normally lives with", at_home),
        ReturnLine("Future address", entry.future_address or "None notified"),
        ReturnLine("Next school or education", entry.destination or "None notified"),
        _needed("Last day on roll", entry.last_day),
        _needed("Ground of removal", entry.ground),
    )


def new_pupil_return_lines(entry: ReturnEntry) -> tuple[ReturnLine, ...]:
    """What the new pupil return says: everything that the admission register has about the pupil."""
    parents = [parent for parent in entry.parents if parent.is_parent]
    others = [parent for parent in entry.parents if not parent.is_parent]
    return (
        _needed("Full name", entry.full_name),
        _needed("Address", entry.address),
        *(ReturnLine(words, value or "Not recorded", not value) for words, value in entry.particulars),
        *_parents("Parent", parents),
        *(ReturnLine("Other contact", _in_words(each)) for each in others),
    )


def _needed(words: str, value: str) -> ReturnLine:
    return ReturnLine(words, value or "Not recorded", not value)


def _parents(words: str, parents: Sequence[ReturnParent]) -> list[ReturnLine]:
    if not parents:
        return [ReturnLine(words, "Not recorded", is_missing=True)]
    return [
        ReturnLine(
            words,
            _in_words(parent),
            not parent.address or (parent.lives_with and not _numbers(parent)),
        )
        for parent in parents
    ]


def _numbers(parent: ReturnParent) -> tuple[str, ...]:
    return parent.telephones if parent.is_emergency_contact else ()


def _in_words(parent: ReturnParent) -> str:
    address = parent.address or "no address recorded"
    numbers = ", ".join(_numbers(parent)) or "no emergency number recorded"
    lives = "; the pupil normally lives with them" if parent.lives_with else ""
    return f"{parent.name} ({parent.relationship}); {address}; {numbers}{lives}"
