"""What the forms of the grid send, read once: changes as lines of text, ticks, minutes, notes, a range to fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from django.http import QueryDict

from rollbook.apps.registers.actions.many_marks import MOST_CHANGES, Change, Effect, Outcome
from rollbook.apps.registers.presenters.grid import fill_symbol
from rollbook.apps.registers.queries.grid import Grid
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refusal
from rollbook.ui.converters import day_from

# A pupil's id, a day, a session, the version seen and the code; a sixth word where both marks were shown already.
_WORDS = 5
_CONTESTED = "both"
ALL = "all"
_UNREADABLE = Refusal("", "These changes could not be read. Open the grid again and make them once more.")


@dataclass(frozen=True)
class Posted:
    """Changes to review or to save. `taken` are the marks of which a person ticked that they are to change."""

    changes: tuple[Change, ...] = ()
    contested: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    reason: str = ""
    key: UUID = field(default_factory=uuid4)
    raw_minutes: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()

    def is_wanted(self, outcome: Outcome) -> bool:
        """Whether this mark is to be changed: by itself, or because its tick says so."""
        needs_tick = outcome.effect is Effect.LOSES_PRESENCE or outcome.change.cell in self.contested
        return outcome.is_open and (not needs_tick or outcome.change.cell in self.taken)

    @staticmethod
    def is_new_conflict(outcome: Outcome) -> bool:
        """Whether somebody has changed this mark since it was shown last."""
        return outcome.effect is Effect.MEANWHILE


def posted(form: QueryDict) -> Posted:
    """A form with changes. Of two changes to the same mark the later one counts."""
    changes: dict[str, Change] = {}
    contested = set()
    refusals: list[Refusal] = []
    lines = [line for line in form.get("changes", "").split("\n") if line.strip()]
    if len(lines) > MOST_CHANGES:
        message = f"{len(lines):,} marks at once are too many to look through. Change up to {MOST_CHANGES:,}."
        return Posted(refusals=(Refusal("", message),))
    for line in lines:
        words = line.split()
        change = _change(words[:_WORDS])
        if change is None:
            return Posted(refusals=(_UNREADABLE,))
        changes[change.cell] = change
        if words[_WORDS:] == [_CONTESTED]:
            contested.add(change.cell)
    if not changes:
        refusals.append(
            Refusal("", "No mark is changed yet. Type a code into the grid, or fill a range below it.")
        )
    notes = {name.removeprefix("note-"): _text(form, name) for name in form if name.startswith("note-")}
    raw_minutes = {cell: form.get(f"minutes-{cell}", "").strip()[:10] for cell in changes}
    for cell, change in changes.items():
        minutes = _minutes(raw_minutes[cell])
        if minutes is None and raw_minutes[cell]:
            refusals.append(Refusal(f"minutes_late-{cell}", "Give the minutes late as a number, such as 12."))
        changes[cell] = replace(change, minutes_late=minutes, note=notes.get(change.code, ""))
    return Posted(
        changes=tuple(changes.values()),
        contested=frozenset(contested),
        taken=frozenset(form.getlist("take")),
        reason=_text(form, "reason"),
        key=_key(form),
        raw_minutes={cell: written for cell, written in raw_minutes.items() if written},
        notes=notes,
        refusals=tuple(refusals),
    )


def _change(words: list[str]) -> Change | None:
    if len(words) != _WORDS:
        return None
    pupil_id, day, session, seen, code = words
    if not (_is_number(pupil_id) and _is_number(seen)) or session not in set(SchoolSession) or len(code) > 2:
        return None
    try:
        on = day_from(day)
    except ValueError:
        return None
    return Change(int(pupil_id), on, SchoolSession(session), min(int(seen), 32_767), code)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def _minutes(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= 3 else None


def _text(form: QueryDict, name: str) -> str:
    """A text as it was typed, without the sign that the databases can't keep: the digest would count it."""
    return form.get(name, "").replace("\x00", "").strip()


def _key(form: QueryDict) -> UUID:
    try:
        return UUID(form.get("key", ""))
    except ValueError:
        return uuid4()


# --- A range filled without the keyboard ------------------------------------------------------------------------


@dataclass(frozen=True)
class Filled:
    """Which pupils, from which half-day to which, get which code; as it was typed."""

    pupil_ids: frozenset[int] = frozenset()
    is_all: bool = False
    first: str = ""
    last: str = ""
    code: str = ""


def filled(form: QueryDict) -> Filled:
    """The form below the grid."""
    return Filled(
        pupil_ids=frozenset(int(each) for each in form.getlist("pupil") if _is_number(each)),
        is_all=ALL in form.getlist("pupil"),
        first=form.get("first", ""),
        last=form.get("last", ""),
        code=form.get("code", ""),
    )


def fill(grid: Grid, wanted: Filled) -> tuple[tuple[Change, ...], list[Refusal]]:
    """The marks of this range as they should be, or what is missing. Only sessions that have begun are filled."""
    half_days = {
        f"{day.on.isoformat()} {each.value}": (day.on, each)
        for day in grid.school_days
        for each in day.opened
    }
    places = list(half_days)
    rows = [row for row in grid.rows if wanted.is_all or row.pupil_id in wanted.pupil_ids]
    refusals = []
    if not rows:
        refusals.append(Refusal("fill-pupils", "Tick the pupils whose marks are to be set."))
    if wanted.first not in half_days:
        refusals.append(Refusal("fill-first", "Choose the first session."))
    if wanted.last not in half_days:
        refusals.append(Refusal("fill-last", "Choose the last session."))
    elif wanted.first in half_days and places.index(wanted.last) < places.index(wanted.first):
        refusals.append(Refusal("fill-last", "The last session can't be before the first."))
    if not wanted.code:
        refusals.append(Refusal("fill-code", "Choose the code."))
    if refusals:
        return (), refusals
    between = [half_days[each] for each in places[places.index(wanted.first) : places.index(wanted.last) + 1]]
    changes = tuple(
        Change(
            row.pupil_id, on, each, mark.version if (mark := row.marks.get((on, each))) else 0,
            fill_symbol(wanted.code, each),
        )
        for row in rows
        for on, each in between
        if row.is_expected(on)
    )  # fmt: skip
    if not changes:
        refusals.append(
            Refusal("fill-pupils", "None of these pupils was on this register in these sessions.")
        )
    return changes, refusals
