"""One row while it is read: its cells by field, and the problems found in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rollbook.formats.tables import values
from rollbook.formats.tables.values import Unclear

T = TypeVar("T")
Reader = Callable[[str], T]
_SHOWN = 40
_ERRORS = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "########"})


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row. `line` is the row's number in a spreadsheet; a warning does not stop the row."""

    line: int
    who: str
    field: str
    message: str
    value: str = ""
    is_warning: bool = False


class Cells:
    """The cells of one row by field. `words` is what fields are called, `named_by` those that say whom it is about."""

    def __init__(
        self, line: int, raw: Mapping[str, str], words: Mapping[str, str], named_by: Sequence[str]
    ) -> None:
        self.line = line
        self.raw = raw
        self.problems: list[RowProblem] = []
        self._words = words
        self.who = ", ".join(filter(None, (self.text(name) for name in named_by)))[:80]

    @property
    def has_error(self) -> bool:
        """Was anything refused?"""
        return any(not problem.is_warning for problem in self.problems)

    def text(self, name: str) -> str:
        """The tidied text of a field; "" where there is none."""
        return values.tidy(self.raw.get(name, ""))

    def read(self, name: str, reader: Reader[T]) -> T | None:
        """The value of a field by its reader; None where the cell is empty or was refused."""
        return self.take(name, self.text(name), reader)

    def required(self, name: str, words: str, reader: Reader[T]) -> T | None:
        """The same for a field without which the row is nothing."""
        if not self.text(name):
            self.refuse(name, f"The {words} is missing.")
        return self.read(name, reader)

    def take(self, name: str, value: str, reader: Reader[T]) -> T | None:
        """The same for text that was put together from several cells."""
        if not value:
            return None
        if value in _ERRORS:
            self.refuse(
                name, "The spreadsheet shows an error here. Put the cell right and save the file again."
            )
            return None
        try:
            return reader(value)
        except Unclear as problem:
            self.refuse(name, str(problem))
            return None

    def refuse(self, name: str, message: str) -> None:
        """Notes an error; the row will not be loaded."""
        self._note(name, message, is_warning=False)

    def warn(self, name: str, message: str) -> None:
        """Notes something to look at; the row is loaded."""
        self._note(name, message, is_warning=True)

    def _note(self, name: str, message: str, *, is_warning: bool) -> None:
        value = self.text(name)
        shown = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
        words = self._words.get(name, "")
        self.problems.append(RowProblem(self.line, self.who, words, message, shown, is_warning=is_warning))
