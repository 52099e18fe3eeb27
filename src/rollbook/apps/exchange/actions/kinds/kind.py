"""What every kind of file must know: its fields, its plan, its loading, its undoing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.exchange.queries.plans import Options, Order, Plan
from rollbook.apps.exchange.queries.undoing import Step
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.domain.access import Actor, Viewer
from rollbook.formats.tables import ROW_LIMIT, Field, Sheet, propose


class Planning(Protocol):
    """What would loading this sheet do, as things stand? Changes nothing. Errors: Unreadable."""

    def __call__(self, viewer: Viewer, sheet: Sheet, places: Mapping[str, int], options: Options) -> Plan: ...


class Loading(Protocol):
    """Loads it in one transaction and answers with what it added and changed. Errors: Refused."""

    def __call__(self, *, viewer: Viewer, order: Order, by: Actor, at: datetime) -> Sequence[Footprint]: ...


class Previewing(Protocol):
    """What would undoing do to each record, and which can't be put back and why? Changes nothing."""

    def __call__(self, viewer: Viewer, rows: Sequence[ImportedRow], today: date) -> list[Step]: ...


class Undoing(Protocol):
    """Puts one record back by an ordinary change. Errors: Refused."""

    def __call__(self, *, viewer: Viewer, row: ImportedRow, reason: str, by: Actor, at: datetime) -> None: ...


def _nothing(_taken: Mapping[str, int]) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class ImportKind:
    """A kind of file. Shape: `name` as in addresses; `title` "Pupils"; `noun` "pupil,pupils"; `about` sentences.

    `day_help` says what the day of the form means, "" for a kind that needs none. `missing` says in sentences what a
    choice of columns lacks, beyond the fields that are required.
    """

    name: str
    title: str
    noun: str
    about: tuple[str, ...]
    fields: tuple[Field, ...]
    plan: Planning
    load: Loading
    preview_undo: Previewing
    undo_row: Undoing
    day_help: str = ""
    can_make_groups: bool = False
    template: tuple[str, ...] = ()
    recognise: Callable[[Sequence[str]], dict[int, str]] | None = None
    missing: Callable[[Mapping[str, int]], list[str]] = _nothing
    row_limit: int = ROW_LIMIT

    def proposed(self, headings: Sequence[str]) -> dict[int, str]:
        """The field each column is taken for by its heading."""
        return self.recognise(headings) if self.recognise else propose(headings, self.fields)

    def lacks(self, columns: Mapping[int, str]) -> list[str]:
        """What keeps this choice of columns from being read, in sentences."""
        names = list(columns.values())
        words = {field.name: field.words for field in self.fields}
        found = [
            f"Choose the column that holds “{field.words}”."
            for field in self.fields
            if field.is_required and field.name not in names
        ]
        found += [
            f"“{words[name]}” is chosen for two columns. Leave one of them out."
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        return found + self.missing({name: place for place, name in columns.items()})

    @property
    def headings_to_fill_in(self) -> tuple[str, ...]:
        """The headings of an empty file of this kind."""
        return self.template or tuple(field.words.replace("’", "'") for field in self.fields)
