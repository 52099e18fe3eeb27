"""When evidence may be asked for, and when I may become O: after the head's decision and after the parents know."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from rollbook.domain.absences import absences
from rollbook.domain.illness import (
    Evidence,
    IllnessDone,
    IllnessDraft,
    IllnessStepKind,
    ill_days,
    illness_problems,
    may_ask_for_evidence,
    may_become_unauthorised,
)
from rollbook.domain.sessions import SchoolSession

NOW = datetime(2026, 9, 21, 10)
K = IllnessStepKind
HOWS = ("letter", "telephone")


def done(*kinds: K, accepted: bool = False) -> list[IllnessDone]:
    """Things done, an hour apart from another, up to now."""
    return [
        IllnessDone(kind, NOW + timedelta(hours=place - len(kinds)), accepted if kind is K.DECIDED else None)
        for place, kind in enumerate(kinds)
    ]


def test_only_days_marked_ill_are_days_of_illness() -> None:
    monday = date(2026, 9, 14)
    marks = [
        (monday, SchoolSession.AM, "N"),
        (monday, SchoolSession.PM, "I"),
        (monday + timedelta(days=1), SchoolSession.AM, "I"),
        (monday + timedelta(days=1), SchoolSession.PM, "I"),
        (monday + timedelta(days=2), SchoolSession.AM, "O"),
    ]
    [absence] = absences(marks)
    assert ill_days(absence) == (monday, monday + timedelta(days=1))


@pytest.mark.policy("P-4.2-6", "P-4.2-8")
@pytest.mark.parametrize(("days", "may"), [(1, False), (5, False), (6, True), (20, True)])
def test_from_the_sixth_day_evidence_may_be_asked_for(days: int, *, may: bool) -> None:
    found = may_ask_for_evidence(days, [], 6)
    assert found.answer is may
    assert "6th" in found.because


@pytest.mark.policy("P-4.2-5", "P-4.2-6")
def test_in_doubt_it_may_be_asked_for_on_the_first_day() -> None:
    assert may_ask_for_evidence(1, done(K.DOUBTED), 6).answer


@pytest.mark.policy("P-4.2-9", "P-4.2-10")
@pytest.mark.parametrize(
    ("kinds", "may", "words"),
    [
        ((), False, "has not decided"),
        ((K.DOUBTED, K.TOLD), False, "has not decided"),
        ((K.DECIDED,), False, "not been told yet"),
        ((K.TOLD, K.DECIDED), False, "not been told yet"),  # told before the decision is not told of it
        ((K.DECIDED, K.TOLD), True, "have been told"),
        ((K.DECIDED, K.TOLD, K.DECIDED), False, "not been told yet"),
    ],
)
def test_i_becomes_o_only_after_the_decision_and_after_the_parents_were_told(
    kinds: tuple[K, ...], words: str, *, may: bool
) -> None:
    found = may_become_unauthorised(done(*kinds))
    assert found.answer is may
    assert words in found.because


def test_what_the_head_accepted_stays_ill() -> None:
    found = may_become_unauthorised(done(K.DECIDED, K.TOLD, accepted=True))
    assert not found.answer
    assert "accepted" in found.because


def fields(draft: IllnessDraft, *, days: int = 6, before: list[IllnessDone] | None = None) -> set[str]:
    found = illness_problems(draft, days, before or [], 6, NOW.date(), HOWS)
    return {each.field for each in found}


ASK = IllnessDraft(K.ASKED, text="Third week-long illness this term", how="letter")
CAME = IllnessDraft(K.CAME, evidence=Evidence.CARD, on=NOW.date())
TOLD = IllnessDraft(K.TOLD, how="letter", who="Mo Parent", on=NOW.date())


@pytest.mark.policy("P-4.2-7", "P-4.2-8")
def test_what_is_recorded_is_complete() -> None:
    assert fields(ASK) == set()
    assert fields(replace(ASK, text="")) == {"text"}
    assert fields(replace(ASK, how="pigeon")) == {"how"}
    assert fields(ASK, days=2) == {""}
    assert fields(ASK, days=2, before=done(K.DOUBTED)) == set()
    assert fields(IllnessDraft(K.DOUBTED)) == {"text"}
    assert fields(replace(ASK, text="x" * 601)) == {"text"}
    assert fields(replace(ASK, text="a\0b")) == {"text"}
    assert fields(CAME) == set()
    assert fields(replace(CAME, evidence="photo")) == {"evidence"}
    assert fields(replace(CAME, on=NOW.date() + timedelta(days=1))) == {"on"}
    assert fields(IllnessDraft(K.DECIDED, text="Seen in town")) == {"is_accepted"}
    assert fields(IllnessDraft(K.DECIDED, text="Seen in town", is_accepted=False)) == set()


def test_parents_are_told_of_a_decision_and_after_it() -> None:
    decided = done(K.DECIDED)
    assert fields(TOLD, before=decided) == set()
    assert fields(TOLD) == {""}
    assert fields(TOLD, before=done(K.DECIDED, accepted=True)) == {""}
    assert fields(replace(TOLD, on=NOW.date() - timedelta(days=1)), before=decided) == {"on"}
    assert fields(replace(TOLD, on=None), before=decided) == {"on"}
    assert fields(replace(TOLD, who=""), before=decided) == {"who"}


def test_each_kind_and_evidence_has_words() -> None:
    assert [each.words for each in Evidence][:2] == ["Doctor’s note", "Prescription"]
    assert len({each.words for each in K}) == 5
