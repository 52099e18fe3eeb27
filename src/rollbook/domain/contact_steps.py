"""What may be written down about a missing pupil, and what each kind of step must say.

One table: the page builds its forms from it, the action checks by it, the timeline reads by it. What is about
health, social care or safety is `is_restricted`: its words are for those whose work it is; others see that it was done.
Source: sections 4.5, 6 and 8.4 of the school's policy; the guidance on children missing education.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.contacting import Result
from rollbook.domain.law import GUIDANCE, POLICY, REGULATIONS_2024, Citation, Confirmation
from rollbook.domain.refusals import Refusal

LONGEST_NOTE = 2000
_HOW = (
    ("telephone", "Telephone"),
    ("email", "E-mail"),
    ("text", "Text message"),
    ("person", "In person"),
    ("letter", "Letter"),
)


class StepKind(StrEnum):
    """What kind of thing was done, told or decided?"""

    CALL = "call"
    MESSAGE = "message"
    REPLY = "reply"
    REASON = "reason"
    VISIT = "visit"
    NO_VISIT = "no_visit"
    SEEN = "seen"
    POLICE = "police"
    PARTNER = "partner"
    CONCERN = "concern"
    TAKEN_OVER = "taken_over"
    WELFARE_OFFICER = "welfare_officer"
    OFFER = "offer"
    REFERRAL = "referral"
    REFERRAL_NEWS = "referral_news"
    ENQUIRY = "enquiry"
    PUT_RIGHT = "put_right"

    @property
    def rule(self) -> "StepRule":
        """What it must say, and who reads it."""
        return STEPS[self]


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a step says: in which field, asked how, and whether it may be left out.

    `when_result` names the results for which it is needed; with any other it may be left out.
    """

    field: str
    label: str
    longest: int = 120
    is_needed: bool = True
    hint: str = ""
    when_result: tuple[str, ...] = ()

    def is_needed_for(self, result: str) -> bool:
        """Must it be said where this came of the step?"""
        return result in self.when_result if self.when_result else self.is_needed


@dataclass(frozen=True, slots=True)
class StepRule:
    """One kind of step: its name on the timeline and on its button, what is asked, what may come of it.

    `results` are the choices of `result_label`; `asks_when` that it is asked when it happened. `by_itself`: it has its
    own form among the further steps.
    """

    kind: StepKind
    title: str
    act: str
    citation: Citation
    asks: tuple[Ask, ...] = ()
    results: tuple[tuple[str, str], ...] = ()
    result_label: str = ""
    asks_when: bool = False
    is_restricted: bool = False
    by_itself: bool = True

    def result_words(self, result: str) -> str:
        """What came of it, in words; "" for nothing."""
        return dict(self.results).get(result, "")


def _note(label: str, *, is_needed: bool = True, hint: str = "") -> Ask:
    return Ask("note", label, LONGEST_NOTE, is_needed, hint)


def _how(label: str) -> Ask:
    return Ask("how", label, 20)


ENQUIRIES_BY_TENTH_DAY = (
    ("contacts", "Every contact was tried again"),
    ("home", "The home was visited"),
    ("family", "Brothers, sisters, friends and their schools were asked"),
    ("neighbours", "Neighbours or the landlord were asked"),
    ("agencies", "Health, housing or others who know the family were asked"),
    ("authority", "The local authority was told"),
)
"""What is asked before a child counts as missing education (from memory of the guidance, so a list to go through)."""
JOINT = "joint"
_ENQUIRIES = (*ENQUIRIES_BY_TENTH_DAY, (JOINT, "What the school and the local authority found together"))
PARTNERS = (
    ("social_worker", "Social worker"),
    ("youth_offending", "Youth offending worker"),
    ("virtual_school", "Virtual school"),
    ("local_authority", "Local authority"),
    ("other", "Somebody else"),
)
_UNEXPLAINED = Citation(POLICY, "section 4.5")
_MISSING_EDUCATION = Citation(GUIDANCE, "children missing education", Confirmation.FROM_MEMORY)
_SAFE = "Only those whose work is with pupils’ welfare read it."

