"""May this name be removed from the admission register on this ground, and how is that decided?

Source: regulation 9 of SI 2024/208; domain.md 1.3, 1.3.2, 6.28 and 8.9. The grounds are in `removal_grounds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import REGULATIONS_2024, Citation, Confirmation, Finding, words_for_day
from rollbook.domain.refusals import Refusal
from rollbook.domain.removal_conditions import (
    ABSENCE_CODES,
    ABSENT_SCHOOL_DAYS,
    BACK_WITHIN_SCHOOL_DAYS,
    AnswerKind,
    Condition,
    Ground,
    Special,
)
from rollbook.domain.removal_grounds import AUTHORITY_CONSENT
from rollbook.domain.roll import is_compulsory_school_age, year_group
from rollbook.domain.sessions import SchoolSession

Answer = bool | date | str | None
Answers = Mapping[str, Answer]
Marks = Mapping[tuple[date, SchoolSession], str]

_KEPT_OPEN = Citation(REGULATIONS_2024, "regulations 6 and 9")
_LEGAL_TYPE_WORDS = {
    "maintained": "maintained schools",
    "academy": "academies",
    "non-maintained-special": "non-maintained special schools",
    "independent": "independent schools",
}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RemovalFacts:
    """What the registers say of the pupil.

    `marks` are those that stand now, of this time on roll; `placed_by` is the local authority that placed the pupil at
    a special school, "" for any other pupil.
    """

    born_on: date
    is_boarder: bool
    first_day: date
    last_day: date
    today: date
    calendar: SchoolCalendar
    marks: Marks
    legal_type: str
    placed_by: str = ""


@dataclass(frozen=True, slots=True)
class RemovalCheck:
    """What stands in the way, what a reason must be given for, and what was worked out."""

    refusals: tuple[Refusal, ...]
    warnings: tuple[Finding[bool], ...]
    findings: tuple[Finding[bool], ...]


def conditions_of(ground: Ground, facts: RemovalFacts) -> tuple[Condition, ...]:
    """What is asked for on this ground about this pupil?"""
    asks_authority = facts.placed_by and not ground.is_of_death
    return (*ground.conditions, AUTHORITY_CONSENT) if asks_authority else ground.conditions


def check_removal(ground: Ground, answers: Answers, facts: RemovalFacts) -> RemovalCheck:
    """May the name be removed on this ground from the day after the last day on roll?

    What a source asks for must hold; what is only remembered, and not so here, is a warning to be answered by a reason.
    """
    refusals = [*_of_last_day(facts)]
    warnings: list[Finding[bool]] = []
    for condition in conditions_of(ground, facts):
        problem = _problem(condition, answers.get(condition.name), facts.last_day)
        if problem and (condition.is_hard or answers.get(condition.name) is None):
            refusals.append(Refusal(condition.name, problem))
        elif problem:
            warnings.append(_warning(condition, problem))
    findings = [*_worked_out(ground, answers, facts), *_marks_after(ground, facts)]
    refusals += [
        Refusal(_field(found), found.because) for found in findings if not found.answer and _is_hard(found)
    ]
    warnings += [found for found in findings if not found.answer and not _is_hard(found)]
    return RemovalCheck(tuple(refusals), tuple(warnings), tuple(findings))


def is_open_to(ground: Ground, facts: RemovalFacts) -> Finding[bool]:
    """Can this ground be chosen at all, before anything is asked? Decided by the kind of school and the register."""
    findings = [
        found
        for found in _worked_out(ground, {}, facts)
        if _is_hard(found) and found.rule not in _NEEDS_AN_ANSWER
    ]
    refused = next((found for found in findings if not found.answer), None)
    if refused is not None and refused.rule == "removal.over_compulsory_age":
        until = words_for_day(cast("date", refused.facts["last_day"]))
        because = f"The pupil is of compulsory school age until {until}."
        return _found(refused.rule, because, refused.facts, refused.citation, answer=False)
    return refused or _found("removal.ground", ground.explanation, {}, ground.citation, answer=True)


def continuous_absence(calendar: SchoolCalendar, marks: Marks, first_day: date, until: date) -> Finding[int]:
    """For how many school days in a row, up to this day, is every session coded G, N or O?

    A day on which one session has any other code, or none, breaks the run. Units: school days.
    """
    run = 0
    before_the_break = 0
    broken: tuple[date, SchoolSession] | None = None
    for day in reversed(calendar.school_days(first_day, until)):
        other = next((each for each in SchoolSession if marks.get((day, each)) not in ABSENCE_CODES), None)
        if other is not None and broken is None:
            broken = (day, other)
        elif other is not None:
            break
        elif broken is None:
            run += 1
        else:
            before_the_break += 1
    facts = {
        "until": until,
        "run": run,
        "needed": ABSENT_SCHOOL_DAYS,
        "run_before_the_break": before_the_break,
    }
    because = _run_in_words(run, before_the_break, broken, marks)
    citation = Citation(REGULATIONS_2024, "regulation 9(1)(i)", Confirmation.SECONDARY)
    return Finding(run, "removal.continuous_absence", because, facts, citation)


def _run_in_words(run: int, before: int, broken: tuple[date, SchoolSession] | None, marks: Marks) -> str:
    needed = f"Ground I needs {ABSENT_SCHOOL_DAYS} school days in a row."
    now = f"Every session of the last {_days(run)} is coded G, N or O." if run else ""
    if broken is None:
        return f"{now or 'There is no school day to count.'} {needed}"
    day, session = broken
    symbol = marks.get(broken)
    what = f"{symbol} ({BY_SYMBOL[symbol].title})" if symbol else "no mark"
    where = f"{what} on {words_for_day(day)} in the {session.words}"
    if run:
        return f"{now} Before that there is {where}. {needed}"
    after = f" after {_days(before)} coded only G, N or O" if before else ""
    return f"There is {where}{after}: that breaks the run. {needed}"


def _days(count: int) -> str:
    return "1 school day" if count == 1 else f"{count} school days"


def _found(
    rule: str, because: str, facts: Mapping[str, object], citation: Citation, *, answer: bool
) -> Finding[bool]:
    return Finding(answer, rule, because, facts, citation)


def _of_last_day(facts: RemovalFacts) -> list[Refusal]:
    if facts.last_day < facts.first_day:
        return [Refusal("last_day", f"The pupil was not on roll before {words_for_day(facts.first_day)}.")]
    if facts.last_day > facts.today + timedelta(days=366):
        return [Refusal("last_day", "The last day on roll is more than a year away. Check it.")]
    return []


def _problem(condition: Condition, answer: Answer, last_day: date) -> str:
    if condition.kind is AnswerKind.YES_NO:
        if answer is None:
            return f"{condition.question} Answer yes or no."
        return "" if answer is condition.wanted else condition.refusal
    if condition.kind is AnswerKind.DATE:
        if not isinstance(answer, date):
            return condition.refusal
        later = f"This is later than the last day on roll, {words_for_day(last_day)}. Check both days."
        return later if answer > last_day else ""
    return "" if isinstance(answer, str) and answer.strip() else condition.refusal


def _warning(condition: Condition, problem: str) -> Finding[bool]:
    return _found(f"removal.{condition.name}", problem, {}, condition.citation, answer=False)


# Findings that only warn; every other one, where the answer is no, stands in the way.
_ONLY_WARN = frozenset({"removal.day_pupil", "removal.nursery_age", "removal.marks_after_death"})
_NEEDS_AN_ANSWER = frozenset({"removal.back_within"})
_FIELDS = {
    "removal.back_within": "leave_ended_on",
    "removal.over_compulsory_age": "last_day",
    "removal.marks_after": "last_day",
}


def _is_hard(found: Finding[bool]) -> bool:
    return found.rule not in _ONLY_WARN


def _field(found: Finding[bool]) -> str:
    return _FIELDS.get(found.rule, "")


def _worked_out(ground: Ground, answers: Answers, facts: RemovalFacts) -> list[Finding[bool]]:
    """What nobody is asked, because the register, the calendar or the school says it."""
    found = []
    if ground.legal_types is not None:
        found.append(_legal_type(ground, ground.legal_types, facts))
    for special, work_out in _SPECIALS.items():
        if special in ground.specials:
            found.append(work_out(ground, answers, facts))
    return found


def _legal_type(ground: Ground, allowed: frozenset[str], facts: RemovalFacts) -> Finding[bool]:
    names = " and ".join(words for name, words in _LEGAL_TYPE_WORDS.items() if name in allowed)
    here = _LEGAL_TYPE_WORDS.get(facts.legal_type, facts.legal_type)
    is_allowed = facts.legal_type in allowed
    because = f"This ground is only for {names}." + (
        "" if is_allowed else f" This school is among the {here}."
    )
    return Finding(
        is_allowed, "removal.legal_type", because, {"legal_type": facts.legal_type}, ground.citation
    )


def _absent_long_enough(ground: Ground, _: Answers, facts: RemovalFacts) -> Finding[bool]:
    run = continuous_absence(
        facts.calendar, facts.marks, facts.first_day, _last_marked(facts, min(facts.last_day, facts.today))
    )
    return Finding(
        run.answer >= ABSENT_SCHOOL_DAYS,
        "removal.absent_long_enough",
        run.because,
        run.facts,
        ground.citation,
    )


def _last_marked(facts: RemovalFacts, until: date) -> date:
    """Today's registers may not be taken yet; the run then ends with the day before."""
    both = all((facts.today, each) in facts.marks for each in SchoolSession)
    return until if until < facts.today or both else facts.today - _ONE_DAY


