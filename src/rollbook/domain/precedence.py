"""Which of several things planned for one session is the pupil's mark?

Each line goes before those below it; of two in one line the one recorded last counts.

1. Seen at school: / \\ L U. Nothing that was planned says that a pupil who is here is not.
2. The school is closed: # and Y4.
3. Taught elsewhere: D at the other school, K arranged by the local authority, and B where it is provision made for this
   pupil: recorded with a suspension, or by itself with its provider, and not as an activity of the school. E is for a
   suspended pupil for whom nothing of this is done.
4. Suspended: E. A suspended pupil does not go on the school's visits and activities.
5. An activity that the school approved: V, P, W, B.
6. Leave, illness and whatever else keeps a pupil away.
7. Not due: a part-time timetable (C2), and X. Every other reason counts before them.
8. Holiday not granted: G.
9. No reason yet: N.
10. Other or unknown: O.

Source: domain.md note 2.1 and codes C2, D and E; regulation 10(3) of SI 2024/208, Tables 2 and 3; Appendix 1, code E,
of the school's policy.
"""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

__all__ = ["Precedence", "precedence"]


class Precedence(IntEnum):
    """The lines of the order; the lower number goes first."""

    SEEN = 1
    CLOSED = 2
    TAUGHT_ELSEWHERE = 3
    SUSPENDED = 4
    ACTIVITY = 5
    AWAY = 6
    NOT_DUE = 7
    NOT_GRANTED = 8
    NO_REASON = 9
    OTHER = 10


_BY_CODE: Mapping[str, Precedence] = MappingProxyType(
    {
        **dict.fromkeys(("/", "\\", "L", "U"), Precedence.SEEN),
        **dict.fromkeys(("#", "Y4"), Precedence.CLOSED),
        **dict.fromkeys(("K", "D"), Precedence.TAUGHT_ELSEWHERE),
        "E": Precedence.SUSPENDED,
        **dict.fromkeys(("V", "P", "W", "B"), Precedence.ACTIVITY),
        **dict.fromkeys(("C2", "X"), Precedence.NOT_DUE),
        "G": Precedence.NOT_GRANTED,
        "N": Precedence.NO_REASON,
        "O": Precedence.OTHER,
    }
)


def precedence(code: str, *, is_provision: bool = False) -> Precedence:
    """On which line of the order is a plan with this code?

    `is_provision` where B is education arranged for the pupil elsewhere and not an activity of the school.
    """
    if code == "B" and is_provision:
        return Precedence.TAUGHT_ELSEWHERE
    return _BY_CODE.get(code, Precedence.AWAY)
