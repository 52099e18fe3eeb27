"""Events as sentences. A type that nobody has written a sentence for still reads well."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rollbook.apps.audit.models import Event
from rollbook.apps.audit.queries import Known
from rollbook.apps.audit.sentences import SENTENCES as _SENTENCES
from rollbook.domain.access import Role
from rollbook.domain.calendar_types import DayKind
from rollbook.formats.spreadsheet import safe
from rollbook.ui.words import local, plain_day

_WHY = {
    "idle": " by itself: nothing was done for a time",
    "day": " by itself after twelve hours",
    "everywhere": " on every device",
    "kiosk": " on a device that became a kiosk",
}
_SESSIONS = {"AM": "the morning", "PM": "the afternoon"}
_KIND_WORDS = {"pupil": "a pupil", "person": "a member of staff", "group": "a group"} | {
    "activity": "an activity",
    "dual": "a registration at two schools",
    "timetable": "a part-time timetable",
    "suspension": "a suspension",
    "call": "a message about absence",
    "report": "an absence that was told",
    "transfer": "a transferred call",
    "leave": "leave of absence",
    "lesson": "a lesson",
    "support": "support of a pupil",
    "meeting": "a meeting with parents",
    "lesson_set": "a set",
}
# Words for facts whose names don't say it well enough.
_FACT_WORDS = {
    "on": "day",
    "code": "code",
    "minutes_late": "minutes late",
    "email": "e-mail address",
    "collected_by": "left with",
    "pupils_may_leave": "pupils may sign themselves out",
    "approved_at_meeting": "approved at",
    "effective_from": "from",
    "because": "reason",
    "half_days": "half-days, as a number",
    "told_by": "told by",
    "not_there": "did not attend",
    "second_step": "with the second step",
    "locked": "locked for a quarter of an hour after it",
}
# Values that are kept as short words of the program, by the fact that holds them. Any other value stands as it is.
_VALUE_WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {kind.value: kind.words for kind in DayKind}
    | {DayKind.SCHOOL_DAY.value: "Open although a bank holiday"},
    "state": {"here": "here", "missing": "missing", "elsewhere": "safe elsewhere", "open": "not found yet"},
    "sessions": {"both": "morning and afternoon", "AM": "mornings only", "PM": "afternoons only"},
    "name": {
        "submit_within_minutes": "minutes within which registers are submitted",
        "low_attendance_percent": "percentage below which attendance is shown in red",
        "aim_percent": "aim for attendance as a percentage",
        "concern_percent": "percentage below which a pupil is at risk",
        "late_repeat_lates": "late sessions that are repeated lateness",
        "late_repeat_days": "school days in which late sessions are counted",
        "leave_notice_days": "days before leave by which it is asked for",
        "lesson_registers": "lesson registers, 1 for on",
        "duty_digest": "each morning’s e-mail of what is to be done, 1 for sent",
        "call_within_minutes": "minutes within which first-day calls are made",
        "welfare_officer_day": "day on which a welfare officer is considered",
        "visits_for_illness": "home visits also for illness, 1 for yes",
        "claim_minutes": "minutes for which a call is taken on",
        "parents_call_minutes_before": "minutes before the register by which parents call",
        "calls_accepted_minutes_before": "minutes before the register until which calls are taken",
        "reported_absence_mail": "e-mail of reported absence, 1 for at once, 2 for once a morning",
        "evidence_from_day": "day of illness from which evidence may be asked for",
        "unauthorised_return_days": "days within which ten days without authorisation are told",
        "back_checks": "welcoming pupils back, 1 for on",
        "back_from_sessions": "sessions missed from which a pupil is welcomed back",
        "back_full_from_days": "school days from which an absence is lengthy",
        "zones_of_regulation": "Zones of Regulation, 1 for on",
    },
}
# Numbers that lead to a row and say nothing to a reader.
_HIDDEN = {
    "save",
    "roll_call",
    "plan",
    "user",
    "group",
    "pupil",
    "version",
    "entries",
    "on",
    "session",
    "step",
    "why",
    "sha256",
    "staff_id",
    "contact_id",
    "ended_at",
    "message",
}
_ABOUT_PUPILS = (
    "register.",
    "roll.",
    "absence.",
    "followup.",
    "support.",
    "inspection.",
    "lesson.register.",
    "post.",
)
# Of many pupils whose marks were amended at once the log names the first; the marks themselves say the rest.
_MOST_AMENDED = 20
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Line:
    """An event as the page shows it."""

    id: int
    at: datetime
    who: str
    position: str
    words: str
    url: str
    details: list[str]

    @property
    def day(self) -> date:
        """The day by the school's clock."""
        return local(self.at).date()


def subjects_in(events: Iterable[Event]) -> set[str]:
    """Everything these events name by a number: their subjects, and groups and pupils in their facts."""
    found = set()
    for event in events:
        found.add(event.subject)
        if isinstance(group := event.facts.get("group"), int):
            found.add(f"group:{group}")
        found |= {f"pupil:{each['pupil']}" for each in event.facts.get("amended") or () if "pupil" in each}
    return found - {""}


def line(event: Event, known: Mapping[str, Known], *, may_see_pupils: bool) -> Line:
    """One event in words; what was written about pupils is left out for those who may not see pupils."""
    about_pupils = event.type.startswith(_ABOUT_PUPILS) or event.subject.startswith("pupil:")
    sentence = _SENTENCES.get(event.type) or _generic(event)
    subject = known.get(event.subject)
    words = sentence.format_map(_Blanks(_values(event, known)))
    return Line(
        id=event.pk,
        at=event.at,
        who=event.by_name,
        position=event.by_position,
        words=words,
        url=subject.url if subject else "",
        details=_details(event, known, sentence) if may_see_pupils or not about_pupils else [],
    )