def _not_back(ground: Ground, answers: Answers, facts: RemovalFacts) -> Finding[bool]:
    ended_on = answers.get("leave_ended_on")
    rule = "removal.back_within"
    if not isinstance(ended_on, date):
        return _found(rule, "Say when the leave ended.", {}, ground.citation, answer=False)
    due = facts.calendar.school_day_after(ended_on, BACK_WITHIN_SCHOOL_DAYS)
    known = {"leave_ended_on": ended_on, "tenth_school_day": due}
    if due is None or due > min(facts.last_day, facts.today):
        when = f", {words_for_day(due)}," if due else ""
        because = (
            f"The tenth school day after the leave{when} is not over. Until then the pupil may come back."
        )
        return _found(rule, because, known, ground.citation, answer=False)
    came = [
        (day, session)
        for (day, session), symbol in sorted(facts.marks.items())
        if ended_on < day <= due and symbol in BY_SYMBOL and BY_SYMBOL[symbol].is_on_site
    ]
    if came:
        day, session = came[0]
        because = (
            f"The register has the pupil back on {words_for_day(day)} in the {session.words}, within "
            f"{BACK_WITHIN_SCHOOL_DAYS} school days after the leave ended."
        )
        return _found(rule, because, known, ground.citation, answer=False)
    because = f"Not back by {words_for_day(due)}, the tenth school day after the leave ended."
    return _found(rule, because, known, ground.citation, answer=True)


