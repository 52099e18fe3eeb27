"""Activities as their pages take them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from rollbook.apps.absence.models import SESSIONS, ActivityPupil, OffSiteActivity
from rollbook.apps.absence.presenters.words import days_words, standing_of
from rollbook.apps.absence.queries.activities import ActivityRow, SessionState
from rollbook.apps.roll.queries import RollPupil
from rollbook.apps.schools.queries import natural
from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.off_site import ActivityKind, ConfirmedHow
from rollbook.domain.roll import year_group, year_group_words
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import weekday_words
from rollbook.ui.words import sentence_list

_WHOLE_WEEK = 0b11111
Answer = tuple[str, str]


def list_row(row: ActivityRow, today: date) -> dict[str, Any]:
    """One activity on the list."""
    activity = row.activity
    waiting = [each for each, is_confirmed in row.today if not is_confirmed]
    return {
        "activity": activity,
        "code": ActivityKind(activity.kind).code,
        "days": days_words(activity.first_day, activity.last_day, today),
        "when": when_words(activity.weekdays, activity.sessions),
        "pupil_count": row.pupil_count,
        "standing": standing_of(activity, today),
        "next": _next(row, waiting, today),
        "is_waiting": bool(waiting),
    }


def _next(row: ActivityRow, waiting: Sequence[SchoolSession], today: date) -> str:
    if waiting:
        return f"Confirm this {sentence_list([each.words for each in waiting])}"
    if row.later_today:
        return "Confirmed so far" if row.today else "Later today"
    if row.today:
        return "Confirmed today"
    return "Not today" if row.activity.first_day <= today else ""


def when_words(weekdays: int, sessions: str) -> str:
    """The weekly pattern in words: "Tue and Thu, afternoons only"; "" for the whole week."""
    days = "" if weekdays == _WHOLE_WEEK else weekday_words(weekdays)
    part = "" if sessions == "both" else dict(SESSIONS)[sessions].lower()
    words = ", ".join(filter(None, [days, part]))
    return words[:1].upper() + words[1:]


def answers(activity: Any, today: date) -> list[Answer]:
    """What an activity says, for a summary. `activity` is a record or what a form made."""
    kind = ActivityKind(activity.kind)
    pairs = [
        ("Kind", f"{kind.words} ({kind.code})"),
        ("Name", activity.title),
        ("Nature", activity.nature),
        ("Place", activity.place),
        ("In charge", activity.supervisor),
        ("Provider", activity.provider),
        ("Local authority’s contact", activity.la_contact),
        ("Days", days_words(activity.first_day, activity.last_day, today)),
        ("When", when_words(activity.weekdays, activity.sessions) or "All day"),
        ("Attendance", ConfirmedHow(activity.confirmed_how).words),
        ("Reference", activity.reference),
    ]
    return [(label, words) for label, words in pairs if words]


@dataclass(frozen=True, slots=True)
class Choosable:
    """A teaching group with its pupils on the page where pupils are chosen."""

    id: int
    name: str
    is_chosen: bool
    pupils: list[tuple[RollPupil, bool]]


def chooser(
    pupils: Iterable[RollPupil], on: date, chosen: Sequence[int], groups: Sequence[int], years: Sequence[int]
) -> dict[str, Any]:
    """Year groups, teaching groups and pupils to tick, what was ticked before ticked again."""
    by_group: dict[tuple[str, int], list[RollPupil]] = {}
    found_years: set[int] = set()
    for pupil in pupils:
        by_group.setdefault((pupil.group_name, pupil.group_id or 0), []).append(pupil)
        found_years.add(year_group(pupil.born_on, on, pupil.year_offset))
    ticked, whole = set(chosen), set(groups)
    return {
        "years": [(each, year_group_words(each), each in years) for each in sorted(found_years)],
        "groups": [
            Choosable(number, name, number in whole, [(each, each.id in ticked) for each in members])
            for (name, number), members in sorted(by_group.items(), key=lambda item: natural(item[0][0]))
        ],
        "chosen_count": len(ticked),
    }


def resolve(
    pupils: Iterable[RollPupil], on: date, chosen: Sequence[int], groups: Sequence[int], years: Sequence[int]
) -> list[int]:
    """Everybody chosen by name, by group or by year group."""
    by_name, whole, wanted = set(chosen), set(groups), set(years)
    return [
        pupil.id
        for pupil in pupils
        if pupil.id in by_name
        or pupil.group_id in whole
        or year_group(pupil.born_on, on, pupil.year_offset) in wanted
    ]


def state_row(activity: OffSiteActivity, state: SessionState) -> dict[str, Any]:
    """One session of an activity with its confirmation."""
    args = [activity.pk, state.on, state.session.value]
    return {
        "on": state.on,
        "words": state.session.words,
        "confirmation": state.confirmation,
        "earlier_count": state.earlier_count,
        "url": reverse("absence:confirm", args=args),
        "absent": [
            {
                "name": each.name,
                "code": each.code,
                "is_to_mend": each.is_to_mend,
                "url": reverse("registers:mark", args=[each.pupil_id, state.on, state.session.value]),
            }
            for each in state.absent
        ],
    }


def pupil_rows(
    activity: OffSiteActivity, places: Iterable[ActivityPupil], groups: dict[int, str]
) -> dict[str, Any]:
    """Who goes, and who was taken off."""
    going: list[dict[str, Any]] = []
    off: list[dict[str, Any]] = []
    for place in places:
        row = {
            "pupil": place.pupil,
            "group": groups.get(place.pupil_id, ""),
            "place": place,
            "is_later": place.goes_from > activity.first_day,
        }
        (going if place.off_from is None else off).append(row)
    return {"going": going, "off": off, "some_later": any(row["is_later"] for row in going)}


def weekday_list(bits: int) -> list[int]:
    """The weekdays of bits as a form has them."""
    return [number for number in range(len(WEEKDAYS)) if bits >> number & 1]
