"""Finding pupils: names in any order, numbers, filters, leavers and those to come, what is missing; who sees whom."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from rollbook.apps.roll.models import Contact, Parent, Pupil
from rollbook.apps.roll.queries.details import details_of
from rollbook.apps.roll.queries.lists import Search, Standing, find_pupils, note_missing, seen_by
from rollbook.domain.access import Role
from tests.apps.roll.files import school_file, upn
from tests.apps.roll.scene import ON, Scene, make_scene
from tests.factories.people import make_person, viewer_of
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = make_scene()
    make_pupil(scene.school, scene.groups["9A"], "O'Brien", "Siân", born_on=date(2013, 5, 1))
    make_pupil(scene.school, scene.groups["9B"], "Nowak", "Zofia", born_on=date(2012, 5, 1))
    make_pupil(
        scene.school,
        scene.groups["9B"],
        "Nowak",
        "Adam",
        born_on=date(2012, 5, 1),
        last_day=date(2026, 10, 2),
    )
    make_pupil(scene.school, scene.groups["9A"], "Żuraw", "Łucja", first_day=date(2027, 1, 4))
    other = make_scene("Other School")
    make_pupil(other.school, other.groups["9A"], "Nowak", "Other")
    return scene


def _found(scene: Scene, words: str = "", **search: object) -> list[str]:
    listing = find_pupils(scene.viewer, Search(words=words, **search), ON)  # type: ignore[arg-type]
    return [f"{each.forename} {each.surname}" for each in listing.pupils]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["Zofia Nowak", "Siân O'Brien"]),
        ("sian obr", []),
        ("sian brien", ["Siân O'Brien"]),
        ("BRIEN Siân", ["Siân O'Brien"]),
        ("o'b", ["Siân O'Brien"]),
        ("now", ["Zofia Nowak"]),
        ("zzz", []),
    ],
)
def test_names_in_any_order_without_accents(scene: Scene, words: str, found: list[str]) -> None:
    assert _found(scene, words) == found


def test_numbers(scene: Scene) -> None:
    Pupil.objects.filter(surname="Nowak", forename="Zofia").update(upn=upn(3), admission_number="0042")
    for words in (upn(3), upn(3).lower(), "0042"):
        assert _found(scene, words) == ["Zofia Nowak"]
    assert find_pupils(scene.viewer, Search(words="0042"), ON).exact is not None
    assert _found(scene, "42") == []


def test_filters(scene: Scene) -> None:
    assert _found(scene, group_id=scene.groups["9A"].pk) == ["Siân O'Brien"]
    assert _found(scene, year=9) == ["Siân O'Brien"]
    assert _found(scene, letter="N") == ["Zofia Nowak"]
    assert _found(scene, standing=Standing.LEFT) == ["Adam Nowak"]
    assert _found(scene, standing=Standing.COMING) == ["Łucja Żuraw"]


def test_the_year_group_is_that_of_the_time_on_roll(scene: Scene) -> None:
    group, born_on = scene.groups["9B"], date(2010, 5, 1)
    left = date(2021, 9, 3), date(2026, 7, 21)
    make_pupil(scene.school, group, "Left", "Lia", born_on=born_on, first_day=left[0], last_day=left[1])
    make_pupil(scene.school, group, "Later", "Lee", born_on=born_on, first_day=date(2027, 9, 2))
    # Both are of Year 12 by their age in November 2026.
    for standing, name, year in ((Standing.LEFT, "Left", 11), (Standing.COMING, "Later", 13)):
        found = find_pupils(scene.viewer, Search(words=name, standing=standing), ON).pupils
        assert [each.year for each in found] == [year]


def test_letters_and_matches_elsewhere(scene: Scene) -> None:
    listing = find_pupils(scene.viewer, Search(words="nowak"), ON)
    assert dict(listing.letters) == {"N": 1}
    assert dict(listing.elsewhere) == {Standing.LEFT: 1}
    coming = find_pupils(scene.viewer, Search(standing=Standing.COMING), ON)
    assert dict(coming.letters) == {"Z": 1}
    assert (coming.pupils[0].starting_day, coming.pupils[0].group_name) == (date(2027, 1, 4), "9A")


def test_one_exact_hit(scene: Scene) -> None:
    assert find_pupils(scene.viewer, Search(words="zofia nowak"), ON).exact is not None
    assert find_pupils(scene.viewer, Search(words="zof"), ON).exact is None
    # Two of the name, one of whom has left.
    assert find_pupils(scene.viewer, Search(words="nowak"), ON).exact is None


def test_a_teacher_sees_the_pupils_of_their_groups_today_and_no_others(scene: Scene) -> None:
    teacher = viewer_of(scene.teacher, ON)
    seen = seen_by(teacher, ON)
    assert [each.surname for each in seen.pupils] == ["O'Brien"]
    assert seen.groups == [(scene.groups["9A"].pk, "9A")]
    for search in (Search(words="nowak"), Search(standing=Standing.LEFT), Search(standing=Standing.COMING)):
        assert find_pupils(teacher, search, ON).pupils == []
    assert not find_pupils(teacher, Search(words="nowak"), ON).elsewhere
    own, other = (Pupil.objects.get(forename=name) for name in ("Siân", "Zofia"))
    details = details_of(teacher, own.pk, ON)
    assert details is not None
    assert (details.sees_all, details.sees_private, details.may_edit, details.contacts, details.missing) == (
        False,
        False,
        False,
        [],
        (),
    )
    assert details_of(teacher, other.pk, ON) is None


def test_another_schools_pupils_never_appear(scene: Scene) -> None:
    stranger = Pupil.objects.get(forename="Other")
    assert "Other Nowak" not in _found(scene, "nowak")
    assert details_of(scene.viewer, stranger.pk, ON) is None


@pytest.mark.parametrize(
    ("role", "private", "edits"),
    [
        (Role.OFFICE, True, True),
        (Role.ATTENDANCE_OFFICER, True, True),
        (Role.HEAD_TEACHER, True, True),
        (Role.PASTORAL_LEAD, True, False),
        (Role.SENCO, True, False),
    ],
)
def test_who_sees_what(scene: Scene, role: Role, private: bool, edits: bool) -> None:
    viewer = viewer_of(make_person(scene.school, role), ON)
    pupil = Pupil.objects.get(forename="Zofia")
    details = details_of(viewer, pupil.pk, ON)
    assert details is not None
    assert (details.sees_all, details.sees_private, details.may_edit) == (True, private, edits)


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.ADMINISTRATOR])
def test_who_sees_no_pupil_at_all(scene: Scene, role: Role) -> None:
    viewer = viewer_of(make_person(scene.school, role), ON)
    assert find_pupils(viewer, Search(), ON).pupils == []
    assert details_of(viewer, Pupil.objects.get(forename="Zofia").pk, ON) is None


@pytest.mark.policy("P-3.7-5")
def test_the_list_of_pupils_with_something_missing(scene: Scene) -> None:
    pupil = Pupil.objects.get(forename="Zofia")
    Pupil.objects.filter(pk=pupil.pk).update(address="1 High Street", last_school_name="None", upn=upn(1))
    Pupil.objects.filter(forename="Siân").update(address="1 High Street", last_school_name="None", upn=upn(2))
    for child, numbers in (
        (pupil, ("01632 960001", "01632 960002")),
        (Pupil.objects.get(forename="Siân"), ("", "")),
    ):
        for place, number in enumerate(numbers):
            adult = Parent.objects.create(
                school=scene.school,
                forename="Ann",
                surname=f"Adult{place}",
                address="1 High Street",
                telephone=number,
            )
            Contact.objects.create(
                pupil=child, parent=adult, relationship="Mother", lives_with=True, is_worked_with=True
            )
    assert _found(scene, only_missing=True) == ["Siân O'Brien"]
    (row,) = find_pupils(scene.viewer, Search(only_missing=True), ON).pupils
    assert (row.error_count, row.warning_count) == (2, 0)


def test_the_list_takes_the_same_queries_whatever_its_size(
    scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        with django_assert_num_queries(9):
            listing = find_pupils(scene.viewer, Search(), ON)
            note_missing(scene.viewer, listing.pupils, ON)
        scene.load(school_file(150))
    with django_assert_num_queries(9):
        details_of(scene.viewer, listing.pupils[0].id, ON)
