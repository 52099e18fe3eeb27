"""Changing the admission register by hand: each change with its event, each refusal without a trace."""

from datetime import date
from typing import Any

import pytest

from rollbook.apps.roll.actions import contacts, enrolments, note_look, pupils
from rollbook.apps.roll.actions.contacts import add_contact, change_contact, move_contact, remove_contact
from rollbook.apps.roll.actions.enrolments import Spell, change_enrolment, move_to_group, take_back
from rollbook.apps.roll.actions.pupils import Start, add_pupil, change_pupil
from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil, ReturnDue
from rollbook.apps.roll.queries import pupils_of_group
from rollbook.apps.roll.queries.details import contacts_of
from rollbook.domain.refusals import Refused
from tests.apps.roll.files import upn
from tests.apps.roll.scene import AT, ON, Scene, events, make_scene, whole_roll
from tests.factories.people import viewer_of
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db

MOTHER: dict[str, Any] = {
    "title": "Mrs",
    "forename": "Amina",
    "surname": "Khan",
    "telephone": "01632 960001",
    "other_telephone": "",
    "email": "amina@example.org",
    "address": "1 High Street",
    "postcode": "B1 1AA",
    "relationship": "Mother",
    "is_parent": True,
    "is_natural_parent": True,
    "has_parental_responsibility": True,
    "has_day_to_day_care": True,
    "is_worked_with": True,
    "lives_with": True,
    "is_emergency_contact": True,
}
NEW: dict[str, Any] = {
    "legal_surname": "Khan",
    "legal_forename": "Sara",
    "surname": "Khan",
    "forename": "Sara",
    "sex": "F",
    "born_on": date(2013, 5, 4),
    "upn": upn(1),
    "admission_number": "77",
}


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def pupil(scene: Scene) -> Pupil:
    return make_pupil(scene.school, scene.groups["9A"], "Khan", "Sara")


def _by(scene: Scene) -> dict[str, Any]:
    return {"viewer": scene.viewer, "by": scene.viewer.actor, "at": AT}


def _add(scene: Scene, first_day: date = ON, values: dict[str, Any] = NEW, **more: Any) -> Pupil:
    start = Start(first_day, scene.groups["9A"].pk, agreed_on=date(2026, 11, 2), agreed_with="Amina Khan")
    return add_pupil(values=values, start=start, **more, **_by(scene))