class _Blanks(dict[str, str]):
    """Facts that an event lacks read as something unnamed, never as an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def _generic(event: Event) -> str:
    """`roll.contact.changed` reads "Contact changed: {subject}"."""
    words = event.type.split(".")
    shown = " ".join(words[1:] if len(words) > 2 else words).replace("_", " ")
    sentence = shown[:1].upper() + shown[1:]
    kind = event.subject.partition(":")[0]
    return f"{sentence}: {{subject}}" if kind in _KIND_WORDS else sentence


def _values(event: Event, known: Mapping[str, Known]) -> dict[str, str]:
    values = {name: _fact(value, name) for name, value in event.facts.items() if value is not None}
    values["subject"] = _subject(event, known)
    values["of"] = f" of {values['subject']}" if event.subject else ""
    group = event.facts.get("group")
    if isinstance(group, int):
        values["group"] = known[f"group:{group}"].words if f"group:{group}" in known else "a group"
    if event.facts.get("session") in _SESSIONS:
        values["session"] = _SESSIONS[event.facts["session"]]
    if event.facts.get("role") in set(Role):
        values["role"] = Role(event.facts["role"]).words
    entries = event.facts.get("entries")
    values["marks"] = (
        f": {entries:,} {'mark' if entries == 1 else 'marks'}" if isinstance(entries, int) else ""
    )
    values["step"] = " at the second step" if event.facts.get("step") == "code" else ""
    values["why"] = _WHY.get(event.facts.get("why", ""), "")
    values["with_link"] = " with a link from a letter" if event.facts.get("with_link") else ""
    return values


def _subject(event: Event, known: Mapping[str, Known]) -> str:
    if event.subject in known:
        return known[event.subject].words
    kind, _, number = event.subject.partition(":")
    if isinstance(event.facts.get("name"), str) and kind != "pupil":
        return str(event.facts["name"])
    # Somebody removed since, or a name that this reader may not know: the number still tells two apart.
    return f"{_KIND_WORDS[kind]} (number {number})" if kind in _KIND_WORDS else "…"


def _details(event: Event, known: Mapping[str, Known], sentence: str) -> list[str]:
    was, now = event.facts.get("from"), event.facts.get("to")
    if isinstance(was, dict) and isinstance(now, dict):
        return [_change(name, was.get(name), now[name]) for name in now if was.get(name) != now[name]]
    details = []
    for name, value in event.facts.items():
        if name not in _HIDDEN and value not in (None, "", [], {}, False) and f"{{{name}}}" not in sentence:
            details += _detail(name, value, known)
    return details


def _detail(name: str, value: Any, known: Mapping[str, Known]) -> list[str]:
    if name == "amended":
        alike = Counter((each.get("pupil"), each.get("code"), each.get("reason")) for each in value)
        lines = [_amended(count, *of, known) for of, count in alike.items()]
        more = len(lines) - _MOST_AMENDED
        return [*lines[:_MOST_AMENDED], f"and {more:,} more lines like these"] if more > 0 else lines
    if name == "private":
        # Health and safeguarding are not for a list that others may see over a shoulder.
        return [f"Changed, not shown here: {', '.join(value)}"]
    if isinstance(value, dict):
        return [
            _change(field, *pair) if (pair := _pair(each)) else f"{_name(field)}: {_fact(each, field)}"
            for field, each in value.items()
            if each not in (None, "")
        ]
    if isinstance(value, list) and value and isinstance(value[0], dict) and "pupil" in value[0]:
        return [f"{_name(name)} changed: {len(value):,}"]
    return [_name(name)] if value is True else [f"{_name(name)}: {_fact(value, name)}"]


def _pair(value: Any) -> tuple[Any, Any] | None:
    """What was and what is, in either of the two ways in which they are written."""
    if isinstance(value, dict) and value.keys() == {"before", "after"}:
        return value["before"], value["after"]
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else None


def _change(name: str, was: Any, now: Any) -> str:
    return f"{_name(name)}: {_fact(was, name) or 'empty'} → {_fact(now, name) or 'empty'}"


def _amended(count: int, pupil_id: Any, code: Any, reason: Any, known: Mapping[str, Known]) -> str:
    """So many marks of one pupil amended alike; the reason stands here unless it is one for the whole event."""
    pupil = f"pupil:{pupil_id}"
    who = known[pupil].words if pupil in known else "a pupil"
    because = f", because “{reason}”" if reason is not None else ""
    return f"{who}: {f'{count:,} marks ' if count > 1 else ''}amended to {code}{because}"


def _name(fact: str) -> str:
    words = _FACT_WORDS.get(fact, fact.replace("_", " "))
    return words[:1].upper() + words[1:]


def _fact(value: Any, name: str) -> str:
    """A value in words; `name` is the fact that holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, str) and value in _VALUE_WORDS.get(name, ()):
        return _VALUE_WORDS[name][value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):  # somebody may have named a group 2026-99-99
            return plain_day(date.fromisoformat(value))
    if isinstance(value, list):
        return ", ".join(_fact(each, name) for each in value)
    if isinstance(value, dict):
        return ", ".join(
            f"{_name(key).lower()} {_fact(each, key)}"
            for key, each in value.items()
            if each not in (None, "")
        )
    return str(value)


# --- The file ---------------------------------------------------------------------------------------------------

HEADINGS = ("Number", "Date", "Time", "Who", "Position", "What", "Details", "Type")


def as_row(shown: Line, type: str) -> list[str]:
    """A line of the file; the columns are `HEADINGS`."""
    at = local(shown.at)
    texts = [shown.who, shown.position, shown.words, "; ".join(shown.details), type]
    return [str(shown.id), at.date().isoformat(), f"{at:%H:%M:%S}", *map(safe, texts)]
