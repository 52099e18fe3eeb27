"""Every attendance code as data: the codes of regulation 10 and the four of the 2006 Regulations that ended.

The numbers (`byte`) stand in packed registers and files: never change one, never give one to another code.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from rollbook.domain.code_types import AttendanceCode, Category, Needs, Setter
from rollbook.domain.law import (
    POLICY,
    REGULATION_10_URL,
    REGULATIONS_2006,
    REGULATIONS_2024,
    Citation,
    Confirmation,
)
from rollbook.domain.spans import Span

_FROM_2006 = Span(date(2006, 9, 1))
_FROM_2024 = Span(date(2024, 8, 19))
_UNTIL_2024 = Span(date(2006, 9, 1), date(2024, 8, 18))

_SETTERS = {
    "T": Setter.TEACHER,
    "O": Setter.OFFICE,
    "A": Setter.ATTENDANCE,
    "H": Setter.HEAD,
    "#": Setter.CALENDAR,
}

_MINUTES = frozenset({Needs.MINUTES})
_ACTIVITY = frozenset({Needs.NATURE_OF_ACTIVITY})
_CIRCUMSTANCES = frozenset({Needs.NATURE_OF_CIRCUMSTANCES})
_NOTHING: frozenset[Needs] = frozenset()


def _regulation(provision: str, confirmation: Confirmation) -> Citation:
    return Citation(REGULATIONS_2024, provision, confirmation, REGULATION_10_URL)


_TABLE_1 = _regulation("regulation 10(2), Table 1", Confirmation.CONFIRMED)
_TABLE_2 = _regulation("regulation 10(3), Table 2", Confirmation.CONFIRMED)
# The opening of Table 2 (K and V) was read; its other rows and Table 3 only as others restate them.
_TABLE_2_RESTATED = _regulation("regulation 10(3), Table 2", Confirmation.SECONDARY)
_TABLE_3 = _regulation("regulation 10, Table 3", Confirmation.SECONDARY)
_TABLE_3_AND_C1 = _regulation("regulation 10, Table 3 and regulation 3", Confirmation.SECONDARY)
_TABLE_3_AND_J1 = _regulation("regulation 10, Table 3 and regulation 11(4)", Confirmation.SECONDARY)
_TABLE_3_AND_S = _regulation("regulation 10, Table 3 and regulation 11(5)", Confirmation.SECONDARY)
_TABLE_3_AND_C2 = _regulation("regulation 10, Table 3 and regulation 11(6)", Confirmation.SECONDARY)
_TABLE_3_AND_N = _regulation("regulation 10, Table 3 and paragraphs (7) to (9)", Confirmation.SECONDARY)
_ADMINISTRATIVE = Citation(POLICY, "Appendix 1, administrative codes")
_OLD = Citation(REGULATIONS_2006, "the codes used until 18 August 2024", Confirmation.SECONDARY)


def _code(
    byte: int,
    symbol: str,
    title: str,
    category: Category,
    set_by: str,
    citation: Citation,
    meaning: str,
    *,
    needs: frozenset[Needs] = _NOTHING,
    in_force: Span = _FROM_2006,
    is_on_site: bool = False,
    nature_example: str = "",
) -> AttendanceCode:
    return AttendanceCode(
        symbol=symbol,
        title=title,
        meaning=meaning,
        category=category,
        is_on_site=is_on_site,
        set_by=frozenset(_SETTERS[letter] for letter in set_by),
        needs=needs,
        in_force=in_force,
        citation=citation,
        byte=byte,
        nature_example=nature_example,
    )


_PRESENT = (
    _code(
        1, "/", "Present (morning)", Category.PRESENT, "T", _TABLE_1,
        "The pupil is at school when the morning register is taken.",
        is_on_site=True,
    ),
    _code(
        2, "\\", "Present (afternoon)", Category.PRESENT, "T", _TABLE_1,
        "The pupil is at school when the afternoon register is taken.",
        is_on_site=True,
    ),
    _code(
        3, "L", "Late, before register closed", Category.PRESENT, "TO", _TABLE_1,
        "The pupil was not there when the register opened but came before it closed.",
        needs=_MINUTES, is_on_site=True,
    ),
)  # fmt: skip

_ELSEWHERE = (
    _code(
        4, "K", "Provision by local authority", Category.APPROVED_ACTIVITY, "AH", _TABLE_2,
        "The pupil is at education that the local authority has arranged, not at a school they belong to.",
        needs=_ACTIVITY, in_force=_FROM_2024, nature_example="hospital teaching on Ward 4",
    ),
    _code(
        5, "V", "Educational visit or trip", Category.APPROVED_ACTIVITY, "OA", _TABLE_2,
        "The pupil is on a visit or trip arranged by or for the school, with school staff in charge.",
        needs=_ACTIVITY, nature_example="science museum with Year 8 staff",
    ),
    _code(
        6, "P", "Sporting activity", Category.APPROVED_ACTIVITY, "AH", _TABLE_2_RESTATED,
        "The pupil is at a supervised sporting activity that the school has approved.",
        needs=_ACTIVITY, nature_example="county swimming gala",
    ),
    _code(
        7, "W", "Work experience", Category.APPROVED_ACTIVITY, "AH", _TABLE_2_RESTATED,
        "The pupil is on work experience that is part of their education and approved by the school.",
        needs=_ACTIVITY, nature_example="week at a garden centre",
    ),
    _code(
        8, "B", "Other approved activity", Category.APPROVED_ACTIVITY, "AH", _TABLE_2_RESTATED,
        "The pupil is at another supervised educational activity that the school has approved: "
        "not sport, not work experience, not a trip, and never learning at home.",
        needs=_ACTIVITY, nature_example="taster day at college",
    ),
    _code(
        9, "D", "At their other school", Category.NOT_POSSIBLE, "A", _TABLE_2_RESTATED,
        "The pupil belongs to two schools and is due at the other one for this session.",
    ),
)  # fmt: skip

_LEAVE = (
    _code(
        10, "C1", "Performance or work abroad", Category.AUTHORISED, "H", _TABLE_3_AND_C1,
        "The pupil has leave for a licensed or exempt performance, or for regulated work abroad.",
        in_force=_FROM_2024,
    ),
    _code(
        11, "M", "Medical or dental", Category.AUTHORISED, "OA", _TABLE_3,
        "The pupil has leave for a medical or dental appointment.",
    ),
    _code(
        12, "J1", "Interview", Category.AUTHORISED, "H", _TABLE_3_AND_J1,
        "The pupil has leave, asked for in advance, for an interview for a job or a place elsewhere.",
        in_force=_FROM_2024,
    ),
    _code(
        13, "S", "Study leave", Category.AUTHORISED, "H", _TABLE_3_AND_S,
        "The pupil has leave, agreed in advance, to study for a public examination.",
    ),
    _code(
        14, "X", "Not of compulsory school age", Category.NOT_POSSIBLE, "A", _TABLE_3,
        "The pupil is not of compulsory school age and their timetable does not need them in this session.",
    ),
    _code(
        15, "C2", "Part-time timetable", Category.AUTHORISED, "H", _TABLE_3_AND_C2,
        "The pupil is not due in this session under an agreed part-time timetable that has an end date.",
        in_force=_FROM_2024,
    ),
    _code(
        16, "C", "Exceptional circumstances", Category.AUTHORISED, "H", _TABLE_3,
        "The pupil has leave that the head teacher granted for exceptional circumstances.",
    ),
)  # fmt: skip

_OTHER_AUTHORISED = (
    _code(
        17, "T", "Parent travelling for work", Category.AUTHORISED, "AH", _TABLE_3,
        "The pupil is a mobile child travelling with a parent whose trade requires it, as agreed.",
    ),
    _code(
        18, "R", "Religious observance", Category.AUTHORISED, "AH", _TABLE_3,
        "The day is set apart for religious observance by the religious body the pupil's parents belong to.",
    ),
    _code(
        19, "I", "Illness", Category.AUTHORISED, "OA", _TABLE_3,
        "The pupil is too ill to attend, in body or mind. Appointments are M.",
    ),
    _code(
        20, "E", "Suspended or excluded", Category.AUTHORISED, "AH", _TABLE_3,
        "The pupil is suspended or excluded and no other provision has been made for this session.",
    ),
)  # fmt: skip

_UNABLE_TO_ATTEND = (
    _code(
        21, "Q", "No access arrangements", Category.NOT_POSSIBLE, "AH", _TABLE_3,
        "The local authority had to arrange the pupil's access or travel to school and has not.",
        needs=_CIRCUMSTANCES, in_force=_FROM_2024, nature_example="no taxi arranged since the house move",
    ),
    _code(
        22, "Y1", "Transport not available", Category.NOT_POSSIBLE, "AH", _TABLE_3,
        "School is too far to walk and the transport normally provided is not running.",
        needs=_CIRCUMSTANCES, in_force=_FROM_2024, nature_example="school minibus broken down",
    ),
    _code(
        23, "Y2", "Widespread travel disruption", Category.NOT_POSSIBLE, "H", _TABLE_3,
        "An emergency has disrupted travel widely, so the pupil can't get to school.",
        needs=_CIRCUMSTANCES, in_force=_FROM_2024, nature_example="flooding across the city",
    ),
    _code(
        24, "Y3", "Part of school closed", Category.NOT_POSSIBLE, "H", _TABLE_3,
        "Part of the premises is closed and the pupil can't be taught in the part that is open.",
        needs=_CIRCUMSTANCES, in_force=_FROM_2024, nature_example="no heating in the lower school",
    ),
    _code(
        25, "Y4", "School unexpectedly closed", Category.NOT_POSSIBLE, "H", _TABLE_3,
        "The whole school was due to open and is unexpectedly closed.",
        needs=_CIRCUMSTANCES, in_force=_FROM_2024, nature_example="closed because of snow",
    ),
    _code(
        26, "Y5", "Criminal justice detention", Category.NOT_POSSIBLE, "H", _TABLE_3,
        "The pupil is in police detention, remanded to youth detention, or serving a sentence of detention.",
        needs=_CIRCUMSTANCES, in_force=_FROM_2024, nature_example="remanded to youth detention",
    ),
    _code(
        27, "Y6", "Public health advice or law", Category.NOT_POSSIBLE, "H", _TABLE_3,
        "Coming to school would go against public health guidance or law.",
        needs=_CIRCUMSTANCES, in_force=_FROM_2024, nature_example="health protection team says stay at home",
    ),
    _code(
        28, "Y7", "Other unavoidable cause", Category.NOT_POSSIBLE, "H", _TABLE_3,
        "Something unavoidable keeps the pupil from school and no other code fits.",
        needs=_CIRCUMSTANCES, in_force=_FROM_2024, nature_example="home cordoned off by the fire service",
    ),
)  # fmt: skip

_UNAUTHORISED = (
    _code(
        29, "G", "Holiday not granted", Category.UNAUTHORISED, "AH", _TABLE_3,
        "The pupil is on a holiday the school did not grant, or has stayed longer than it granted.",
    ),
    _code(
        30, "N", "Reason not yet established", Category.UNAUTHORISED, "TO", _TABLE_3_AND_N,
        "The pupil is absent and the school does not know why yet. It must find out within five school days.",
    ),
    _code(
        31, "O", "Other or unknown reason", Category.UNAUTHORISED, "A", _TABLE_3,
        "The reason stayed unknown, or it is not one that any other code allows.",
    ),
    _code(
        32, "U", "Late, after register closed", Category.UNAUTHORISED, "TO", _TABLE_3,
        "The pupil came after the register closed and before the session ended, and no other code fits.",
        is_on_site=True,
    ),
)  # fmt: skip

_FROM_CALENDAR_AND_ROLL = (
    _code(
        33, "Z", "Not yet started", Category.NOT_COLLECTED, "#", _ADMINISTRATIVE,
        "The pupil is expected but their starting day has not come.",
    ),
    _code(
        34, "#", "Planned closure", Category.NOT_COLLECTED, "#", _ADMINISTRATIVE,
        "The whole school is closed as planned: holidays, INSET days and other closures known in advance.",
    ),
)  # fmt: skip

_LEGACY = (
    _code(
        35, "J", "Interview (until 2024)", Category.APPROVED_ACTIVITY, "", _OLD,
        "The pupil was at an interview; it counted as attending until 18 August 2024.",
        in_force=_UNTIL_2024,
    ),
    _code(
        36, "H", "Agreed holiday (until 2024)", Category.AUTHORISED, "", _OLD,
        "The pupil was on a family holiday that the school had agreed to.",
        in_force=_UNTIL_2024,
    ),
    _code(
        37, "F", "Extended holiday (old)", Category.AUTHORISED, "", _OLD,
        "The pupil was on an extended family holiday that the school had agreed to; out of use since 2014.",
        in_force=_UNTIL_2024,
    ),
    _code(
        38, "Y", "Unable to attend (old)", Category.NOT_POSSIBLE, "", _OLD,
        "The pupil could not attend because of exceptional circumstances.",
        in_force=_UNTIL_2024,
    ),
)  # fmt: skip

CODES: tuple[AttendanceCode, ...] = (
    *_PRESENT,
    *_ELSEWHERE,
    *_LEAVE,
    *_OTHER_AUTHORISED,
    *_UNABLE_TO_ATTEND,
    *_UNAUTHORISED,
    *_FROM_CALENDAR_AND_ROLL,
    *_LEGACY,
)

TAKEN_BACK = AttendanceCode(
    symbol="-",
    title="No mark",
    meaning="A mark made by mistake was taken back, as when an import is undone: the session counts as not marked.",
    category=Category.NOT_COLLECTED,
    is_on_site=False,
    set_by=frozenset(),
    needs=_NOTHING,
    in_force=_FROM_2006,
    citation=_ADMINISTRATIVE,
    byte=0,
)
"""Not an attendance code: the version of a mark that says there is none. Entries are never removed, so it is added."""

SUCCESSORS: Mapping[str, str] = MappingProxyType(
    {
        "J": "J1",
        "H": "C if the head teacher granted leave, or G if not",
        "F": "C if the head teacher granted leave, or G if not",
        "Y": "Q or one of Y1 to Y7",
    }
)
"""What to use instead of a code that has ended."""

PREDECESSORS: Mapping[str, str] = MappingProxyType(
    {"K": "B", "C1": "C", "J1": "J", "C2": "C"} | {symbol.symbol: "Y" for symbol in _UNABLE_TO_ATTEND}
)
"""What was used before a code began."""
