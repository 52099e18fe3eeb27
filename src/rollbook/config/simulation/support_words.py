"""What people write when support begins, is reviewed and ends. No private details, as in any record others read."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Course(Enum):
    """How did it go?"""

    REACHED = "reached"
    PARTLY = "partly"
    NOT_REACHED = "not-reached"
    UNKNOWN = "unknown"

    @property
    def outcome(self) -> str:
        """As the record of support names it."""
        return self.value


NOTHING_TO_SAY: Final = Course.UNKNOWN
LEFT_WORDS: Final = "Left the school before it was over."

WHY_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Breakfast club": (
            "Mornings are rushed at home. Settles well once here, and asked about the club.",
            "Often arrives without breakfast. The parent agreed to a drop-off at 08:20.",
            "Finds the start of the day loud. A calm half-hour with a few others may help.",
        ),
        "Key adult each morning": (
            "Anxious at the gate. Asked for somebody to meet at the door.",
            "Worried about lessons missed. A short talk each morning to plan the day.",
            "Has not come back fully after an illness. The family asked for one person to speak to.",
        ),
        "Meeting with parents": (
            "Absence has grown since the start of term. Two calls home; the parents will come in.",
            "Reasons differ from day to day. We need to hear from the family what gets in the way.",
            "The parents were surprised by the figures and asked to talk them through.",
        ),
        "Full-week voucher": (
            "Comes nearly every day, often by two buses. Chosen by the group's teacher.",
            "Kept up very good attendance after a hard year. Should be seen.",
            "Nominated by the school council for coming in every day, whatever the weather.",
        ),
    }
)
REVIEW_WORDS: Final[Mapping[Course, tuple[str, ...]]] = MappingProxyType(
    {
        Course.REACHED: (
            "Going well; the pupil is proud of it. We keep it as it is.",
            "The parent says mornings are easier. Nothing to change.",
            "Comes in cheerful. We talked about how to go on without it later.",
        ),
        Course.PARTLY: (
            "Better than before, not yet where we want it. Mondays are still hard.",
            "A good start, then two days off. We agreed to text home by 08:00.",
            "Some progress. The pupil would like a friend to join.",
        ),
        Course.NOT_REACHED: (
            "No change so far. We will ask the family what would help instead.",
            "Still often away. Spoke to the parent, who will see the doctor about the illness.",
            "It is not working yet. To be talked over with the SENCO before the next review.",
        ),
        Course.UNKNOWN: (
            "Too early to say much. The pupil likes it.",
            "Only a few sessions so far. We look again as planned.",
        ),
    }
)
ENDED_WORDS: Final[Mapping[Course, tuple[str, ...]]] = MappingProxyType(
    {
        Course.REACHED: (
            "Ran its full time and the aim was reached. The pupil knows whom to come to.",
            "The aim was reached; the family say they can keep it up.",
        ),
        Course.PARTLY: (
            "Ran its full time. Better than before; the group's teacher keeps an eye on it.",
            "Attendance rose, though not as far as hoped. A check again next half term.",
        ),
        Course.NOT_REACHED: (
            "Ran its full time without a change. Something else is to be agreed with the family.",
            "It did not get at what keeps the pupil away. To be raised at the next meeting.",
        ),
        Course.UNKNOWN: (
            "Over before there was enough to go by.",
            "Stopped early: too few sessions to tell.",
        ),
    }
)
REWARD_WORDS: Final[Mapping[Course, tuple[str, ...]]] = MappingProxyType(
    {
        Course.REACHED: (
            "Vouchers for every week so far. Chose a book and a cinema ticket.",
            "Still the first at the door. Told the head about it with a grin.",
        ),
        Course.PARTLY: ("More full weeks than before. Missed one through illness, which is nobody's fault.",),
        Course.NOT_REACHED: (
            "Two weeks without a voucher. We asked what got in the way; a bug at home.",
            "Off for several days. No pressure: the next full week counts again.",
        ),
        Course.UNKNOWN: ("Too few weeks yet to hand out more than one voucher.",),
    }
)
REWARD_ENDED_WORDS: Final[Mapping[Course, tuple[str, ...]]] = MappingProxyType(
    {
        Course.REACHED: ("Six weeks done. Certificate given in assembly; the family came.",),
        Course.PARTLY: ("Six weeks done, most of them full ones. Certificate given by the group's teacher.",),
        Course.NOT_REACHED: ("Six weeks done. Illness came between; offered again next term.",),
        Course.UNKNOWN: ("Over before there was enough to go by.",),
    }
)
