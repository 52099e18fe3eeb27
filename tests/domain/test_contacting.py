"""What comes next for a missing pupil, and whether a parent may be sent a message: by hand, then for any facts."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.contacting import (
    Addressee,
    Attempt,
    Do,
    NextStep,
    Person,
    Result,
    Tried,
    digits,
    may_send,
    message_text,
    next_step,
)
from rollbook.domain.missing import Known, Standing, standing_of
from rollbook.domain.sessions import SchoolSession
from tests.domain.test_missing import knowns

MO = Person(1, "Mo Abbott", "mother", ("07700 900111", "0121 496 0111"))
GRAN = Person(2, "Gil Abbott", "grandmother", ("0121 496 0222",))
SILENT = Person(3, "Al Abbott", "uncle", ())
PEOPLE = (MO, SILENT, GRAN)


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 9, 14, hour, minute, tzinfo=UTC)


def call(number: str, result: Result, minute: int = 40, about: str = "") -> Attempt:
    return Attempt(number, result, at(9, minute), about)


def after(
    *calls: Attempt, tried: Tried | None = None, has_partner: bool = False, people: Sequence[Person] = PEOPLE
) -> tuple[Do, str]:
    found = next_step(people, calls, tried=tried or Tried(), has_partner=has_partner)
    return found.answer.do, found.because


@pytest.mark.policy("P-4.5-2")
def test_contacts_are_rung_in_their_order_the_second_number_before_the_next_contact() -> None:
    steps = []
    calls: list[Attempt] = []
    for minute, result in ((40, Result.NO_ANSWER), (41, Result.MESSAGE), (43, Result.WRONG_NUMBER)):
        found = next_step(PEOPLE, calls, tried=Tried(), has_partner=False).answer
        steps.append(found)
        calls.append(call(found.number, result, minute))
    assert steps == [
        NextStep(Do.CALL, MO, "07700 900111"),
        NextStep(Do.CALL, MO, "0121 496 0111"),
        NextStep(Do.CALL, GRAN, "0121 496 0222"),
    ]
    assert after(*calls) == (Do.VISIT, "Everybody was tried. Visit the home.")


def test_a_number_found_wrong_before_is_not_rung_again() -> None:
    wrong = {"07700900111"}
    found = next_step(PEOPLE, [], tried=Tried(), has_partner=False, wrong_numbers=wrong).answer
    assert found.number == "0121 496 0111"


def test_who_was_reached_asks_for_the_reason() -> None:
    reached = call("+44 7700 900111", Result.REACHED)
    assert after(call("07700 900111", Result.REACHED)) == (
        Do.SETTLE,
        "Mo Abbott was reached at 09:40. Enter what was told.",
    )
    assert after(reached)[0] is Do.SETTLE


def test_who_was_reached_about_a_sister_is_not_rung_again() -> None:
    assert after(call("07700 900111", Result.REACHED, about="Bea")) == (
        Do.SETTLE,
        "Mo Abbott was reached at 09:40 about Bea. Enter what was told.",
    )
    assert after(call("07700 900111", Result.NO_ANSWER, about="Bea"))[0] is Do.CALL
    found = next_step(
        PEOPLE, [call("07700 900111", Result.NO_ANSWER, about="Bea")], tried=Tried(), has_partner=False
    )
    assert found.answer.number == "0121 496 0111"


def test_a_parent_who_does_not_know_where_the_pupil_is_raises_the_alarm() -> None:
    alarm = (call("07700 900111", Result.NOT_KNOWN), call("0121 496 0222", Result.REACHED, 45))
    assert after(*alarm)[0] is Do.HAND_OVER
    assert after(*alarm)[1] == "Mo Abbott does not know where the pupil is (09:40). Hand it over now."
    assert after(*alarm, tried=Tried(is_handed_over=True))[0] is Do.POLICE
    both = Tried(is_handed_over=True, are_police_told=True)
    assert after(*alarm, tried=both)[0] is Do.AGAIN
    assert after(*alarm, tried=Tried(was_seen=True))[0] is Do.SETTLE


@pytest.mark.policy("P-4.5-3", "P-4.5-4")
def test_once_everybody_was_tried_partners_the_visit_the_handover_and_the_police_follow() -> None:
    tried = [call(number, Result.NO_ANSWER) for person in PEOPLE for number in person.numbers]
    assert after(*tried, has_partner=True)[0] is Do.TELL_PARTNER
    assert after(*tried, has_partner=True, tried=Tried(is_partner_told=True))[0] is Do.VISIT
    assert after(*tried, tried=Tried(was_visited=True))[0] is Do.HAND_OVER
    assert after(*tried, tried=Tried(was_visited=True, is_handed_over=True))[0] is Do.POLICE
    done = Tried(was_visited=True, is_handed_over=True, are_police_told=True)
    assert after(*tried, tried=done)[0] is Do.AGAIN
    assert after(*tried, tried=Tried(was_visited=True, was_seen=True)) == (
        Do.SETTLE,
        "The pupil was seen. Enter the reason.",
    )


def test_a_pupil_without_a_number_is_visited() -> None:
    assert after(people=(SILENT,)) == (Do.VISIT, "There is no number to ring. Visit the home.")


def test_a_contact_removed_meanwhile_is_a_contact() -> None:
    assert after(call("0800 1", Result.REACHED))[1].startswith("A contact was reached")


def test_a_number_is_the_same_however_it_is_written() -> None:
    assert digits("+44 7700 900111") == digits("07700-900 111") == "07700900111"
    assert {each.is_spoken for each in Result} == {True, False}
    assert all(each.words for each in Result)


numbers = st.sampled_from(["07700 900111", "0121 496 0111", "0121 496 0222", "0800 1"])
attempts = st.lists(
    st.builds(Attempt, numbers, st.sampled_from(list(Result)), st.datetimes(timezones=st.just(UTC))),
    max_size=6,
)


@given(attempts, st.builds(Tried, *[st.booleans()] * 5), st.booleans())
def test_no_number_is_rung_twice_and_something_always_comes_next(
    calls: list[Attempt], tried: Tried, has_partner: bool
) -> None:
    found = next_step(PEOPLE, calls, tried=tried, has_partner=has_partner).answer
    if found.do is Do.CALL:
        assert digits(found.number) not in {digits(each.number) for each in calls}
        assert found.person is not None
    else:
        assert found.person is None


# --- Messages ---------------------------------------------------------------------------------------------------

MOTHER = Addressee("Mo Abbott", "mo@example.org", is_parent=True)
MISSING = Known(SchoolSession.AM, "N")
UNMARKED = "Nobody has marked this pupil yet. A message goes out once somebody has looked."


@pytest.mark.parametrize(
    ("known", "to", "sent_at", "is_reached", "why_not"),
    [
        (MISSING, MOTHER, None, False, ""),
        (Known(SchoolSession.AM, "N", has_closed=False), MOTHER, None, False, "The register is open until 09:30."),
        (Known(SchoolSession.AM, "N", planned="Trip: museum."), MOTHER, None, False, "Trip: museum."),
        (Known(SchoolSession.AM, ""), MOTHER, None, False, UNMARKED),
        (MISSING, MOTHER, None, True, "A parent was reached today."),
        (MISSING, MOTHER, at(9, 41), False, "A message went out today at 09:41."),
        (MISSING, Addressee("Gil", "g@example.org", is_parent=False), None, False, "Gil is no parent of this pupil."),
        (
            MISSING,
            Addressee("Al", "a@example.org", is_parent=True, works_with_another=True),
            None,
            False,
            "Al is not the parent the school works with.",
        ),
        (MISSING, Addressee("Mo", "", is_parent=True), None, False, "No address is held for Mo."),
    ],
)  # fmt: skip
def test_a_message_goes_only_where_nothing_stands_against_it(
    known: Known, to: Addressee, sent_at: datetime | None, is_reached: bool, why_not: str
) -> None:
    found = may_send(standing_of(known), known.code, to, sent_at=sent_at, is_reached=is_reached)
    assert found.answer is (why_not == "")
    assert found.because == (why_not or "To Mo Abbott.")


addressees = st.builds(
    Addressee, st.just("Mo"), st.sampled_from(["", "mo@example.org"]), *[st.booleans()] * 3
)


@given(knowns, addressees, st.none() | st.just(at(9, 41)), st.booleans())
def test_a_parent_is_never_told_absent_for_a_pupil_on_a_trip(
    known: Known, to: Addressee, sent_at: datetime | None, is_reached: bool
) -> None:
    found = may_send(standing_of(known), known.code, to, sent_at=sent_at, is_reached=is_reached)
    if known.planned or known.told or known.arrived_at or known.left_at or not known.has_closed:
        assert not found.answer
        assert found.because
    if found.answer:
        assert known.code == "N"
        assert standing_of(known).answer is Standing.MISSING
        assert to.is_parent
        assert to.address
        assert sent_at is None
        assert not is_reached


def test_a_message_names_one_child_and_says_what_to_do() -> None:
    text = message_text(
        parent="Mo Abbott",
        pupil="Amy",
        school="Hollin Bank School",
        telephone="0121 496 0100",
        session=SchoolSession.AM,
    )
    assert text.subject == "Please ring Hollin Bank School today"
    assert text.short == (
        "Amy was not in school when the register closed this morning, and nobody has told us why. "
        "Please ring Hollin Bank School on 0121 496 0100 as soon as you can."
    )
    assert text.body.startswith("Dear Mo Abbott,\n\nAmy was not in school")
    assert "ring at once" in text.body
    bare = message_text(
        parent="Mo", pupil="Amy", school="Hollin Bank", telephone="", session=SchoolSession.PM
    )
    assert bare.short.endswith("Please ring Hollin Bank as soon as you can.")
