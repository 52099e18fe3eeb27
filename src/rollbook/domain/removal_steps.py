"""How does a request to remove a name go from one person to the second, and what may be done in which state?

Source: domain.md 1.3 (second-person approval) and 6.28.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.access import Permission
from rollbook.domain.refusals import Refusal


class RemovalState(StrEnum):
    """How far is a request?"""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """The state as a page names it."""
        return _STATE_WORDS[self]


_STATE_WORDS = {
    RemovalState.PROPOSED: "Waiting for a decision",
    RemovalState.APPROVED: "Approved, return to send",
    RemovalState.DONE: "Done",
    RemovalState.REFUSED: "Refused",
    RemovalState.WITHDRAWN: "Withdrawn",
}


class RemovalMove(StrEnum):
    """What is done with a request?"""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    SEND_RETURN = "send_return"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a move leads, who may make it, and whether it takes another person than the one who proposed."""

    to: RemovalState
    permission: Permission
    by_another: bool = False
    needs_reason: bool = False


_S, _M, _P = RemovalState, RemovalMove, Permission
STEPS: Mapping[tuple[RemovalState, RemovalMove], Step] = MappingProxyType(
    {
        (_S.PROPOSED, _M.APPROVE): Step(_S.APPROVED, _P.ROLL_APPROVE_REMOVAL, by_another=True),
        (_S.PROPOSED, _M.REFUSE): Step(_S.REFUSED, _P.ROLL_APPROVE_REMOVAL, needs_reason=True),
        (_S.PROPOSED, _M.WITHDRAW): Step(_S.WITHDRAWN, _P.ROLL_PROPOSE_REMOVAL, needs_reason=True),
        (_S.APPROVED, _M.SEND_RETURN): Step(_S.DONE, _P.PUPIL_EDIT),
        (_S.APPROVED, _M.UNDO): Step(_S.WITHDRAWN, _P.ROLL_APPROVE_REMOVAL, needs_reason=True),
        (_S.DONE, _M.UNDO): Step(_S.WITHDRAWN, _P.ROLL_APPROVE_REMOVAL, needs_reason=True),
    }
)


@dataclass(frozen=True, slots=True)
class Mover:
    """Who makes the move. `approver_count`: how many people at the school may approve on that day."""

    permissions: frozenset[Permission]
    is_proposer: bool
    approver_count: int
    reason: str = ""
    alone_because: str = ""


def may_move(
    state: RemovalState, move: RemovalMove, mover: Mover
) -> tuple[RemovalState | None, tuple[Refusal, ...]]:
    """Where does this move lead? None with the reasons where it may not be made.

    The second person is another than the first, wherever there is one: only where a single person of the school may
    approve may that person approve what they proposed, and then with a reason that stays on the record.
    """
    step = STEPS.get((state, move))
    if step is None:
        return None, (Refusal("", f"This request is not open to that any more: {state.words.lower()}."),)
    refusals = []
    if step.permission not in mover.permissions:
        refusals.append(Refusal("", "You may not decide this."))
    if step.needs_reason and not mover.reason.strip():
        refusals.append(Refusal("reason", "Say why: the reason stays on the record."))
    if step.by_another and mover.is_proposer:
        refusals += _alone(mover)
    return (None, tuple(refusals)) if refusals else (step.to, ())


def _alone(mover: Mover) -> list[Refusal]:
    if mover.approver_count > 1:
        return [
            Refusal(
                "", "You proposed this yourself. Somebody else who may approve removals has to decide it."
            )
        ]
    if not mover.alone_because.strip():
        message = (
            "You proposed this yourself and nobody else here may approve it. Say why no second person could."
        )
        return [Refusal("alone_because", message)]
    return []
