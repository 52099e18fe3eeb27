"""Many changes before they are saved, grouped by what they do, and what became of them afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.urls import reverse

from rollbook.apps.registers.actions.many_marks import Change, Effect, Outcome
from rollbook.apps.registers.presenters.words import span_words
from rollbook.apps.registers.queries.saved import SavedMark, SavedMarks
from rollbook.domain.codes import BY_SYMBOL, Needs
from rollbook.domain.refusals import Refusal
from rollbook.ui.kinds import title_of
from rollbook.ui.words import short_day

_MOST_ERRORS = 12
_NATURE = {Needs.NATURE_OF_ACTIVITY, Needs.NATURE_OF_CIRCUMSTANCES}


@dataclass(frozen=True)
class Typed:
    """What a form of the review that came back holds: nothing of it may be lost."""

    reason: str = ""
    taken: frozenset[str] = frozenset()
    contested: frozenset[str] = frozenset()
    minutes: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    refusals: Sequence[Refusal] = ()


@dataclass(frozen=True)
class Line:
    """Marks of one pupil that change in the same way."""

    pupil_id: int
    name: str
    before: str
    after: str
    count: int
    words: str

    @property
    def url(self) -> str:
        """The pupil's page."""
        return reverse("registers:pupil", args=[self.pupil_id])


@dataclass(frozen=True)
class Group:
    """Every mark that changes from one code to another."""

    before: str
    after: str
    count: int
    lines: list[Line]


def review_context(outcomes: Sequence[Outcome], typed: Typed) -> dict[str, Any]:
    """Everything `registers/grid_review.html` needs."""
    contested = typed.contested | {each.change.cell for each in outcomes if each.effect is Effect.MEANWHILE}
    # A tick was about the mark that was shown beside it. Where that has changed, it is asked for again.
    taken = typed.taken - {each.change.cell for each in outcomes if each.effect is Effect.MEANWHILE}
    both = [each for each in outcomes if each.change.cell in contested and _may_change(each)]
    rest = [each for each in outcomes if each.change.cell not in contested]
    lost = [each for each in rest if each.effect is Effect.LOSES_PRESENCE]
    amended = [each for each in rest if each.effect is Effect.AMENDS]
    filled = [each for each in rest if each.effect is Effect.FILLS]
    open_ones = [*both, *lost, *amended, *filled]
    sure = len(amended) + len(filled)
    errors = _errors(outcomes, typed)
    return {
        "lost": [_ticked(each, taken) for each in lost],
        "contested": [_ticked(each, taken) for each in both],
        "is_new_conflict": any(each.effect is Effect.MEANWHILE for each in outcomes),
        "amended": _groups(_mark_of(each) for each in amended),
        "amended_count": len(amended),
        "filled": _groups(_mark_of(each) for each in filled),
        "filled_count": len(filled),
        "refused": [
            {
                "name": _name(each),
                "words": _half_day(each.change),
                "code": each.change.code,
                "because": each.refusals[0].message,
            }
            for each in outcomes
            if each.effect is Effect.REFUSED
        ],
        "same_count": sum(1 for each in outcomes if each.effect is Effect.NOTHING),
        "late": _late(open_ones, typed),
        "notes": _notes(open_ones, typed),
        "sure_count": sure,
        "save_count": sure + sum(1 for each in (*both, *lost) if each.change.cell in taken),
        "can_save": bool(open_ones),
        "reason": typed.reason,
        "reason_error": next((each.message for each in typed.refusals if each.field == "reason"), ""),
        "errors": errors,
        "changes": _sent_on(outcomes, contested),
    }


def _may_change(outcome: Outcome) -> bool:
    return outcome.is_open or outcome.effect is Effect.MEANWHILE


def _sent_on(outcomes: Sequence[Outcome], contested: frozenset[str]) -> str:
    """The changes as the form sends them on: where both marks are shown now, with the version that is shown."""
    lines = []
    for each in outcomes:
        change = each.change
        seen, both = change.seen_version, ""
        if change.cell in contested:
            seen, both = each.now.version if each.now else 0, " both"
        lines.append(
            f"{change.pupil_id} {change.on.isoformat()} {change.session.value} {seen} {change.code}{both}"
        )
    return "\n".join(lines)


def _name(outcome: Outcome) -> str:
    return (
        f"{outcome.surname}, {outcome.forename}" if outcome.surname else "A pupil who is not on this register"
    )


def _half_day(change: Change) -> str:
    return f"{short_day(change.on)}, {change.session.words}"


def _ticked(outcome: Outcome, taken: frozenset[str]) -> dict[str, Any]:
    now = outcome.now
    return {
        "cell": outcome.change.cell,
        "name": _name(outcome),
        "words": _half_day(outcome.change),
        "before": now.symbol if now else "",
        "minutes": now.minutes_late if now else None,
        "by": now.by_name if now else "",
        "after": outcome.change.code,
        "is_taken": outcome.change.cell in taken,
    }


