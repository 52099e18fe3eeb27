"""Which pupils, and which of their days, does the DfE count in its absence statistics?

A pupil counts once for each school they are enrolled at, with the days from admission to leaving there.
Source: domain.md 4.1.5 to 4.1.8, from the DfE's methodology.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from rollbook.domain.dfe_windows import METHOD, DfeTerm, DfeYear
from rollbook.domain.law import Citation, Confirmation, Finding, words_for_day
from rollbook.domain.roll import age_on
from rollbook.domain.spans import Span

YOUNGEST, OLDEST = 5, 15
_AGES = Citation(METHOD, "pupils covered: aged 5 to 15 on 31 August")
_YEAR_11 = Citation(METHOD, "second half of the summer term", Confirmation.SECONDARY)
_ENROLMENT = Citation(METHOD, "enrolments, joiners and leavers", Confirmation.SECONDARY)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """When was a pupil, born on that day, on the roll of one school? `last_day` None while they still are."""

    born_on: date
    admitted_on: date
    last_day: date | None = None


def is_of_comparable_age(born_on: date, year: DfeYear) -> Finding[bool]:
    """Was the pupil aged 5 to 15 at the start of the year? Age 4 is published apart, over 15 not at all."""
    age = age_on(born_on, year.ages_are_on)
    answer = YOUNGEST <= age <= OLDEST
    counted = "counts" if answer else "counts only"
    because = (
        f"Aged {age} on {words_for_day(year.ages_are_on)}; the DfE {counted} pupils aged {YOUNGEST} to {OLDEST} then."
        if not answer
        else f"Aged {age} on {words_for_day(year.ages_are_on)}, so from {YOUNGEST} to {OLDEST}."
    )
    return Finding(answer, "dfe.age", because, {"age": age, "year": year}, _AGES)


def comparable_days(enrolment: Enrolment, year: DfeYear) -> Finding[Span | None]:
    """Which days of this enrolment count in the DfE's figures for the full year? None: no day does.

    Not counted are pupils outside ages 5 to 15, enrolments that begin in the second half of the summer term, and
    for pupils aged 15 (Year 11) that half itself.
    """
    age = is_of_comparable_age(enrolment.born_on, year)
    if not age.answer:
        return Finding(None, "dfe.days", age.because, age.facts, age.citation)
    whole = year.days
    summer_2 = year.window(DfeTerm.SUMMER_2)
    facts = {"enrolment": enrolment, "year": year, "second_half": summer_2}
    on_roll = Span(enrolment.admitted_on, enrolment.last_day)
    if not on_roll.overlaps(whole):
        because = f"The pupil was not on the roll in {year.name}."
        return Finding(None, "dfe.days", because, facts, _ENROLMENT)
    if summer_2.first_day <= enrolment.admitted_on:
        because = (
            f"The enrolment began on {words_for_day(enrolment.admitted_on)}, in the second half of the summer term, "
            "and the DfE leaves such enrolments out."
        )
        return Finding(None, "dfe.days", because, facts, _ENROLMENT)
    is_year_11 = age_on(enrolment.born_on, year.ages_are_on) == OLDEST
    ends = [end for end in (whole.last_day, enrolment.last_day) if end is not None]
    if is_year_11:
        ends.append(summer_2.first_day - timedelta(days=1))
    counted = Span(max(whole.first_day, enrolment.admitted_on), min(ends))
    last = counted.last_day
    because = f"Counted from {words_for_day(counted.first_day)} to {words_for_day(min(ends))}" + (
        "; the second half of the summer term is left out for pupils aged 15."
        if is_year_11 and last == ends[-1]
        else "."
    )
    return Finding(counted, "dfe.days", because, facts, _YEAR_11 if is_year_11 else _ENROLMENT)