# --- Adding --------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.1-1")
def test_a_pupil_added_by_hand_is_on_the_register_from_the_starting_day(scene: Scene) -> None:
    added = _add(scene, date(2026, 11, 30))
    group = scene.groups["9A"].pk
    assert pupils_of_group(scene.viewer, group, date(2026, 11, 29)) == []
    assert [each.id for each in pupils_of_group(scene.viewer, group, date(2026, 11, 30))] == [added.pk]
    (event,) = events("roll.pupil.added")
    assert event.subject == f"pupil:{added.pk}"
    assert event.facts["starting_day"] == "2026-11-30"
    assert event.facts["changed"]["Legal surname"]["after"] == "Khan"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"upn": "A123"}, "upn"),
        ({"legal_surname": "--"}, "legal_surname"),
        ({"surname": "<b>"}, "surname"),
        ({"legal_surname": "=HYPERLINK(1)"}, "legal_surname"),
        ({"forename": "@Sara"}, "forename"),
        ({"middle_names": "+1"}, "middle_names"),
        ({"born_on": date(2030, 1, 1)}, "born_on"),
        ({"born_on": date(1990, 1, 1)}, "born_on"),
    ],
)
def test_what_can_not_be_is_refused(scene: Scene, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        _add(scene, values=NEW | changed)
    assert field in {refusal.field for refusal in refused.value.refusals}
    assert not Pupil.objects.exists()


def test_numbers_are_given_once_in_a_school_and_names_looked_at_twice(scene: Scene) -> None:
    _add(scene)
    with pytest.raises(Refused, match=r"Sara Khan has this UPN already.*admission number already"):
        _add(scene)
    same = NEW | {"upn": "", "admission_number": ""}
    with pytest.raises(Refused, match="in the admission register already"):
        _add(scene, values=same)
    _add(scene, values=same, is_somebody_else=True)
    _add(make_scene("Other School"))
    assert Pupil.objects.count() == 3


def test_a_group_must_be_there_on_the_starting_day(scene: Scene) -> None:
    with pytest.raises(Refused, match="no such teaching group"):
        _add(scene, date(2019, 9, 2))
    with pytest.raises(Refused, match="two years away"):
        _add(scene, date(2029, 9, 2))


# --- A pupil's entry -----------------------------------------------------------------------------------------


def test_a_change_is_told_before_and_after(scene: Scene, pupil: Pupil) -> None:
    values = {"forename": "Sally", "born_on": date(2014, 5, 18), "sen_status": "K", "surname": "Khan"}
    assert change_pupil(pupil_id=pupil.pk, values=values, **_by(scene))
    (event,) = events("roll.pupil.changed")
    assert event.facts == {
        "changed": {
            "First name used at school": {"before": "Sara", "after": "Sally"},
            "Date of birth": {"before": "2014-05-17", "after": "2014-05-18"},
        },
        "private": {"SEN": {"before": "N", "after": "K"}},
    }
    assert not change_pupil(pupil_id=pupil.pk, values=values, **_by(scene))
    assert len(events("roll.pupil.changed")) == 1


def test_two_people_change_the_same_field(scene: Scene, pupil: Pupil) -> None:
    change_pupil(pupil_id=pupil.pk, values={"forename": "Sally"}, seen={"forename": "Sara"}, **_by(scene))
    with pytest.raises(Refused, match="First name used at school is now “Sally”"):
        change_pupil(pupil_id=pupil.pk, values={"forename": "Sal"}, seen={"forename": "Sara"}, **_by(scene))
    assert Pupil.objects.get().forename == "Sally"


def test_another_schools_pupil_is_not_found(scene: Scene, pupil: Pupil) -> None:
    other = make_scene("Other School")
    before = whole_roll(scene.school)
    for action, arguments in (
        (change_pupil, {"values": {"forename": "X"}}),
        (add_contact, {"values": MOTHER}),
        (move_to_group, {"group_id": scene.groups["9B"].pk, "on": ON}),
    ):
        with pytest.raises(Refused, match="not in your school"):
            action(pupil_id=pupil.pk, **arguments, **_by(other))  # type: ignore[operator]
    assert whole_roll(scene.school) == before


def test_a_teacher_changes_nothing(scene: Scene, pupil: Pupil) -> None:
    viewer = viewer_of(scene.teacher, ON)
    who: dict[str, Any] = {"viewer": viewer, "by": viewer.actor, "at": AT}
    spell = Spell(ON, None, "", is_boarder=False)
    before = whole_roll(scene.school)
    for action, arguments in (
        (change_pupil, {"values": {"forename": "X"}}),
        (add_contact, {"values": MOTHER}),
        (change_contact, {"contact_id": 1, "values": MOTHER}),
        (move_contact, {"contact_id": 1, "is_up": True}),
        (remove_contact, {"contact_id": 1}),
        (move_to_group, {"group_id": scene.groups["9B"].pk, "on": ON}),
        (change_enrolment, {"enrolment_id": 1, "spell": spell}),
        (take_back, {"spell": spell, "group_id": scene.groups["9B"].pk}),
    ):
        with pytest.raises(Refused, match="You may not change"):
            action(pupil_id=pupil.pk, **arguments, **who)  # type: ignore[operator]
    assert whole_roll(scene.school) == before


# --- Contacts ------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-3.7-1")
def test_parents_in_the_legal_sense_are_told_from_other_contacts(scene: Scene, pupil: Pupil) -> None:
    add_contact(pupil_id=pupil.pk, values=MOTHER, **_by(scene))
    aunt = MOTHER | {"forename": "Jo", "telephone": "01632 960002", "relationship": "Aunt"}
    kinds = ("is_natural_parent", "has_parental_responsibility", "has_day_to_day_care")
    aunt |= dict.fromkeys((*kinds, "is_parent", "is_worked_with", "lives_with"), False)
    add_contact(pupil_id=pupil.pk, values=aunt, **_by(scene))
    held = contacts_of(pupil)
    assert [(str(each.parent), each.is_parent, each.priority) for each in held] == [
        ("Mrs Amina Khan", True, 1),
        ("Mrs Jo Khan", False, 2),
    ]
    assert [event.facts["contact"] for event in events("roll.contact.added")] == [
        "Mrs Jo Khan (Aunt)",
        "Mrs Amina Khan (Mother)",
    ]


def test_a_sisters_mother_is_the_same_adult(scene: Scene, pupil: Pupil) -> None:
    sister = make_pupil(scene.school, scene.groups["9B"], "Khan", "Zara")
    for each in (pupil, sister):
        add_contact(pupil_id=each.pk, values=MOTHER, **_by(scene))
    assert Parent.objects.count() == 1
    contact = Contact.objects.get(pupil=sister)
    change_contact(
        pupil_id=sister.pk, contact_id=contact.pk, values=MOTHER | {"telephone": "01632 960009"}, **_by(scene)
    )
    assert contacts_of(pupil)[0].parent.telephone == "01632 960009"
    assert events("roll.contact.changed")[0].facts["changed"] == {
        "Telephone": {"before": "01632 960001", "after": "01632 960009"}
    }
    remove_contact(pupil_id=sister.pk, contact_id=contact.pk, **_by(scene))
    assert Parent.objects.count() == 1
    remove_contact(pupil_id=pupil.pk, contact_id=contacts_of(pupil)[0].pk, **_by(scene))
    assert not Parent.objects.exists()
    # What was held stays in the evidence.
    assert events("roll.contact.removed")[0].facts["was"]["telephone"] == "01632 960009"


def test_contacts_change_places(scene: Scene, pupil: Pupil) -> None:
    for name in ("Ann", "Bea", "Cy"):
        add_contact(pupil_id=pupil.pk, values=MOTHER | {"forename": name, "telephone": ""}, **_by(scene))
    third = contacts_of(pupil)[2]
    move_contact(pupil_id=pupil.pk, contact_id=third.pk, is_up=True, **_by(scene))
    move_contact(pupil_id=pupil.pk, contact_id=third.pk, is_up=True, **_by(scene))
    move_contact(pupil_id=pupil.pk, contact_id=third.pk, is_up=True, **_by(scene))
    assert [each.parent.forename for each in contacts_of(pupil)] == ["Cy", "Ann", "Bea"]
    assert [event.facts["place"] for event in events("roll.contact.changed")] == [
        {"before": 2, "after": 1},
        {"before": 3, "after": 2},
    ]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"surname": "*"}, "at least one letter"),
        ({"surname": "-Khan"}, "can't begin with =, \\+, - or @"),
        ({"forename": "=1+1"}, "can't begin with =, \\+, - or @"),
        ({"is_parent": False, "is_worked_with": False}, "is a parent: tick this"),
        ({"relationship": " "}, "what this adult is"),
        ({"address": "<x>"}, "<"),
    ],
)
def test_contacts_that_are_refused(scene: Scene, pupil: Pupil, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        add_contact(pupil_id=pupil.pk, values=MOTHER | changed, **_by(scene))
    add_contact(pupil_id=pupil.pk, values=MOTHER, **_by(scene))
    with pytest.raises(Refused, match="a contact of the pupil already"):
        add_contact(pupil_id=pupil.pk, values=MOTHER, **_by(scene))
    with pytest.raises(Refused, match="no longer there"):
        remove_contact(pupil_id=pupil.pk, contact_id=10**6, **_by(scene))
    assert Contact.objects.count() == 1


# --- Groups and time on roll ---------------------------------------------------------------------------------


def _groups(pupil: Pupil) -> list[tuple[str, date, date | None]]:
    rows = Membership.objects.filter(pupil=pupil).order_by("first_day")
    return list(rows.values_list("group__name", "first_day", "last_day"))


def test_a_move_keeps_the_history(scene: Scene, pupil: Pupil) -> None:
    move_to_group(pupil_id=pupil.pk, group_id=scene.groups["9C"].pk, on=date(2027, 1, 4), **_by(scene))
    move_to_group(pupil_id=pupil.pk, group_id=scene.groups["9B"].pk, on=ON, **_by(scene))
    assert _groups(pupil) == [
        ("9A", date(2026, 9, 3), date(2026, 11, 22)),
        ("9B", ON, date(2027, 1, 3)),
        ("9C", date(2027, 1, 4), None),
    ]
    assert events("roll.pupil.moved")[0].facts == {"from": "9A", "to": "9B", "on": "2026-11-23"}
    # On the same day again it is a change of mind, not a day in each.
    move_to_group(pupil_id=pupil.pk, group_id=scene.groups["9D"].pk, on=ON, **_by(scene))
    assert _groups(pupil)[1] == ("9D", ON, date(2027, 1, 3))
    assert events("roll.pupil.moved")[0].facts["from"] == "9B"


def test_moves_that_are_refused(scene: Scene, pupil: Pupil) -> None:
    before = whole_roll(scene.school)
    other = make_scene("Other School")
    for group_id, on, words in (
        (scene.groups["9A"].pk, ON, "in 9A on 23 November 2026 already"),
        (scene.groups["9B"].pk, date(2026, 9, 1), "not on roll on 1 September"),
        (scene.groups["9B"].pk, date(2019, 9, 1), "no such teaching group"),
        (other.groups["9B"].pk, ON, "no such teaching group"),
    ):
        with pytest.raises(Refused, match=words):
            move_to_group(pupil_id=pupil.pk, group_id=group_id, on=on, **_by(scene))
    assert whole_roll(scene.school) == before


def test_a_starting_day_moves_with_its_group_and_its_return(scene: Scene) -> None:
    pupil = _add(scene, date(2026, 11, 30))
    row = Enrolment.objects.get(pupil=pupil)
    assert ReturnDue.objects.get(pupil=pupil).due_on == date(2026, 12, 5)
    spell = Spell(date(2026, 12, 7), date(2026, 11, 2), "Amina Khan", is_boarder=False)
    assert change_enrolment(pupil_id=pupil.pk, enrolment_id=row.pk, spell=spell, **_by(scene))
    assert _groups(pupil) == [("9A", date(2026, 12, 7), None)]
    assert ReturnDue.objects.get(pupil=pupil).due_on == date(2026, 12, 12)
    assert events("roll.pupil.changed")[0].facts["changed"]["Starting day"] == {
        "before": "2026-11-30",
        "after": "2026-12-07",
    }
    assert not change_enrolment(pupil_id=pupil.pk, enrolment_id=row.pk, spell=spell, **_by(scene))


def test_a_starting_day_that_can_not_be(scene: Scene, pupil: Pupil) -> None:
    row = Enrolment.objects.get(pupil=pupil)
    spell = Spell(date(2015, 9, 3), None, "", is_boarder=False)
    with pytest.raises(Refused, match="under 2"):
        change_enrolment(pupil_id=pupil.pk, enrolment_id=row.pk, spell=spell, **_by(scene))
    Enrolment.objects.filter(pk=row.pk).update(last_day=date(2026, 10, 2))
    spell = Spell(date(2026, 10, 5), None, "", is_boarder=False)
    with pytest.raises(Refused, match="can't be after the last day on roll, 2 October 2026"):
        change_enrolment(pupil_id=pupil.pk, enrolment_id=row.pk, spell=spell, **_by(scene))


def test_a_pupil_comes_back_and_the_earlier_time_stays(scene: Scene, pupil: Pupil) -> None:
    Enrolment.objects.filter(pupil=pupil).update(last_day=date(2026, 10, 2))
    Membership.objects.filter(pupil=pupil).update(last_day=date(2026, 10, 2))
    again = Spell(date(2026, 10, 2), None, "", is_boarder=False)
    with pytest.raises(Refused, match="already"):
        take_back(pupil_id=pupil.pk, spell=again, group_id=scene.groups["9B"].pk, **_by(scene))
    again = Spell(ON, None, "", is_boarder=False)
    take_back(pupil_id=pupil.pk, spell=again, group_id=scene.groups["9B"].pk, **_by(scene))
    assert _groups(pupil) == [("9A", date(2026, 9, 3), date(2026, 10, 2)), ("9B", ON, None)]
    spells = Enrolment.objects.filter(pupil=pupil).order_by("first_day")
    assert list(spells.values_list("first_day", "last_day")) == [
        (date(2026, 9, 3), date(2026, 10, 2)),
        (ON, None),
    ]
    assert events("roll.pupil.added")[0].facts["again"] is True
    assert ReturnDue.objects.get(pupil=pupil).due_on == date(2026, 11, 28)


# --- Looks -----------------------------------------------------------------------------------------


def test_a_look_is_noted_once_an_hour(scene: Scene, pupil: Pupil) -> None:
    who = _by(scene)
    for at in (AT, AT.replace(minute=59), AT.replace(hour=11, minute=0)):
        note_look(pupil_id=pupil.pk, **(who | {"at": at}))
    assert [event.at for event in events("roll.pupil.viewed")] == [AT.replace(hour=11, minute=0), AT]


@pytest.mark.parametrize("broken", [pupils, contacts, enrolments])
def test_nothing_changes_when_the_event_can_not_be_written(
    scene: Scene, pupil: Pupil, broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_contact(pupil_id=pupil.pk, values=MOTHER, **_by(scene))
    contact, row = contacts_of(pupil)[0], Enrolment.objects.get(pupil=pupil)
    before = whole_roll(scene.school)

    def fail(**_: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(broken, "record", fail)
    here: dict[str, Any] = {"pupil_id": pupil.pk, **_by(scene)}
    spell = Spell(date(2026, 9, 1), None, "", is_boarder=False)
    tries: dict[Any, list[Any]] = {
        pupils: [
            lambda: change_pupil(values={"forename": "X"}, **here),
            lambda: _add(scene),
        ],
        contacts: [
            lambda: add_contact(values=MOTHER | {"forename": "B"}, **here),
            lambda: change_contact(contact_id=contact.pk, values=MOTHER | {"forename": "B"}, **here),
            lambda: remove_contact(contact_id=contact.pk, **here),
        ],
        enrolments: [
            lambda: move_to_group(group_id=scene.groups["9B"].pk, on=ON, **here),
            lambda: change_enrolment(enrolment_id=row.pk, spell=spell, **here),
        ],
    }
    for attempt in tries[broken]:
        with pytest.raises(RuntimeError):
            attempt()
    assert whole_roll(scene.school) == before
