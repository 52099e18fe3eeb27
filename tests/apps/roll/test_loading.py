"""Loading a pupil file: all or nothing, found again and never doubled, with one event that says it all."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from rollbook.apps.roll.actions import loading
from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil
from rollbook.apps.roll.queries import pupils_of_group
from rollbook.apps.roll.queries.file_plan import LoadOptions, plan_load
from rollbook.apps.schools.models import TeachingGroup
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from rollbook.formats.pupil_file import read_pupils
from tests.apps.roll.files import csv_bytes, pupil_row, school_file, upn
from tests.apps.roll.scene import AT, ON, Scene, events, make_scene, whole_roll, without_groups
from tests.factories.people import make_person, viewer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def _errors(scene: Scene, content: bytes, options: LoadOptions | None = None) -> list[tuple[int, str]]:
    plan = plan_load(scene.viewer, read_pupils(content, ON), options or LoadOptions(ON))
    return [(problem.line, problem.message) for problem in plan.errors]


@pytest.mark.policy("P-4.1-1")
def test_a_loaded_pupil_is_on_the_register_from_the_starting_day(scene: Scene) -> None:
    scene.load(csv_bytes([pupil_row(0, Date_of_admission="01/12/2026")]))
    group = scene.groups["9A"]
    assert pupils_of_group(scene.viewer, group.pk, date(2026, 11, 30)) == []
    (pupil,) = pupils_of_group(scene.viewer, group.pk, date(2026, 12, 1))
    assert (pupil.name, pupil.starting_day) == ("Forenamea Surnamea", date(2026, 12, 1))


def test_everything_a_row_says_is_kept(scene: Scene) -> None:
    row = pupil_row(
        1, Known_as="Fi", FSM="Y", SEN_status="K", Start_agreed_on="01/07/2026", Start_agreed_with="Ann"
    )
    scene.load(csv_bytes([row], row))
    pupil = Pupil.objects.get()
    assert (pupil.upn, pupil.admission_number, pupil.legal_forename, pupil.forename) == (
        upn(1),
        "00001",
        "Forenameb",
        "Fi",
    )
    assert (pupil.is_fsm, pupil.sen_status, pupil.address, pupil.postcode) == (
        True,
        "K",
        "1 High Street",
        "B1 1AA",
    )
    enrolment = Enrolment.objects.get()
    assert (enrolment.first_day, enrolment.agreed_on, enrolment.agreed_with) == (
        date(2026, 9, 3),
        date(2026, 7, 1),
        "Ann",
    )
    mother, other = Contact.objects.select_related("parent")
    assert (str(mother.parent), mother.relationship, mother.priority) == ("Mrs Ann Surnameb", "Mother", 1)
    assert (mother.is_parent, mother.has_parental_responsibility, mother.lives_with) == (True, True, True)
    # A parent the pupil lives with has the pupil's address where the file gives no other.
    assert mother.parent.address == "1 High Street"
    assert (other.is_parent, other.has_parental_responsibility, other.priority) == (False, False, 2)


def test_one_event_says_what_was_loaded(scene: Scene) -> None:
    loaded = scene.load(school_file(3))
    (event,) = events("roll.file.loaded")
    assert loaded.new_count == 3
    assert event.by_name == "Ruth Osei"
    assert {name: event.facts[name] for name in ("file", "new", "changed", "unchanged", "refused")} == {
        "file": "pupils.csv",
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
    }


def test_forty_bad_rows_of_twelve_hundred_are_forty_messages_and_nothing_is_loaded(scene: Scene) -> None:
    content = school_file(1200, bad=range(7, 1200, 30))
    before = whole_roll(scene.school)
    with pytest.raises(Refused, match="40 rows need putting right"):
        scene.load(content)
    errors = _errors(scene, content)
    assert errors == [(number + 2, "There is no such day. Check the date.") for number in range(7, 1200, 30)]
    assert whole_roll(scene.school) == before
    assert not events("roll.file.loaded")


def test_good_rows_are_loaded_only_when_told_to(scene: Scene) -> None:
    loaded = scene.load(school_file(30, bad=(4, 9)), good_rows_only=True)
    assert (loaded.new_count, loaded.refused_count) == (28, 2)
    assert not Pupil.objects.filter(upn__in=[upn(4), upn(9)]).exists()
    assert Pupil.objects.count() == 28


def test_twelve_hundred_rows_take_the_same_queries_again(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    content = school_file(1200)
    loaded = scene.load(content)
    assert loaded.new_count == 1200
    with django_assert_max_num_queries(16):
        again = scene.load(content)
    assert (again.new_count, again.changed_count, again.unchanged_count) == (0, 0, 1200)


def test_loading_again_changes_what_differs_and_doubles_nothing(scene: Scene) -> None:
    rows = [pupil_row(number) for number in range(4)]
    scene.load(csv_bytes(rows))
    counts = [model.objects.count() for model in (Pupil, Enrolment, Membership, Contact, Parent)]
    rows[2] |= {
        "Legal Surname": "Shaw",
        "Postcode": "B2 2BB",
        "Contact 1 Telephone": "01632 960111",
        "FSM": "Y",
    }
    loaded = scene.load(csv_bytes(rows))
    assert (loaded.new_count, loaded.changed_count, loaded.unchanged_count) == (0, 1, 3)
    assert [model.objects.count() for model in (Pupil, Enrolment, Membership, Contact, Parent)] == counts
    pupil = Pupil.objects.get(upn=upn(2))
    # The name used at school was the legal one, and follows it.
    assert (pupil.legal_surname, pupil.surname, pupil.postcode, pupil.is_fsm) == (
        "Shaw",
        "Shaw",
        "B2 2BB",
        True,
    )
    (event, _) = events("roll.file.loaded")
    (told,) = event.facts["pupils"]
    assert told["pupil"] == pupil.pk
    assert told["changed"]["Legal surname"] == {"before": "Surnamec", "after": "Shaw"}
    assert told["changed"]["Ann Surnamec: telephone"] == {"before": "01632 960002", "after": "01632 960111"}
    # What few may see stands apart.
    assert told["private"] == {"Free school meals": {"before": False, "after": True}}
    assert scene.load(csv_bytes(rows)).unchanged_count == 4


def test_an_empty_cell_changes_nothing_and_who_is_not_in_the_file_stays(scene: Scene) -> None:
    scene.load(csv_bytes([pupil_row(1), pupil_row(2)]))
    before = whole_roll(scene.school)
    bare = pupil_row(1, UPN="", Postcode="", Last_school="", Contact_1_Name="", Contact_1_Relationship="")
    bare |= {heading: "" for heading in bare if heading.startswith("Contact") or heading == "Address line 1"}
    assert scene.load(csv_bytes([bare])).unchanged_count == 1
    assert whole_roll(scene.school) == before


@pytest.mark.parametrize("without", [(), ("UPN",), ("UPN", "Admission number")])
def test_a_pupil_is_found_by_upn_then_number_then_name_and_birthday(
    scene: Scene, without: tuple[str, ...]
) -> None:
    scene.load(csv_bytes([pupil_row(5)]))
    again = pupil_row(5, Postcode="B9 9ZZ") | dict.fromkeys(without, "")
    loaded = scene.load(csv_bytes([again]))
    assert (loaded.new_count, loaded.changed_count) == (0, 1)


def test_a_temporary_upn_gives_way_and_a_permanent_one_does_not(scene: Scene) -> None:
    scene.load(csv_bytes([pupil_row(5, UPN="", Admission_number="")]))
    assert scene.load(csv_bytes([pupil_row(5, Admission_number="")])).changed_count == 1
    assert Pupil.objects.get().upn == upn(5)
    (error,) = _errors(scene, csv_bytes([pupil_row(5, UPN=upn(77), Admission_number="")]))
    assert f"is held with the UPN {upn(5)}" in error[1]


def test_numbers_of_somebody_else_are_refused(scene: Scene) -> None:
    scene.load(csv_bytes([pupil_row(1), pupil_row(2)]))
    mixed = pupil_row(1, Admission_number="00002")
    stranger = pupil_row(50, UPN=upn(2), Admission_number="")
    errors = _errors(scene, csv_bytes([mixed, stranger]))
    assert "is Forenameb Surnameb's and the admission number Forenamec Surnamec's" in errors[0][1]
    assert "This UPN is Forenamec Surnamec's" in errors[1][1]


def test_two_rows_for_one_pupil(scene: Scene) -> None:
    scene.load(csv_bytes([pupil_row(1)]))
    twice = [pupil_row(1), pupil_row(1, UPN="", Admission_number="")]
    assert _errors(scene, csv_bytes(twice)) == [(3, "This is the same pupil as on line 2.")]
    new = [pupil_row(9), pupil_row(9, UPN="", Admission_number="")]
    ((line, message),) = _errors(scene, csv_bytes(new))
    assert line == 3
    assert "Line 2 has the same name and date of birth" in message


def test_a_changed_group_ends_the_day_before(scene: Scene) -> None:
    scene.load(csv_bytes([pupil_row(0)]))
    scene.load(csv_bytes([pupil_row(0, Reg_Group="9b")]), options=LoadOptions(date(2027, 1, 4)))
    spells = Membership.objects.order_by("first_day").values_list("group__name", "first_day", "last_day")
    assert list(spells) == [
        ("9A", date(2026, 9, 3), date(2027, 1, 3)),
        ("9B", date(2027, 1, 4), None),
    ]


def test_a_group_that_is_not_there(scene: Scene) -> None:
    content = csv_bytes([pupil_row(0, Reg_Group="10Z"), pupil_row(1, Reg_Group="10z")])
    assert _errors(scene, content)[0] == (2, "There is no teaching group 10Z on 23 November 2026.")
    loaded = scene.load(content, options=LoadOptions(ON, makes_groups=True))
    assert loaded.groups_made == ("10Z",)
    group = TeachingGroup.objects.get(name="10Z")
    assert group.first_day == date(2026, 9, 1)
    assert Membership.objects.filter(group=group, first_day=date(2026, 9, 3)).count() == 2
    assert events("group.added")[0].facts["name"] == "10Z"


def test_a_pupil_from_before_the_group_is_in_it_from_its_first_day(scene: Scene) -> None:
    TeachingGroup.objects.filter(name="9A").update(first_day=date(2026, 9, 1))
    scene.load(csv_bytes([pupil_row(0, Date_of_admission="03/09/2023")]))
    assert Enrolment.objects.get().first_day == date(2023, 9, 3)
    assert Membership.objects.get().first_day == date(2026, 9, 1)


def test_a_starting_day_put_right_moves_the_group_along(scene: Scene) -> None:
    scene.load(csv_bytes([pupil_row(0)]))
    scene.load(csv_bytes([pupil_row(0, Date_of_admission="07/09/2026")]))
    assert Enrolment.objects.get().first_day == Membership.objects.get().first_day == date(2026, 9, 7)


def test_a_pupil_who_left_comes_back_only_with_a_later_starting_day(scene: Scene) -> None:
    scene.load(csv_bytes([pupil_row(0)]))
    Enrolment.objects.update(last_day=date(2026, 10, 2))
    Membership.objects.update(last_day=date(2026, 10, 2))
    assert "left on 2 October 2026" in _errors(scene, csv_bytes([pupil_row(0)]))[0][1]
    scene.load(csv_bytes([pupil_row(0, Date_of_admission="30/11/2026")]))
    assert list(Enrolment.objects.values_list("first_day", "last_day")) == [
        (date(2026, 9, 3), date(2026, 10, 2)),
        (date(2026, 11, 30), None),
    ]
    assert pupils_of_group(scene.viewer, scene.groups["9A"].pk, date(2026, 11, 30))


def test_brothers_and_sisters_share_an_adult(scene: Scene) -> None:
    same = {"Contact_1_Name": "Mrs Ann Shaw", "Contact_1_Telephone": "01632 960500"}
    rows = [pupil_row(1, **same), pupil_row(2, **same), pupil_row(3, Contact_1_Name="Mrs Ann Shaw")]
    scene.load(csv_bytes(rows))
    assert Parent.objects.filter(surname="Shaw").count() == 2
    rows[0]["Contact 1 Telephone"] = "01632 960501"
    plan = plan_load(scene.viewer, read_pupils(csv_bytes(rows), ON), LoadOptions(ON))
    # The file contradicts itself about one adult: its first word counts, and the second is pointed out.
    assert [warning.message for warning in plan.warnings] == [
        "The telephone of Ann Shaw differs from line 2. The one on line 2 is kept."
    ]


def test_who_may_not_import_is_refused(scene: Scene) -> None:
    viewer = viewer_of(scene.teacher, ON)
    with pytest.raises(Refused, match="may not import"):
        scene.load(school_file(1), viewer=viewer, by=viewer.actor)
    assert not Pupil.objects.exists()


def test_groups_are_made_only_by_those_who_may(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    without_groups(monkeypatch, Role.OFFICE)
    office = viewer_of(make_person(scene.school, Role.OFFICE), ON)
    with pytest.raises(Refused):
        scene.load(
            csv_bytes([pupil_row(0, Reg_Group="10Z")]),
            viewer=office,
            by=office.actor,
            options=LoadOptions(ON, makes_groups=True),
        )
    assert not Pupil.objects.exists()


def test_a_file_without_a_good_row_is_refused(scene: Scene) -> None:
    with pytest.raises(Refused, match="No row"):
        scene.load(school_file(1, bad=[0]), good_rows_only=True)


def test_a_plan_that_is_out_of_date_is_not_carried_out(scene: Scene) -> None:
    content = school_file(2)
    seen = plan_load(scene.viewer, read_pupils(content, ON), LoadOptions(ON)).digest
    scene.load(csv_bytes([pupil_row(0)]))
    with pytest.raises(Refused, match="Somebody else changed the roll"):
        scene.load(content, seen=seen)
    assert Pupil.objects.count() == 1


def test_nothing_changes_when_the_event_cannot_be_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the log is full")

    scene.load(csv_bytes([pupil_row(0)]))
    before = whole_roll(scene.school)
    monkeypatch.setattr(loading, "record", fail)
    with pytest.raises(RuntimeError, match="the log is full"):
        scene.load(csv_bytes([pupil_row(0, Postcode="B9 9ZZ"), pupil_row(1)]))
    assert whole_roll(scene.school) == before


def test_another_school_is_untouched(scene: Scene) -> None:
    other = make_scene("Other School")
    other.load(school_file(3))
    before = whole_roll(other.school)
    loaded = scene.load(csv_bytes([pupil_row(number, Postcode="B9 9ZZ") for number in range(3)]))
    assert (loaded.new_count, loaded.changed_count) == (3, 0)
    assert whole_roll(other.school) == before


def test_at_is_what_the_event_says(scene: Scene) -> None:
    scene.load(school_file(1))
    assert events("roll.file.loaded")[0].at == AT
