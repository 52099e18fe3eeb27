"""The form of a register as it comes in: what its fields are called, and the marks they hold.

The screen of a lesson has the same fields as that of the attendance register; the README of `registers` lists them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import QueryDict

from rollbook.domain.refusals import Refusal

PRESENT = "present"
_LONGEST_TEXT = 300
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class SubmittedMark:
    """One pupil's row of the form. `code` "" is not marked; `seen_version` is the version that was on the screen."""

    pupil_id: int
    code: str
    minutes_late: int | None
    note: str
    seen_version: int
    choice: str = ""  # "theirs" or "mine" once a conflict was shown


def marks_in(
    form: QueryDict, present: str
) -> tuple[dict[int, SubmittedMark], list[Refusal], Mapping[int, str]]:
    """The rows of a register's form. Shape: marks by pupil id; refusals; minutes that are no number, as typed.

    `present` is the sign for presence in this register.
    """
    marks: dict[int, SubmittedMark] = {}
    refusals: list[Refusal] = []
    raw_minutes: dict[int, str] = {}
    for name in form:
        if not name.startswith("v-"):
            continue
        pupil_id, seen = _number(name[2:]), _number(form.get(name, ""))
        if pupil_id is None:
            refusals.append(Refusal("", "This form could not be read. Open the register again."))
            continue
        code = form.get(f"o-{pupil_id}", "") or form.get(f"m-{pupil_id}", "")
        if code == PRESENT:
            code = present
        minutes: int | None = None
        written = form.get(f"late-{pupil_id}", "").strip()
        if written and code in ("L", "U"):
            if written.isdecimal() and len(written) <= 3:
                minutes = int(written)
            else:
                raw_minutes[pupil_id] = written
                refusals.append(Refusal(f"late-{pupil_id}", "Give the minutes late as a number, such as 12."))
        choice = form.get(f"c-{pupil_id}", "")
        if form.get(f"x-{pupil_id}") and choice not in ("theirs", "mine"):
            refusals.append(Refusal(f"c-{pupil_id}", "Choose which of the two marks is right."))
        marks[pupil_id] = SubmittedMark(
            pupil_id=pupil_id,
            code=code,
            minutes_late=minutes,
            note=_text(form, f"note-{pupil_id}")[:_LONGEST_TEXT],
            seen_version=seen or 0,
            choice=choice,
        )
    return marks, refusals, raw_minutes


def reason_in(form: QueryDict, refusals: list[Refusal]) -> str:
    """Why saved marks are changed, as it was typed; one that is too long adds to `refusals`."""
    reason = _text(form, "reason")
    if len(reason) > _LONGEST_TEXT:
        refusals.append(Refusal("reason", f"Keep the reason to {_LONGEST_TEXT} characters."))
    return reason


def key_in(form: QueryDict) -> UUID:
    """What tells this form from every other; a new one where it has none that can be read."""
    try:
        return UUID(form.get("key", ""))
    except ValueError:
        return uuid4()


def _number(text: str) -> int | None:
    """A number as the page itself writes it, None for anything else. Python refuses to read very long ones."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def _text(form: QueryDict, name: str) -> str:
    """A text as it was typed, without the sign that the databases can't keep: the digest would count it."""
    return form.get(name, "").replace("\x00", "")
