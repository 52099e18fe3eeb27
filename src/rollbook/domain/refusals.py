"""How the product says no: what was wrong and what to do, beside the field it is about."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which field can't be taken as it is, and what should the person do? `field` "" is about the whole."""

    field: str
    message: str


class Refused(Exception):
    """An action was not carried out, and nothing was changed; `refusals` says why, in full sentences."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals: tuple[Refusal, ...] = tuple(refusals)
        super().__init__(self.refusals)

    @classmethod
    def one(cls, field: str, message: str) -> "Refused":
        """The common case of a single reason."""
        return cls((Refusal(field, message),))

    def __str__(self) -> str:
        return " ".join(refusal.message for refusal in self.refusals)
