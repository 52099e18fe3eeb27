"""What a mark looks like: the six kinds that have a colour, and the state of a register as a tag."""

from enum import StrEnum

from rollbook.domain.codes import BY_SYMBOL, TAKEN_BACK, Category


class Kind(StrEnum):
    """Which of the colours does a mark get? Every kind also has its letter, so none rests on colour."""

    PRESENT = "present"
    LATE = "late"
    NOREASON = "noreason"
    OTHER = "other"
    MISSING = "missing"
    CLOSED = "closed"
    NONE = "none"


def kind_of(symbol: str | None) -> Kind:
    """The kind of a mark: red for absence without a reason or leave, violet for every other code.

    None or "" is a mark that nobody made: missing. A session the pupil isn't expected for has no mark at all
    and is `Kind.NONE`, which only the caller can know.
    """
    if not symbol or symbol == TAKEN_BACK.symbol:
        return Kind.MISSING
    code = BY_SYMBOL.get(symbol)
    if code is None:
        return Kind.OTHER
    if code.is_present_mark:
        return Kind.PRESENT
    if code.category is Category.UNAUTHORISED:
        return Kind.NOREASON
    if code.is_late:
        return Kind.LATE
    return Kind.CLOSED if code.category is Category.NOT_COLLECTED else Kind.OTHER


def title_of(symbol: str | None) -> str:
    """The code's title for a list or a tooltip; what is missing says so."""
    if not symbol:
        return "Not marked"
    code = BY_SYMBOL.get(symbol)
    return code.title if code else symbol


# The value of a domain RegisterState (and "submitted_late") with its words on the board and its tag.
STATE_TAGS: dict[str, tuple[str, str]] = {
    "not_open": ("Not open", "outline"),
    "open": ("Open", "info"),
    "part": ("Part marked", "warn"),
    "late": ("Not taken – late", "alarm"),
    "closed": ("Closed – not taken", "shout"),
    "submitted": ("Submitted", "good"),
    "submitted_late": ("Submitted late", "warn"),
}
