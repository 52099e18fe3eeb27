"""One choice of a school's policy, with its bounds: what every setting is made of."""

from dataclasses import dataclass

from rollbook.domain.law import POLICY, Citation


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice: what it decides, what holds until the school chooses, and the bounds no school may leave.

    Units: `unit` says which; `lowest` and `highest` are allowed themselves.
    """

    name: str
    title: str
    explanation: str
    unit: str
    default: int
    lowest: int
    highest: int
    because: str
    citation: Citation
    bound_citation: Citation
    words: tuple[str, ...] = ()
    """What the values 0, 1 ... are called where the choice is between words; the unit is then empty."""

    def with_unit(self, value: object) -> str:
        """ "15 minutes", "90%" or "On"."""
        if self.words and isinstance(value, int) and 0 <= value < len(self.words):
            return self.words[value]
        return f"{value}{self.unit}" if self.unit == "%" else f"{value} {self.unit}"

    @property
    def bounds(self) -> str:
        """What no school may leave, in a sentence."""
        if self.words:
            several = "both" if len(self.words) == 2 else "each of them"
            return f"{' or '.join(self.words)}: the law leaves {several} open."
        if self.bound_citation.source == POLICY:
            return f"From {self.lowest} to {self.highest}."
        return f"The law leaves {self.lowest} to {self.highest} open."

    @property
    def by_default(self) -> str:
        """What holds until the school chooses."""
        return self.with_unit(self.default)
