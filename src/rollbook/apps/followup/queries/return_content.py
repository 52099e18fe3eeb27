"""What a return on absence says, as the admission register and the marks stand now."""

from rollbook.apps.followup.queries.la_returns import LaReturn
from rollbook.apps.registers.queries.year_marks import marks_of_year
from rollbook.apps.roll.queries import pupil_of
from rollbook.apps.roll.queries.returns import one_line
from rollbook.domain.access import Viewer
from rollbook.domain.la_returns import IllSpell, ReturnLine, cause_of, days_words, return_lines
from rollbook.ui.words import plain_day


def content_of(viewer: Viewer, found: LaReturn, cause: str = "") -> tuple[ReturnLine, ...]:
    """The lines of a return; `cause` in place of what the register says. Two queries."""
    pupil = pupil_of(viewer, found.pupil_id)
    if pupil is None:  # the return is of the viewer's school: who asks has seen to it
        return return_lines("", "", cause, "")
    parts = (pupil.legal_forename, pupil.middle_names, pupil.legal_surname)
    full_name = " ".join(filter(None, parts))
    return return_lines(
        full_name,
        one_line(pupil.address, pupil.postcode),
        cause or known_cause(viewer, found),
        _period(found),
    )


def known_cause(viewer: Viewer, found: LaReturn) -> str:
    """What the register says of the cause. Of an illness no more than that it is one."""
    if isinstance(found.of, IllSpell):
        return "Sickness"
    days = set(found.of.days)
    marks = marks_of_year(viewer, [found.pupil_id], found.last_day, found.last_day)[found.pupil_id]
    return cause_of(code for on, _, code in marks if on in days)


def _period(found: LaReturn) -> str:
    days = f"{plain_day(found.first_day)} to {plain_day(found.last_day)}"
    if isinstance(found.of, IllSpell):
        expected = found.of.expected - found.of.so_far
        more = f", {days_words(expected)} more expected" if expected else ""
        return f"{days}; {days_words(found.of.so_far)} of sickness this school year{more}"
    return f"{days}; {len(found.of.days)} school days in a row without authorisation"
