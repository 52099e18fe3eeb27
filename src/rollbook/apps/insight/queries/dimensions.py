"""What figures can be told apart by: a name, its words, and the group a member falls in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from rollbook.apps.roll.queries import Pupil
from rollbook.apps.roll.queries.cohort import Member
from rollbook.apps.schools.queries import natural
from rollbook.domain.roll import year_group_words

NOT_RECORDED = "Not recorded"
_ETHNICITIES = {
    "WBRI": "White British",
    "WIRI": "White Irish",
    "WIRT": "Traveller of Irish heritage",
    "WROM": "Gypsy or Roma",
    "WOTH": "Any other White background",
    "MWBC": "White and Black Caribbean",
    "MWBA": "White and Black African",
    "MWAS": "White and Asian",
    "MOTH": "Any other mixed background",
    "AIND": "Indian",
    "APKN": "Pakistani",
    "ABAN": "Bangladeshi",
    "AOTH": "Any other Asian background",
    "BCRB": "Black Caribbean",
    "BAFR": "Black African",
    "BOTH": "Any other Black background",
    "CHNE": "Chinese",
    "OOTH": "Any other ethnic group",
    "REFU": "Not said",
    "NOBT": NOT_RECORDED,
    "": NOT_RECORDED,
}
"""The national list of codes, in the DfE's words. A code of a longer list of the school's own stands as it is."""

_SEX = dict(Pupil.Sex.choices)
_SEN = dict(Pupil.SenStatus.choices)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to tell pupils apart. `label_of` answers for a member on the last day of the period.

    `is_private`: told to the staff team only, whatever the size of the groups.
    """

    name: str
    words: str
    label_of: Callable[[Member, date], str]
    is_private: bool = False

    def order(self, label: str) -> tuple[bool, object]:
        """How the groups are put in order: as people count, "Not recorded" last."""
        return (label == NOT_RECORDED, natural(label))


def _yes_no(value: bool, words: str) -> str:  # noqa: FBT001  # a fact, and there is only one
    return words if value else f"Not {words[0].lower()}{words[1:]}"


def _key_stage(member: Member, on: date) -> str:
    """Year 1 and 2 are key stage 1, then 3-6, 7-9 and 10-11; before that the early years. Source: DfE, key stages."""
    year = member.year_group_on(on)
    for first, words in ((12, "After Year 11"), (10, "Key stage 4"), (7, "Key stage 3"), (3, "Key stage 2")):
        if year >= first:
            return words
    return "Key stage 1" if year >= 1 else "Early years"


def _social_care(member: Member, _on: date) -> str:
    """The strongest of what applies: a child with a protection plan is in need too."""
    if member.has_child_protection_plan:
        return "Child protection plan"
    return "Child in need" if member.is_child_in_need else "Neither plan nor in need"


def _mobility(member: Member, on: date) -> str:
    first_day = min(span.first_day for span in member.spans)
    start_of_year = date(on.year if on.month >= 9 else on.year - 1, 9, 1)
    return (
        "Joined since September" if (first_day - start_of_year).days > _START_DAYS else "Here since September"
    )


_START_DAYS = 30
"""Who starts within the first weeks of September starts with everybody else."""

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {
        each.name: each
        for each in (
            Dimension("year-group", "Year group", lambda m, on: year_group_words(m.year_group_on(on))),
            Dimension("group", "Teaching group", lambda m, _: m.group_name or "No group"),
            Dimension("key-stage", "Key stage", _key_stage),
            Dimension("sex", "Sex", lambda m, _: _SEX.get(m.sex, NOT_RECORDED)),
            Dimension("sen", "Special educational needs", lambda m, _: _SEN.get(m.sen_status, NOT_RECORDED)),
            Dimension("ehc-plan", "EHC plan", lambda m, _: "EHC plan" if m.has_plan else "No EHC plan"),
            Dimension("fsm", "Free school meals", lambda m, _: _yes_no(m.is_fsm, "Free school meals")),
            Dimension("ethnicity", "Ethnicity", lambda m, _: _ETHNICITIES.get(m.ethnicity, m.ethnicity)),
            Dimension(
                "looked-after",
                "Looked after",
                lambda m, _: _yes_no(m.is_looked_after, "Looked after"),
                is_private=True,
            ),
            Dimension("social-care", "Social care", _social_care, is_private=True),
            Dimension(
                "authority", "Home local authority", lambda m, _: m.home_local_authority or NOT_RECORDED
            ),
            Dimension("transport", "Transport", lambda m, _: m.transport or NOT_RECORDED),
            Dimension(
                "language", "Interpreter", lambda m, _: m.interpreter_language or "No interpreter needed"
            ),
            Dimension("mobility", "Joining during the year", _mobility),
        )
    }
)
