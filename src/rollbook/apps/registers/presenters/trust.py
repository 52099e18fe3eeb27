"""The schools of a trust side by side: one line of figures each, and no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rollbook.apps.registers.queries.board import Board
from rollbook.domain.access import Viewer


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A school today. `session` is empty where it has none."""

    id: int
    name: str
    session: str
    because: str
    registers: str
    is_taken: bool
    unmarked: int
    rate: Fraction | None
    late: int
    no_reason: int
    pupils: int


def school_line(viewer: Viewer, board: Board | None, because: str) -> SchoolLine:
    """The figures of one school's half-day; without a board, why there is none."""
    if board is None:
        return SchoolLine(viewer.school_id, viewer.school_name, "", because, "", True, 0, None, 0, 0, 0)  # noqa: FBT003
    possible = board.possible_count
    return SchoolLine(
        id=viewer.school_id,
        name=viewer.school_name,
        session=board.session.words,
        because="",
        registers=f"{board.taken_count} of {len(board.rows)}",
        is_taken=board.taken_count == len(board.rows),
        unmarked=board.codes[""],
        rate=Fraction(board.attended_count, possible) if possible else None,
        late=board.codes["L"] + board.codes["U"],
        no_reason=len(board.no_reason),
        pupils=board.expected_count,
    )


@dataclass(frozen=True, slots=True)
class TrustTotals:
    """All schools that are open, together."""

    pupils: int
    unmarked: int
    late: int
    no_reason: int
    rate: Fraction | None


def trust_totals(boards: Sequence[Board | None]) -> TrustTotals:
    """The sums; the rate is that of all marks so far, not a mean of the schools' rates."""
    found = [board for board in boards if board is not None]
    possible = sum(board.possible_count for board in found)
    attended = sum(board.attended_count for board in found)
    return TrustTotals(
        pupils=sum(board.expected_count for board in found),
        unmarked=sum(board.codes[""] for board in found),
        late=sum(board.codes["L"] + board.codes["U"] for board in found),
        no_reason=sum(len(board.no_reason) for board in found),
        rate=Fraction(attended, possible) if possible else None,
    )
