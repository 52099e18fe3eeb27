"""What fits, what is possible and what can't be right for a pupil: domain.md sections 2 and 6.17-6.26, by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.adviser import CodeAdvice, Fit, advise, advise_on
from rollbook.domain.codes import BY_SYMBOL, CODES, codes_in_force, present_symbol
from rollbook.domain.pupil_facts import PartTime, Planned, PupilFacts, Suspension
from rollbook.domain.sessions import SchoolSession
from tests.strategies import days, pupil_facts, school_sessions

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY = date(2026, 9, 14)
NOTHING = PupilFacts(is_compulsory_age=True)


def said(
    symbol: str, facts: PupilFacts = NOTHING, on: date = MONDAY, session: SchoolSession = AM
) -> CodeAdvice:
    return advise_on(facts, BY_SYMBOL[symbol], on, session)


def known(*planned: Planned, **more: object) -> PupilFacts:
    return PupilFacts(is_compulsory_age=True, known=planned, **more)  # type: ignore[arg-type]


def plan(code: str, nature: str = "", **more: str | bool) -> Planned:
    return Planned(code, MONDAY, MONDAY, nature, **more)  # type: ignore[arg-type]


@pytest.mark.policy("P-A-13")
def test_x_is_for_pupils_who_are_not_of_compulsory_school_age() -> None:
    refused = said("X")
    assert refused.fit is Fit.CANNOT
    assert refused.because == (
        "X is only for pupils who are not of compulsory school age, and this one is; use the code for why they are "
        "away, or N until you know."
    )
    assert refused.instead == ("N",)
    assert said("X", PupilFacts(is_compulsory_age=False)).fit is Fit.POSSIBLE
    assert said("X", PupilFacts(is_compulsory_age=None)).fit is Fit.POSSIBLE
    fits = said("X", PupilFacts(is_compulsory_age=False, known=(plan("X", "Mornings only until January"),)))
    assert (fits.fit, fits.because) == (Fit.FITS, "Known beforehand: Mornings only until January.")


@pytest.mark.policy("P-A-2")
def test_d_needs_a_second_school_where_the_pupil_is_due() -> None:
    refused = said("D")
    assert refused.because == (
        "D is only for a pupil who is registered at a second school too, and none is recorded for this one; use the "
        "code for why they are away, or N until you know."
    )
    assert (refused.fit, refused.lacks) == (Fit.CANNOT, "provider")
    not_due = said("D", PupilFacts(other_school="Ashdown School"))
    assert (not_due.fit, not_due.lacks) == (Fit.CANNOT, "")
    assert not_due.because == (
        "D is only for sessions in which the pupil is due at Ashdown School, and this is not one of them; use the "
        "code for why they are away, or N until you know."
    )
    due = said("D", PupilFacts(other_school="Ashdown School", is_due_elsewhere=True))
    assert (due.fit, due.because) == (Fit.FITS, "The pupil is due at Ashdown School in this session.")


@pytest.mark.policy("P-A-10")
def test_v_needs_a_member_of_the_schools_staff_in_charge_else_b_is_offered() -> None:
    for facts in (NOTHING, known(plan("V", "Zoo")), known(plan("V", "Zoo", supervisor=" "))):
        refused = said("V", facts)
        assert (refused.fit, refused.instead, refused.lacks) == (Fit.CANNOT, ("B",), "supervisor")
        assert refused.because.endswith("record the trip under Planned with who is in charge, or use B.")
    fits = said(
        "V", known(plan("V", "Science museum.", where_from="Trip or activity", supervisor="Mr Asare"))
    )
    assert (fits.fit, fits.because) == (Fit.FITS, "Trip or activity: Science museum.")


@pytest.mark.policy("P-A-2")
def test_k_needs_the_provider_that_the_authority_arranged() -> None:
    for facts in (NOTHING, known(plan("K", "Tuition"))):
        refused = said("K", facts)
        assert (refused.fit, refused.instead, refused.lacks) == (Fit.CANNOT, ("B",), "provider")
    assert said("K", known(plan("K", "Tuition", provider="Hospital school"))).fit is Fit.FITS


def suspended(school_day: int, *planned: Planned) -> PupilFacts:
    return known(*planned, suspension=Suspension(date(2026, 9, 7), school_day))


@pytest.mark.policy("P-A-12")
def test_e_fits_for_five_school_days_and_can_not_be_right_from_the_sixth() -> None:
    fifth, sixth = said("E", suspended(5)), said("E", suspended(6))
    assert (fifth.fit, fifth.because) == (
        Fit.FITS,
        "5th school day of the suspension that began on 7 September 2026.",
    )
    assert sixth.fit is Fit.CANNOT
    assert sixth.because == (
        "This is the 6th school day of the suspension that began on 7 September 2026, and from the 6th full-time "
        "education must be arranged; use the code of that provision, such as B, or the code for why the pupil is "
        "not there."
    )
    assert sixth.instead == ("B",)
    with_hospital = suspended(6, plan("D"), plan("E"))
    assert said("E", with_hospital).instead == ("B",)


@pytest.mark.policy("P-A-12")
@pytest.mark.parametrize("code", ["K", "B"])
def test_e_can_not_be_right_while_other_provision_is_made(code: str) -> None:
    tuition = plan(code, "Tuition", provider="Hospital school", is_provision=code == "B")
    refused = said("E", suspended(2, plan("E"), tuition))
    assert (refused.fit, refused.instead) == (Fit.CANNOT, (code,))
    assert refused.because == (
        "E is only while no other provision is made, and this pupil is at other provision this session "
        f"(Hospital school); use {code}."
    )
    assert said(code, suspended(2, plan("E"), tuition)).fit is Fit.FITS


@pytest.mark.policy("P-A-10")
@pytest.mark.parametrize("code", ["V", "P", "W"])
def test_a_suspended_pupil_can_not_be_on_an_activity_of_the_school(code: str) -> None:
    trip = plan(code, "Zoo", supervisor="Mr Asare")
    second, sixth = said(code, suspended(2, plan("E"), trip)), said(code, suspended(6, plan("E"), trip))
    assert (second.fit, second.instead) == (Fit.CANNOT, ("E", "B"))
    assert second.because == (
        "The pupil is suspended in this session, and a suspended pupil does not go on the school's activities; use E, "
        "or from the 6th school day the code of the education that is arranged."
    )
    assert (sixth.fit, sixth.instead) == (Fit.CANNOT, ("B",))
    assert said("E", suspended(2, plan("E"), trip)).fit is Fit.FITS
    assert said(code, known(trip)).fit is Fit.FITS


@pytest.mark.policy("P-A-12")
def test_b_of_a_suspended_pupil_asks_for_the_provision_to_be_recorded() -> None:
    workshop = plan("B", "Theatre workshop", provider="City Theatre")
    possible = said("B", suspended(2, plan("E"), workshop))
    assert possible.fit is Fit.POSSIBLE
    assert possible.because.endswith("none is recorded; record it with the suspension.")
    assert said("E", suspended(2, plan("E"), workshop)).fit is Fit.FITS


def test_e_is_possible_without_a_recorded_suspension_and_asks_for_the_record() -> None:
    possible = said("E")
    assert possible.fit is Fit.POSSIBLE
    assert "record it" in possible.because


@pytest.mark.policy("P-A-3")
def test_c2_needs_an_agreed_timetable_its_times_and_its_last_day() -> None:
    until = date(2026, 10, 23)
    none = said("C2")
    outside = said("C2", PupilFacts(part_time=PartTime(until, is_agreed_absence=False)))
    after = said("C2", PupilFacts(part_time=PartTime(date(2026, 9, 11), is_agreed_absence=False)))
    fits = said("C2", PupilFacts(part_time=PartTime(until, is_agreed_absence=True)))

    assert [each.fit for each in (none, outside, after, fits)] == [Fit.CANNOT] * 3 + [Fit.FITS]
    assert none.because.startswith("C2 needs a part-time timetable that a parent has agreed to")
    assert outside.because.startswith("C2 is outside the agreed times")
    assert after.because.startswith(
        "C2 can't be used after the part-time timetable ended on 11 September 2026"
    )
    assert (
        fits.because == "Not due in this session under the part-time timetable agreed until 23 October 2026."
    )


def test_c2_on_the_last_day_itself_is_not_after_it() -> None:
    last = PupilFacts(part_time=PartTime(MONDAY, is_agreed_absence=True))
    assert said("C2", last).fit is Fit.FITS


@pytest.mark.policy("P-A-8")
def test_y4_fits_while_the_whole_school_is_closed() -> None:
    assert said("Y4").fit is Fit.POSSIBLE
    assert said("Y4", PupilFacts(is_site_closed=True)).fit is Fit.FITS


@pytest.mark.policy("P-A-11")
@pytest.mark.parametrize(
    ("symbol", "instead"),
    [
        ("J", ("J1",)),
        ("H", ("C", "G")),
        ("F", ("C", "G")),
        ("Y", ("Q", "Y1", "Y2", "Y3", "Y5", "Y6", "Y7")),
    ],
)
def test_codes_that_ended_name_what_to_use(symbol: str, instead: tuple[str, ...]) -> None:
    refused = said(symbol)
    assert (refused.fit, refused.instead) == (Fit.CANNOT, instead)
    assert refused.because.startswith(f"{symbol} ended on 18 August 2024; use {instead[0]}")
    assert refused.is_about_the_pupil is False


def test_a_code_that_had_not_begun_names_its_predecessor() -> None:
    refused = said("K", on=date(2023, 11, 6))
    assert refused.instead == ("B",)
    assert refused.because.endswith("use B for earlier days.")
    assert said("Y1", on=date(2023, 11, 6)).instead == ("N",)  # Y is only read from older registers


def test_before_there_were_codes_none_is_right() -> None:
    assert {each.fit for each in advise(NOTHING, date(2005, 9, 5), AM)} == {Fit.CANNOT}


@pytest.mark.policy("P-A-7")
@pytest.mark.parametrize("symbol", ["#", "Z"])
def test_what_comes_from_calendar_and_roll_is_never_entered(symbol: str) -> None:
    assert said(symbol).fit is Fit.CANNOT
    assert said(symbol).is_about_the_pupil is False


@pytest.mark.policy("P-A-1")
def test_the_present_mark_is_that_of_the_session() -> None:
    assert (said("/").fit, said("\\").fit, said("\\").instead) == (Fit.POSSIBLE, Fit.CANNOT, ("/",))
    assert (said("/", session=PM).fit, said("\\", session=PM).fit) == (Fit.CANNOT, Fit.POSSIBLE)


@pytest.mark.policy("P-A-4", "P-A-5", "P-A-6")
def test_what_was_told_to_the_office_fits_and_says_where_it_is_from() -> None:
    ill = said("I", known(plan("I", "Unwell, mother rang", where_from="Parent telephoned")))
    assert (ill.fit, ill.because) == (Fit.FITS, "Parent telephoned: Unwell, mother rang.")
    assert said("I").because == BY_SYMBOL["I"].meaning
    assert said("R", known(plan("R"))).because == "Known beforehand: Religious observance."


@pytest.mark.policy("P-4.1-3")
def test_codes_stand_with_what_fits_first_and_what_can_not_be_right_last() -> None:
    facts = known(plan("C2"), plan("I", "Unwell"), plan("V", "Zoo", supervisor="Mr Asare"))
    order = [each.code.symbol for each in advise(facts, MONDAY, AM)]
    assert order[:4] == ["V", "I", "/", "L"]  # C2 planned without an agreement does not fit
    assert set(order[-11:]) == {"\\", "K", "D", "X", "C2", "Z", "#", "J", "H", "F", "Y"}
    assert order.index("B") < order.index("M") < order.index("N")


# What may be drawn is what facts_from can build: see tests.strategies.pupil_facts.


@pytest.mark.policy("P-4.1-9")
@given(pupil_facts(), days, school_sessions)
def test_every_code_gets_exactly_one_verdict(facts: PupilFacts, on: date, session: SchoolSession) -> None:
    advice = advise(facts, on, session)
    assert sorted(each.code.byte for each in advice) == sorted(code.byte for code in CODES)
    assert advice == advise(facts, on, session)


@given(pupil_facts(), days, school_sessions)
def test_what_fits_comes_first_and_what_can_not_be_right_last(
    facts: PupilFacts, on: date, session: SchoolSession
) -> None:
    places = [list(Fit).index(each.fit) for each in advise(facts, on, session)]
    assert places == sorted(places)


@given(pupil_facts(), days, school_sessions)
def test_who_is_at_school_can_always_be_marked(facts: PupilFacts, on: date, session: SchoolSession) -> None:
    for symbol in (present_symbol(session), "L", "U", "N", "O"):
        assert said(symbol, facts, on, session).fit is not Fit.CANNOT


@given(pupil_facts(), days, school_sessions)
def test_a_code_that_can_not_be_right_names_one_that_can(
    facts: PupilFacts, on: date, session: SchoolSession
) -> None:
    for each in advise(facts, on, session):
        if each.fit is Fit.CANNOT:
            assert each.instead
            for symbol in each.instead:
                assert said(symbol, facts, on, session).fit is not Fit.CANNOT
                assert BY_SYMBOL[symbol] in codes_in_force(on)
        else:
            assert (each.instead, each.lacks) == ((), "")


@given(pupil_facts(), days, school_sessions, st.sampled_from(CODES))
def test_the_reason_is_one_sentence_with_its_source(
    facts: PupilFacts, on: date, session: SchoolSession, code: object
) -> None:
    for each in advise(facts, on, session):
        assert each.because.endswith(".")
        assert each.finding.citation.source
        assert each.finding.rule.startswith("advice.")
