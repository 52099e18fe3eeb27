"""What the admission register lacks: nothing, an error at no number, a warning at one."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.admission_register import AdmissionEntry, Adult, Lack, Level, what_is_missing

MOTHER = Adult("Amina Khan", is_parent=True, lives_with=True, has_address=True, number_count=2)
AUNT = Adult("Sara Khan", is_parent=False, lives_with=False, has_address=False, number_count=1)
COMPLETE = AdmissionEntry(
    upn="A802200106001",
    address="1 High Street",
    last_school_name="None",
    adults=(MOTHER, AUNT),
    is_on_a_register=True,
    starting_day=date(2026, 9, 3),
)


def _told(entry: AdmissionEntry) -> list[tuple[str, str]]:
    return [(missing.level.value, missing.message) for missing in what_is_missing(entry)]


def test_a_complete_entry_lacks_nothing() -> None:
    assert what_is_missing(COMPLETE) == ()
    assert what_is_missing(replace(COMPLETE, is_on_a_register=None)) == ()


@pytest.mark.policy("P-3.7-5")
@pytest.mark.parametrize(
    ("mother", "aunt", "told"),
    [
        (0, 0, [("error", "There is no emergency number of Amina Khan, with whom the pupil lives.")]),
        (
            0,
            1,
            [
                ("error", "There is no emergency number of Amina Khan, with whom the pupil lives."),
                ("warning", "There is only one emergency number. The policy asks parents for more than one."),
            ],
        ),
        (
            1,
            0,
            [("warning", "There is only one emergency number. The policy asks parents for more than one.")],
        ),
        (
            2,
            0,
            [
                (
                    "warning",
                    "All emergency numbers are Amina Khan's. Ask for a second adult where there is one.",
                )
            ],
        ),
        (1, 1, []),
        (2, 1, []),
    ],
)
def test_emergency_numbers(mother: int, aunt: int, told: list[tuple[str, str]]) -> None:
    adults = (replace(MOTHER, number_count=mother), replace(AUNT, number_count=aunt))
    assert _told(replace(COMPLETE, adults=adults)) == told


@pytest.mark.policy("P-3.7-1")
def test_parents() -> None:
    assert _told(replace(COMPLETE, adults=(AUNT,))) == [("error", "No parent is recorded.")]
    elsewhere = replace(MOTHER, lives_with=False, has_address=False)
    assert _told(replace(COMPLETE, adults=(elsewhere, AUNT))) == [
        ("error", "There is no address of Amina Khan."),
        ("error", "It is not recorded which parent the pupil normally lives with."),
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"upn": ""}, ("warning", "There is no UPN.")),
        ({"address": ""}, ("error", "There is no address of the pupil.")),
        ({"starting_day": None}, ("error", "There is no starting day.")),
        (
            {"last_school_name": ""},
            ("error", "The school last attended is not recorded. Where there was none, write None."),
        ),
        (
            {"is_on_a_register": False},
            ("error", "The pupil is on roll but in no teaching group, and so on no register."),
        ),
    ],
)
def test_each_thing_that_can_lack(change: dict[str, object], told: tuple[str, str]) -> None:
    assert _told(replace(COMPLETE, **change)) == [told]  # type: ignore[arg-type]


adults = st.builds(Adult, st.just("A"), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 3))


@given(st.lists(adults, max_size=4), st.booleans(), st.booleans())
def test_errors_come_first_and_every_one_has_its_source(found: list[Adult], upn: bool, home: bool) -> None:
    entry = replace(COMPLETE, adults=tuple(found), upn="x" * upn, address="x" * home)
    missing = what_is_missing(entry)
    levels = [each.level for each in missing]
    assert levels == sorted(levels, key=lambda level: level is Level.WARNING)
    assert all(each.citation.source and each.message.endswith((".", "one.")) for each in missing)


@given(st.lists(adults, max_size=4))
def test_order_of_contacts_does_not_matter_for_what_is_missing(found: list[Adult]) -> None:
    one = what_is_missing(replace(COMPLETE, adults=tuple(found)))
    other = what_is_missing(replace(COMPLETE, adults=tuple(reversed(found))))
    assert sorted(map(str, one)) == sorted(map(str, other))


# --- The rest of regulation 8 and of section 3.7 -----------------------------------------------------------------


def test_the_school_last_attended_has_an_address_unless_there_was_none() -> None:
    named = replace(COMPLETE, last_school_name="Moor Lane School")
    assert _told(named) == [("error", "There is no address of the school last attended, Moor Lane School.")]
    assert _told(replace(named, last_school_address="Moor Lane")) == []
    assert _told(replace(COMPLETE, last_school_name=" none ")) == []


def test_a_parent_has_a_first_name_a_kind_and_one_of_two_is_worked_with() -> None:
    nameless = replace(MOTHER, name="Khan", has_forename=False, has_kind=False, contact_id=7)
    found = what_is_missing(replace(COMPLETE, adults=(nameless, AUNT)))
    assert [(each.kind, each.level, each.contact_id) for each in found] == [
        (Lack.PARENT_NAME, Level.ERROR, 7),
        (Lack.KIND_OF_PARENT, Level.WARNING, 7),
    ]
    father = replace(MOTHER, name="Ali Khan", is_worked_with=False)
    both = replace(COMPLETE, adults=(replace(MOTHER, is_worked_with=False, contact_id=3), father))
    (missing,) = what_is_missing(both)
    assert (missing.kind, missing.contact_id) == (Lack.WORKED_WITH, 3)
    assert what_is_missing(replace(COMPLETE, adults=(MOTHER, father))) == ()


def test_before_the_start_the_agreement_is_asked_for_and_afterwards_not() -> None:
    assert [each.kind for each in what_is_missing(replace(COMPLETE, is_agreed=False))] == [Lack.AGREEMENT]
    assert what_is_missing(replace(COMPLETE, is_agreed=True)) == ()


def test_a_notified_address_whose_day_has_come_is_to_be_entered() -> None:
    (missing,) = what_is_missing(replace(COMPLETE, moved_on=date(2026, 11, 2)))
    assert (missing.kind, missing.level) == (Lack.NEW_ADDRESS, Level.WARNING)
    assert "from 2 November 2026" in missing.message


def test_every_kind_has_words_and_every_level_stands_for_one_kind() -> None:
    assert len({kind.words for kind in Lack}) == len(Lack)
    alone = replace(MOTHER, lives_with=False, contact_id=5)
    (missing,) = what_is_missing(replace(COMPLETE, adults=(alone, AUNT)))
    assert (missing.kind, missing.contact_id) == (Lack.LIVES_WITH, 5)
