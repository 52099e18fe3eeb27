"""What does an amendment do to a mark that says the pupil was here?

Source: regulations 6 and 10 of SI 2024/208; sections 4.1 and 4.4 of the school's policy.
"""

from rollbook.domain.code_types import AttendanceCode
from rollbook.domain.codes import present_symbol
from rollbook.domain.sessions import SchoolSession


def loses_presence(before: AttendanceCode, after: AttendanceCode) -> bool:
    """Would this amendment take back that the pupil came, or that they came in time to count as attending?

    A mark made by somebody who saw the pupil outweighs what is filled in over many marks at once, so a person must
    say so of each. U says that the pupil came: another reason instead of it loses that as well.
    """
    if not before.is_on_site:
        return False
    return not after.is_on_site or (before.is_attended and not after.is_attended)


def symbol_in(symbol: str, session: SchoolSession) -> str:
    """Which code is meant when the same code is filled in over mornings and afternoons? Present has two marks."""
    if symbol in {present_symbol(each) for each in SchoolSession}:
        return present_symbol(session)
    return symbol