def _over_age(ground: Ground, _: Answers, facts: RemovalFacts) -> Finding[bool]:
    meets = facts.calendar.next_school_day(facts.last_day) or facts.last_day + _ONE_DAY
    age = is_compulsory_school_age(facts.born_on, meets)
    # Too young is not over it: a child of four is of no compulsory age either.
    is_over = not age.answer and meets > cast("date", age.facts["last_day"])
    because = f"The school next meets after that on {words_for_day(meets)}. {age.because}"
    return Finding(
        is_over, "removal.over_compulsory_age", because, {**age.facts, "next_meets": meets}, ground.citation
    )


def _nursery_age(ground: Ground, _: Answers, facts: RemovalFacts) -> Finding[bool]:
    group = year_group(facts.born_on, facts.last_day)
    is_young = group <= 0
    words = "of nursery or reception age" if is_young else "older than nursery or reception age"
    because = f"By the date of birth, {words_for_day(facts.born_on)}, the pupil is {words}."
    return Finding(is_young, "removal.nursery_age", because, {"born_on": facts.born_on}, ground.citation)


def _day_pupil(ground: Ground, _: Answers, facts: RemovalFacts) -> Finding[bool]:
    words = "a boarder, for whom this ground is not meant" if facts.is_boarder else "a day pupil"
    because = f"The admission register has the pupil as {words}."
    citation = Citation(ground.citation.source, ground.citation.provision, Confirmation.FROM_MEMORY)
    return Finding(not facts.is_boarder, "removal.day_pupil", because, {}, citation)


def _boarder(ground: Ground, _: Answers, facts: RemovalFacts) -> Finding[bool]:
    words = "a boarder" if facts.is_boarder else "a day pupil, and this ground is only for boarders"
    because = f"The admission register has the pupil as {words}."
    return Finding(facts.is_boarder, "removal.boarder", because, {}, ground.citation)


_SPECIALS = {
    Special.CONTINUOUS_ABSENCE: _absent_long_enough,
    Special.NOT_BACK_FROM_LEAVE: _not_back,
    Special.OVER_COMPULSORY_AGE: _over_age,
    Special.NURSERY_AGE: _nursery_age,
    Special.DAY_PUPIL: _day_pupil,
    Special.BOARDER: _boarder,
}


def marks_outside(
    marks: Marks, first_day: date, last_day: date | None
) -> list[tuple[date, SchoolSession, str]]:
    """Which marks lie before a first day or after a last day? In order."""
    return [
        (day, session, symbol)
        for (day, session), symbol in sorted(marks.items())
        if day < first_day or (last_day is not None and day > last_day)
    ]


def words_for_marks(marks: list[tuple[date, SchoolSession, str]], most: int = 6) -> str:
    """How are these marks named in a sentence? "N on 3 November 2026 in the morning and 2 more"."""
    named = [
        f"{symbol} on {words_for_day(day)} in the {session.words}" for day, session, symbol in marks[:most]
    ]
    more = len(marks) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _marks_after(ground: Ground, facts: RemovalFacts) -> list[Finding[bool]]:
    """Marks stand for good, so a name can't have been off the roll while its pupil was marked; a death is found out."""
    after = marks_outside(facts.marks, facts.first_day, facts.last_day)
    if not after:
        return []
    named = words_for_marks(after)
    if ground.is_of_death:
        because = f"The register has marks after the last day: {named}. They stay in the history."
        return [_found("removal.marks_after_death", because, {"count": len(after)}, _KEPT_OPEN, answer=False)]
    because = (
        f"The register has marks after this day: {named}. A name is not removed for days on which the pupil was "
        f"marked: choose {words_for_day(after[-1][0])} or later."
    )
    return [_found("removal.marks_after", because, {"count": len(after)}, _KEPT_OPEN, answer=False)]
