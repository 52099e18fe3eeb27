"""What can be worked out about a pupil on the roll: a sound UPN, the year group, compulsory school age?"""

from datetime import date, timedelta
from functools import lru_cache

from rollbook.domain.law import EDUCATION_ACT_1996, Citation, Confirmation, Finding, words_for_day

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN_LENGTH = 13
_JUNE = 6
_FRIDAY = 4

_COMPULSORY_AGE = Citation(EDUCATION_ACT_1996, "section 8", Confirmation.FROM_MEMORY)


def upn_problem(upn: str) -> str | None:
    """What is wrong with this unique pupil number? None when it is sound. It is never repaired, only refused.

    23 letters are used, without I, O and S; the first letter checks the other twelve characters.
    Source: the DfE's common basic data set.
    """
    if len(upn) != _UPN_LENGTH:
        return f"A UPN has 13 characters; this one has {len(upn)}. Copy it again from its source."
    if upn != upn.upper():
        return "A UPN is written in capitals. Copy it again from its source."
    body, last = upn[1:-1], upn[-1]
    if upn[0] not in _UPN_LETTERS:
        return (
            "A UPN begins with a letter other than I, O and S; "
            f"this one begins with '{upn[0]}'. Check the first letter."
        )
    if not (body.isascii() and body.isdigit()):
        return "Characters 2 to 12 of a UPN are digits. Check for a letter among them, such as O for 0."
    if not (last in _UPN_LETTERS or (last.isascii() and last.isdigit())):
        return (
            "A UPN ends with a digit, or a temporary one with a letter other than I, O and S; "
            f"this one ends with '{last}'. Check the last character."
        )
    expected = _check_letter(body, last)
    if upn[0] != expected:
        return (
            f"The first letter of this UPN does not go with the rest: it is {upn[0]} and should be "
            f"{expected}. At least one character is wrong; check it against its source."
        )
    return None


def _check_letter(body: str, last: str) -> str:
    last_value = int(last) if last.isdigit() else _UPN_LETTERS.index(last)
    values = [*(int(digit) for digit in body), last_value]
    return _UPN_LETTERS[sum(position * value for position, value in enumerate(values, start=2)) % 23]


def age_on(born_on: date, on: date) -> int:
    """How old is the pupil on that day? A birthday of 29 February falls on 1 March. Units: years."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def year_group(born_on: date, on: date, offset: int = 0) -> int:
    """Which year group is the pupil in on that day? Reception is 0.

    By the age on 31 August before the academic year. `offset` is for a pupil taught out of their year group:
    -1 is a year below.
    """
    start_of_year = on.year if on.month >= 9 else on.year - 1
    return age_on(born_on, date(start_of_year, 8, 31)) - 4 + offset


def year_group_words(group: int) -> str:
    """How is a year group named? "Year 7", "Reception", "Nursery"."""
    if group < 0:
        return "Nursery"
    return f"Year {group}" if group else "Reception"


# Asked of every pupil of a register at every save, and of the same pupils again on the same day.
@lru_cache(maxsize=8_192)
def is_compulsory_school_age(born_on: date, on: date) -> Finding[bool]:
    """Is the pupil of compulsory school age on that day? Its first and last days are both within.

    It begins on the first of 31 August, 31 December and 31 March on or after the fifth birthday, and ends on
    the last Friday of June in the school year in which the pupil becomes 16.
    """
    first_day, last_day = _age_begins(born_on), _age_ends(born_on)
    answer = first_day <= on <= last_day
    because = (
        f"Born on {words_for_day(born_on)}: of compulsory school age from {words_for_day(first_day)} "
        f"to {words_for_day(last_day)}."
    )
    facts = {"born_on": born_on, "on": on, "first_day": first_day, "last_day": last_day}
    return Finding(answer, "roll.compulsory_school_age", because, facts, _COMPULSORY_AGE)


def _age_begins(born_on: date) -> date:
    birthday = _birthday(born_on, 5)
    year = birthday.year
    prescribed = (date(year, 3, 31), date(year, 8, 31), date(year, 12, 31))
    return next(day for day in prescribed if day >= birthday)


def _age_ends(born_on: date) -> date:
    sixteenth = _birthday(born_on, 16)
    year = sixteenth.year + 1 if sixteenth.month >= 9 else sixteenth.year
    last_of_june = date(year, _JUNE, 30)
    return last_of_june - timedelta(days=(last_of_june.weekday() - _FRIDAY) % 7)


def _birthday(born_on: date, age: int) -> date:
    year = born_on.year + age
    if (born_on.month, born_on.day) == (2, 29):
        # In some years it is 29 February; no prescribed day or school year begins between the two.
        return date(year, 3, 1)
    return born_on.replace(year=year)
