"""On which grounds, and on no other, is a name removed from the admission register, and what must each one show?

The fifteen grounds of regulation 9 of SI 2024/208 as dated data, in our own words. A condition read in a source
must hold; one that is only remembered is asked about, and a person may go on with a reason.
Source: domain.md 1.3, 1.3.2 and 1.3.3.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rollbook.domain.law import REGULATIONS_2024, Citation, Confirmation, Dated, DatedValues
from rollbook.domain.removal_conditions import (
    ABSENT_SCHOOL_DAYS,
    BACK_WITHIN_SCHOOL_DAYS,
    FIRST_DAY,
    Condition,
    Ground,
    Special,
    a_day,
    a_text,
    authority_notice,
    enquiries_made,
    must_be_so,
    must_not_be_so,
    no_order_names_this_school,
    not_expected_back,
    not_ill,
    not_main_school,
    regulation_9,
)

_A = regulation_9("a", Confirmation.CONFIRMED)
_B = regulation_9("b", Confirmation.CONFIRMED)
_C = regulation_9("c", Confirmation.CONFIRMED)
_D = regulation_9("d", Confirmation.CONFIRMED)
_E = regulation_9("e", Confirmation.CONFIRMED)
_F, _G, _H, _I, _J, _K, _L, _M, _N, _O = (regulation_9(letter) for letter in "fghijklmno")
_MEMORY = Confirmation.FROM_MEMORY

_GROUNDS = (
    Ground(
        "A",
        "Registered at another school",
        "The pupil has started, or is registered, at another school.",
        "Not while an attendance order names this school, for a mobile child whose main school this is, or where the "
        "pupil is to be registered at both schools.",
        "The other school's confirmation, such as its e-mail or letter.",
        (
            a_text("other_school", "Which school?", "Name the other school.", _A),
            must_be_so(
                "is_registered_there",
                "Has that school confirmed that the pupil is registered there?",
                "Wait until the other school has confirmed it. A place offered is not enough.",
                _A,
            ),
            no_order_names_this_school(_A),
            not_main_school(_A),
            must_not_be_so(
                "is_dual",
                "Is it agreed that the pupil is registered at both schools?",
                "A pupil registered at both schools stays on both rolls. Use ground C when that ends.",
                _A,
            ),
        ),
        _A,
    ),
    Ground(
        "B",
        "Nursery has ended and the pupil is not going on to reception here",
        "The pupil was admitted to the nursery, has finished it, would now move to a reception class, and is not "
        "expected back.",
        "Only for pupils who were admitted for nursery education.",
        "The parent's answer about the reception place.",
        (
            must_be_so(
                "was_in_nursery",
                "Was the pupil admitted for nursery education?",
                "This ground is only for pupils admitted for nursery education.",
                _B,
            ),
            must_be_so(
                "has_finished",
                "Has the pupil finished it, so that reception would be next?",
                "The pupil stays on the roll until nursery has ended.",
                _B,
            ),
            not_expected_back(_B),
        ),
        _B,
        frozenset({Special.NURSERY_AGE}),
    ),
    Ground(
        "C",
        "Registered at two schools and leaving this one",
        "The pupil is registered at another school as well and is not expected to attend here again.",
        "Not without the consent of every other school, while an attendance order names this school, or for a mobile "
        "child whose main school this is.",
        "The written consent of every other school at which the pupil is registered.",
        (
            a_text("other_school", "Which other school or schools?", "Name the other school.", _C),
            must_be_so(
                "others_consent",
                "Has every other school consented?",
                "Every other school at which the pupil is registered must consent first.",
                _C,
            ),
            not_expected_back(_C),
            no_order_names_this_school(_C),
            not_main_school(_C),
        ),
        _C,
    ),
    Ground(
        "D",
        "An attendance order now names another school",
        "The local authority has changed a school attendance order so that it names another school.",
        "Only once the order has been changed.",
        "A copy of the local authority's notice.",
        (
            a_text("other_school", "Which school does the order name now?", "Name the other school.", _D),
            a_day("order_changed_on", "When was the order changed?", _D),
            authority_notice("Do you hold a copy of the local authority's notice?", _D),
        ),
        _D,
    ),
    Ground(
        "E",
        "An attendance order was ended because the child is educated suitably elsewhere",
        "The local authority has revoked a school attendance order because suitable education is arranged otherwise "
        "than at school.",
        "Only once the order has been revoked for that reason.",
        "A copy of the local authority's notice.",
        (
            a_day("order_ended_on", "When was the order revoked?", _E),
            authority_notice("Do you hold a copy of the local authority's notice?", _E),
        ),
        _E,
    ),
    Ground(
        "F",
        "To be educated otherwise than at school",
        "A parent has told the school in writing that the child will be educated otherwise than at school, such as at "
        "home, and the last day the parent gave has come.",
        "Not on what was said at the desk or on the telephone, and not while an attendance order is in force. Tell the "
        "local authority early.",
        "The parent's letter or e-mail.",
        (
            must_be_so(
                "is_in_writing",
                "Did the parent give notice in writing?",
                "What a parent says is not enough. Ask for it in writing, and tell the local authority now.",
                _F,
            ),
            a_day("notice_on", "When was the notice received?", _F),
            a_day("stated_last_day", "Which last day at school does the notice give?", _F),
            must_not_be_so(
                "order_in_force",
                "Is a school attendance order in force for the pupil?",
                "While an attendance order is in force, the name stays on the roll. Speak to the local authority.",
                _F,
            ),
        ),
        _F,
    ),
    Ground(
        "G",
        "Has moved too far away",
        "The pupil no longer lives at a reasonable distance from the school and is not expected to attend again.",
        "Not for a boarder.",
        "The new address and where it comes from.",
        (
            must_be_so(
                "lives_too_far",
                "Has the pupil ceased to live at a reasonable distance from the school?",
                "A pupil who lives within reach stays on the roll until another ground is met.",
                _G,
            ),
            not_expected_back(_G),
        ),
        _G,
        frozenset({Special.DAY_PUPIL}),
    ),
    Ground(
        "H",
        "Has not come back after a leave of absence",
        f"The pupil did not come back within {BACK_WITHIN_SCHOOL_DAYS} school days after a granted leave ended, and "
        "cannot be found.",
        "Not where the pupil may be ill or unavoidably kept away, or while the pupil can be found.",
        "The leave that was granted, and the enquiries made with the local authority.",
        (
            a_day("leave_ended_on", "Which was the last day of the leave?", _H),
            not_ill(regulation_9("h", _MEMORY), is_hard=False),
            enquiries_made(regulation_9("h", _MEMORY), is_hard=False),
        ),
        _H,
        frozenset({Special.NOT_BACK_FROM_LEAVE}),
    ),
    Ground(
        "I",
        f"Absent for {ABSENT_SCHOOL_DAYS} school days without a break",
        f"Every session of at least {ABSENT_SCHOOL_DAYS} school days in a row is coded G, N or O, and the pupil cannot "
        "be found. The register is counted for you.",
        "Any other code in between, even one late mark (U), breaks the run.",
        "The register, and the enquiries made with the local authority.",
        (not_ill(_I, is_hard=True), enquiries_made(_I, is_hard=True)),
        _I,
        frozenset({Special.CONTINUOUS_ABSENCE}),
    ),
    Ground(
        "J",
        "Detained by a court's sentence",
        "The pupil is detained under a sentence of detention and is not expected back.",
        "Not for a pupil who is on remand or expected back.",
        "The court's or the youth offending team's letter.",
        (
            must_be_so(
                "is_sentenced",
                "Is the pupil detained under a sentence of detention?",
                "Remand or arrest is no sentence. Use the attendance code for detention until there is one.",
                _J,
            ),
            must_be_so(
                "is_long",
                "Is the sentence of four months or more?",
                "A shorter sentence is usually no ground: the pupil comes back.",
                regulation_9("j", _MEMORY),
                is_hard=False,
            ),
            not_expected_back(_J),
        ),
        _J,
    ),
    Ground(
        "K",
        "The pupil has died",
        "The name is removed; everything recorded is kept.",
        "",
        "How the school learned of it, and from whom.",
        (a_day("died_on", "On which day?", _K),),
        _K,
        is_of_death=True,
    ),
    Ground(
        "L",
        "Past compulsory school age and leaving",
        "Before the school next meets the pupil will be over compulsory school age, and is leaving or does not meet "
        "what the sixth form asks for.",
        "Not before the last Friday in June of the school year in which the pupil becomes 16.",
        "The pupil's or parent's decision, or the sixth form's.",
        (
            must_be_so(
                "is_leaving",
                "Is the pupil leaving, or not meeting what is asked for to go on to the sixth form?",
                "A pupil who is going on here stays on the roll.",
                _L,
            ),
        ),
        _L,
        frozenset({Special.OVER_COMPULSORY_AGE}),
    ),
    Ground(
        "M",
        "A boarder whose fees are unpaid",
        "The pupil boards at a maintained school or an academy, and the fees for it are unpaid.",
        "Not for a day pupil, and not at other kinds of school.",
        "The account and the reminders.",
        (
            must_be_so(
                "fees_unpaid",
                "Are the boarding fees unpaid?",
                "This ground is only for unpaid boarding fees.",
                _M,
            ),
        ),
        _M,
        frozenset({Special.BOARDER}),
        frozenset({"maintained", "academy"}),
    ),
    Ground(
        "N",
        "Has ceased to be a pupil of an independent or non-maintained special school",
        "The placement has ended. Only independent schools and non-maintained special schools have this ground.",
        "Not at maintained schools and academies.",
        "The notice that ended the placement.",
        (
            a_day("ceased_on", "On which day did the placement end?", _N),
            a_text(
                "notice",
                "Who ended the placement, and by which notice?",
                "Say who gave notice and when.",
                _N,
            ),
        ),
        _N,
        legal_types=frozenset({"independent", "non-maintained-special"}),
    ),
    Ground(
        "O",
        "Permanently excluded",
        "The pupil has been permanently excluded.",
        "Not before the time to ask for a review is over or the review has ended.",
        "The exclusion letter, and how the review ended or that none was asked for.",
        (
            a_day("excluded_on", "On which day was the pupil permanently excluded?", _O),
            must_be_so(
                "review_is_over",
                "Is the review over, or the time to ask for one, or has the parent given it up in writing?",
                "Until then the name stays on the roll.",
                regulation_9("o", _MEMORY),
                is_hard=False,
            ),
        ),
        _O,
    ),
)

GROUNDS: DatedValues[Mapping[str, Ground]] = DatedValues(
    Dated(
        MappingProxyType({ground.letter: ground for ground in _GROUNDS}),
        FIRST_DAY,
        None,
        Citation(REGULATIONS_2024, "regulation 9", Confirmation.SECONDARY),
    )
)
"""The grounds by letter, in force by date."""

AUTHORITY_CONSENT = Condition(
    "authority_consents",
    "Does the local authority that placed the pupil here consent?",
    "A pupil placed at a special school by a local authority is generally removed only with its consent.",
    Citation(REGULATIONS_2024, "regulation 9, pupils placed at a special school", Confirmation.FROM_MEMORY),
    is_hard=False,
)
"""Asked for on every ground but the pupil's death where a local authority placed the pupil at a special school."""