_TABLE = (
    StepRule(
        StepKind.CALL,
        "Call",
        "Ring",
        _UNEXPLAINED,
        asks=(_note("What was said", is_needed=False),),
        results=tuple((each.value, each.words) for each in Result),
        result_label="What came of it?",
        by_itself=False,
    ),
    StepRule(StepKind.MESSAGE, "Message to a parent", "Send", _UNEXPLAINED, by_itself=False),
    StepRule(
        StepKind.REPLY,
        "A parent answered",
        "Write down an answer",
        _UNEXPLAINED,
        asks=(Ask("who", "Who answered?"), _how("How?"), _note("What was said")),
    ),
    StepRule(StepKind.REASON, "Reason told", "Enter the reason", _UNEXPLAINED, by_itself=False),
    StepRule(
        StepKind.VISIT,
        "Home visit",
        "Write down a home visit",
        _UNEXPLAINED,
        asks=(
            Ask("who", "Who went?"),
            Ask("second_person", "Who went with them?", hint="Nobody visits a home alone."),
            Ask("seen_by", "Who saw the pupil?", when_result=("seen",)),
            _note("What was found", hint=_SAFE),
        ),
        results=(
            ("seen", "The pupil was seen"),
            ("spoken", "Somebody was there, the pupil was not seen"),
            ("nobody", "Nobody answered"),
        ),
        result_label="What came of the visit?",
        asks_when=True,
        is_restricted=True,
    ),
    StepRule(
        StepKind.NO_VISIT,
        "No home visit",
        "Decide against a visit",
        Citation(POLICY, "section 8.4"),
        asks=(_note("Why is no visit needed?"),),
    ),
    StepRule(
        StepKind.SEEN,
        "Last seen",
        "Write down who saw the pupil",
        _UNEXPLAINED,
        asks=(
            Ask("seen_by", "Who saw or heard the pupil?"),
            _note("What is there to say?", is_needed=False),
        ),
        results=(
            ("sight", "Seen in person"),
            ("visit", "Seen at a visit"),
            ("call", "Spoken to by telephone"),
            ("agency", "Seen by another agency"),
        ),
        result_label="How?",
        asks_when=True,
    ),
    StepRule(
        StepKind.POLICE,
        "Police told",
        "Write down that the police were told",
        _UNEXPLAINED,
        asks=(
            Ask("reference", "Reference number", 60),
            Ask("who", "Whom did you speak with?", is_needed=False),
            _note("What was said", hint=_SAFE),
        ),
        asks_when=True,
        is_restricted=True,
    ),
    StepRule(
        StepKind.PARTNER,
        "Told somebody who works with the pupil",
        "Write down who was told",
        _UNEXPLAINED,
        asks=(Ask("who", "Name"), _how("How?"), _note("What was said", is_needed=False, hint=_SAFE)),
        results=PARTNERS,
        result_label="Who was told?",
        asks_when=True,
        is_restricted=True,
    ),
    StepRule(
        StepKind.CONCERN,
        "Safeguarding concern handed over",
        "Hand over a safeguarding concern",
        _UNEXPLAINED,
        asks=(
            _note(
                "What is the concern?",
                hint="The head teacher and the senior attendance champion see it at once and say that they have it.",
            ),
        ),
        is_restricted=True,
    ),
    StepRule(
        StepKind.TAKEN_OVER,
        "Concern taken over",
        "Take it over",
        _UNEXPLAINED,
        asks=(_note("What is done about it?", hint=_SAFE),),
        is_restricted=True,
        by_itself=False,
    ),
    StepRule(
        StepKind.WELFARE_OFFICER,
        "Education welfare officer considered",
        "Decide about a welfare officer",
        _UNEXPLAINED,
        asks=(_note("Why?", hint=_SAFE),),
        results=(("involve", "Involve a welfare officer"), ("not_yet", "Not now")),
        result_label="What was decided?",
        is_restricted=True,
    ),
    StepRule(
        StepKind.OFFER,
        "Support offered",
        "Write down an offer of support",
        _UNEXPLAINED,
        asks=(Ask("who", "Offered to whom?"), _note("What was offered?")),
        results=(
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("thinking", "They will think about it"),
        ),
        result_label="What did they say?",
    ),
    StepRule(
        StepKind.REFERRAL,
        "Referral made",
        "Write down a referral",
        _UNEXPLAINED,
        asks=(
            Ask("who", "To which agency?"),
            Ask("reference", "Reference number", 60, is_needed=False),
            _note("Why?", hint=_SAFE),
        ),
        asks_when=True,
        is_restricted=True,
    ),
    StepRule(
        StepKind.REFERRAL_NEWS,
        "News of a referral",
        "Write down news",
        _UNEXPLAINED,
        asks=(_note("What did they say?", is_needed=False, hint=_SAFE),),
        results=(
            ("accepted", "Accepted"),
            ("waiting", "On a waiting list"),
            ("begun", "Work has begun"),
            ("declined", "Declined"),
            ("ended", "Ended"),
        ),
        result_label="Where does it stand?",
        is_restricted=True,
        by_itself=False,
    ),
    StepRule(
        StepKind.ENQUIRY,
        "Enquiry",
        "Write down an enquiry",
        _MISSING_EDUCATION,
        asks=(Ask("who", "Who was asked?"), _note("What did they say?", hint=_SAFE)),
        results=_ENQUIRIES,
        result_label="Which enquiry?",
        asks_when=True,
        is_restricted=True,
    ),
    StepRule(
        StepKind.PUT_RIGHT,
        "Put right",
        "Put it right",
        Citation(REGULATIONS_2024, "regulation 6"),
        asks=(Ask("note", "What was wrong?", 300),),
        by_itself=False,
    ),
)

STEPS: Mapping[StepKind, StepRule] = MappingProxyType({rule.kind: rule for rule in _TABLE})
BY_ITSELF: tuple[StepKind, ...] = tuple(rule.kind for rule in _TABLE if rule.by_itself)
"""The further steps, each with a form of its own, in the order in which they are offered."""
HOW = _HOW


def check_step(
    kind: StepKind, values: Mapping[str, str], happened_at: datetime | None, now: datetime
) -> list[Refusal]:
    """What is missing or can't be right in a step? Shape: `values` by field, `result` among them."""
    rule = STEPS[kind]
    result = values.get("result", "")
    refusals = []
    if rule.results and not rule.result_words(result):
        refusals.append(Refusal("result", f"{rule.result_label} Choose an answer."))
    for ask in rule.asks:
        value = values.get(ask.field, "").strip()
        if not value and ask.is_needed_for(result):
            refusals.append(Refusal(ask.field, f"{ask.label} Fill this in."))
        elif "\0" in value or len(value) > ask.longest:
            refusals.append(Refusal(ask.field, f"Keep it to {ask.longest:,} ordinary characters."))
        elif ask.field == "how" and value not in dict(HOW):
            refusals.append(Refusal("how", "How? Choose an answer."))
    if happened_at is not None and happened_at > now:
        refusals.append(Refusal("happened_at", "This is still to come. Enter when it was."))
    return refusals
