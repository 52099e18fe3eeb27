"""One row while it is read: its cells by field, and the problems found in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from rollbook.formats.pupil_csv import values
from rollbook.formats.pupil_csv.fields import FIELD_WORDS, Headings
from rollbook.formats.pupil_csv.values import Unclear

T = TypeVar("T")
Reader = Callable[[str], T]
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row. `line` is the row's number in a spreadsheet; a warning does not stop the row."""

    line: int
    pupil: str
    field: str
    message: str
    value: str = ""
    is_warning: bool = False


class Cells:
    """The cells of one row by field."""

    def __init__(self, line: int, cells: list[str], headings: Headings) -> None:
        self.line = line
        self.problems: list[RowProblem] = []
        self.raw: Mapping[str, str] = {
            name: cells[place] for name, place in headings.places.items() if place < len(cells)
        }
        self._name = ", ".join(filter(None, (self.text("legal_surname"), self.text("legal_forename"))))

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
        """The same for a field without which there is no pupil."""
        if not self.text(name):
            self.refuse(name, f"The {words} is missing.")
        return self.read(name, reader)

    def take(self, name: str, value: str, reader: Reader[T]) -> T | None:
        """The same for text that was put together from several cells."""
        if not value:
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
        words = FIELD_WORDS.get(name, "")
        self.problems.append(
            RowProblem(self.line, self._name[:80], words, message, shown, is_warning=is_warning)
        )