def _late(outcomes: Iterable[Outcome], typed: Typed) -> list[dict[str, Any]]:
    """The marks of L, each of which needs its minutes: one number for many pupils would be true of none."""
    faults = {
        each.field.removeprefix("minutes_late-"): each.message
        for each in typed.refusals
        if each.field.startswith("minutes_late-")
    }
    return [
        {
            "cell": each.change.cell,
            "name": _name(each),
            "words": _half_day(each.change),
            "value": typed.minutes.get(each.change.cell, ""),
            "error": faults.get(each.change.cell, ""),
        }
        for each in outcomes
        if each.change.code == "L"
    ]


def _notes(outcomes: Sequence[Outcome], typed: Typed) -> list[dict[str, Any]]:
    """The codes whose nature must be recorded, each with one note for all its marks."""
    counts: dict[str, int] = {}
    said = {refusal.field: refusal.message for refusal in typed.refusals}
    faults: dict[str, str] = {}
    for each in outcomes:
        code = each.change.code
        counts[code] = counts.get(code, 0) + 1
        if message := said.get(f"note-{each.change.cell}"):
            faults[code] = message
    return [
        {
            "code": code,
            "title": title_of(code),
            "count": count,
            "what": next(need.words for need in BY_SYMBOL[code].needs & _NATURE),
            "example": BY_SYMBOL[code].nature_example,
            "value": typed.notes.get(code, ""),
            "error": faults.get(code, ""),
        }
        for code, count in counts.items()
        if BY_SYMBOL[code].needs & _NATURE
    ]


def _errors(outcomes: Sequence[Outcome], typed: Typed) -> list[dict[str, str]]:
    """Everything that stands against saving, each leading to its field and naming its pupil or code once."""
    by_cell = {each.change.cell: each for each in outcomes}
    found: dict[tuple[str, str], None] = {}
    for refusal in typed.refusals:
        what, _, cell = refusal.field.partition("-")
        outcome = by_cell.get(cell) or by_cell.get(refusal.field)
        if outcome is None:
            found[f"#{refusal.field}" if refusal.field else "", refusal.message] = None
        elif what == "note":
            found[f"#note-{outcome.change.code}", refusal.message] = None
        elif what == "minutes_late":
            where = f"{_name(outcome)}, {_half_day(outcome.change)}"
            found[f"#minutes-{cell}", f"{where}: {refusal.message}"] = None
        else:
            found["", f"{_name(outcome)}, {_half_day(outcome.change)}: {refusal.message}"] = None
    links = [{"href": href, "message": message} for href, message in found]
    more = len(links) - _MOST_ERRORS
    if more > 0:
        links[_MOST_ERRORS:] = [
            {"href": "", "message": f"And {more:,} more like these, each beside its field."}
        ]
    return links


# --- Marks that change alike, in a line -------------------------------------------------------------------------


def _mark_of(outcome: Outcome) -> SavedMark:
    change = outcome.change
    return SavedMark(
        pupil_id=change.pupil_id,
        surname=outcome.surname,
        forename=outcome.forename,
        on=change.on,
        session=change.session,
        before=outcome.now.symbol if outcome.now else "",
        after=change.code,
    )


def _groups(marks: Iterable[SavedMark]) -> list[Group]:
    """Marks by what they were and become, the most first, a line for each pupil."""
    by_change: dict[tuple[str, str], list[SavedMark]] = {}
    for mark in marks:
        by_change.setdefault((mark.before, mark.after), []).append(mark)
    groups = [Group(before, after, len(found), _lines(found)) for (before, after), found in by_change.items()]
    return sorted(groups, key=lambda group: (-group.count, group.before, group.after))


def _lines(marks: Sequence[SavedMark]) -> list[Line]:
    lines = []
    for pupil_id, of_pupil in groupby(marks, key=lambda mark: mark.pupil_id):
        own = list(of_pupil)
        first = own[0]
        words = span_words([(mark.on, mark.session) for mark in own])
        name = f"{first.surname}, {first.forename}"
        lines.append(Line(pupil_id, name, first.before, first.after, len(own), words))
    return lines


def saved_context(found: SavedMarks) -> dict[str, Any]:
    """Everything `registers/grid_saved.html` needs."""
    filled = sum(1 for mark in found.marks if not mark.before)
    return {
        "save": found.save,
        "reason": found.reason,
        "groups": _groups(found.marks),
        "count": len(found.marks),
        "filled_count": filled,
        "amended_count": len(found.marks) - filled,
        "pupil_count": len({mark.pupil_id for mark in found.marks}),
    }
