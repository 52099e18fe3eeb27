"""Undoing an import: by ordinary changes, with a reason, and never over what somebody has done since."""

from datetime import timedelta
from typing import Any

import pytest

from rollbook.apps.accounts.models import Appointment
from rollbook.apps.exchange.actions.loading import undo_import, undo_steps
from rollbook.apps.roll.actions.contacts import CONTACT_FIELDS, PARENT_FIELDS, change_contact
from rollbook.apps.roll.actions.enrolments import move_to_group
from rollbook.apps.roll.actions.pupils import change_pupil
from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil, WithdrawnPlace
from rollbook.apps.schools.models import GroupTeacher, TeachingGroup
from rollbook.domain.access import Role, Viewer
from rollbook.domain.refusals import Refused
from tests.apps.exchange.scene import HEADINGS, act, load, sound, text_file, undo
from tests.apps.roll.files import csv_bytes, pupil_row
from tests.apps.roll.scene import AT, ON, Scene, events, make_scene, whole_roll
from tests.factories.people import make_person, viewer_of

pytestmark = pytest.mark.django_db


def test_changed_fields_of_pupils_and_contacts_are_set_back(scene: Scene, head: Viewer) -> None:
    before = whole_roll(scene.school)
    changed = pupil_row(0, Postcode="B9 9ZZ", FSM="Y", Contact_1_Telephone="01632 960999", DOB="02/09/2012")
    kept = load(head, "pupils", csv_bytes([changed]))
    assert Pupil.objects.get(admission_number="00000").postcode == "B9 9ZZ"
    assert whole_roll(scene.school) != before
    assert undo(head, kept).count == 2
    assert whole_roll(scene.school) == before
    (event,) = events("exchange.import.undone")
    assert (event.facts["because"], event.facts["records"], event.by_name) == (
        "The wrong file",
        2,
        "Hope Lane",
    )
    # Each is an ordinary change, with its own line in the log.
    assert events("roll.pupil.changed")[0].facts["changed"]["Postcode"] == {
        "before": "B9 9ZZ",
        "after": "B1 1AA",
    }
    kept.refresh_from_db()
    assert (kept.undone_by_name, kept.undo_reason) == ("Hope Lane", "The wrong file")
    with pytest.raises(Refused, match="not one that can be undone"):
        undo(head, kept)


def test_what_somebody_changed_since_stays(scene: Scene, head: Viewer) -> None:
    rows = [pupil_row(number, Postcode="B9 9ZZ") for number in (0, 1)]
    kept = load(head, "pupils", csv_bytes(rows))
    first = Pupil.objects.get(admission_number="00000")
    change_pupil(pupil_id=first.pk, values={"postcode": "B7 7AA"}, **act(head))
    steps = undo_steps(head, kept, ON)
    assert [step.problem for step in steps] == ["", "Somebody has changed it since the import."]
    undo(head, kept)
    assert list(Pupil.objects.order_by("admission_number").values_list("postcode", flat=True)) == [
        "B7 7AA",
        "B1 1AA",
    ]


def test_pupils_added_by_mistake_are_withdrawn_and_stay_on_record(scene: Scene, head: Viewer) -> None:
    kept = load(head, "pupils", sound("pupils"))
    assert Enrolment.objects.count() == 4
    undo(head, kept)
    assert Enrolment.objects.count() == 2
    assert WithdrawnPlace.objects.filter(because="The wrong file").count() == 2
    # The file may be loaded again all the same.
    assert load(head, "pupils", sound("pupils")).result["changed"] == 2
    assert Enrolment.objects.count() == 4


def test_a_pupil_with_marks_stays(scene: Scene, head: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    from rollbook.apps.exchange.queries import undoing

    kept = load(head, "pupils", sound("pupils"))
    marked = Pupil.objects.get(surname="Nowak")
    monkeypatch.setattr(undoing, "pupils_with_marks", lambda _viewer, ids: {marked.pk} & set(ids))
    steps = {step.row.who: step.problem for step in undo_steps(head, kept, ON)}
    assert steps["Nowak, Zofia"].startswith("The pupil has marks, so the entry stays.")
    assert undo(head, kept).count == 1
    assert Enrolment.objects.filter(pupil=marked).exists()


def test_only_who_approves_removals_withdraws_an_entry_that_has_begun(scene: Scene, head: Viewer) -> None:
    kept = load(head, "pupils", sound("pupils"))
    (first, *_) = undo_steps(scene.viewer, kept, ON)
    assert "only somebody who approves removals" in first.problem
    with pytest.raises(
        Refused, match=r"Nothing can be put back. Line 3, Doyle, Sean: The starting day has come"
    ):
        undo(scene.viewer, kept)
    admin = viewer_of(make_person(scene.school, Role.ADMINISTRATOR), ON)
    assert "You may not change pupils" in undo_steps(admin, kept, ON)[0].problem


def test_a_pupil_whom_somebody_has_moved_since_stays(scene: Scene, head: Viewer) -> None:
    kept = load(head, "pupils", sound("pupils"))
    pupil = Pupil.objects.get(surname="Nowak")
    move_to_group(pupil_id=pupil.pk, group_id=_group("9C"), on=ON + timedelta(days=3), **act(head))
    steps = {step.row.who: step.problem for step in undo_steps(head, kept, ON)}
    assert steps == {"Nowak, Zofia": "Somebody has changed it since the import.", "Doyle, Sean": ""}


def test_a_move_is_not_put_back_once_the_pupil_was_moved_on(scene: Scene, head: Viewer) -> None:
    kept = load(head, "members", sound("members"))
    pupil = Pupil.objects.get(admission_number="00000")
    move_to_group(pupil_id=pupil.pk, group_id=_group("9E"), on=ON + timedelta(days=3), **act(head))
    assert [step.problem for step in undo_steps(head, kept, ON)] == [
        "",
        "Somebody has changed it since the import.",
    ]
    undo(head, kept)
    last = Membership.objects.get(pupil=pupil, last_day=None)
    assert last.group.name == "9E"


def test_an_adult_whose_number_somebody_put_right_since_stays(scene: Scene, head: Viewer) -> None:
    kept = load(head, "contacts", sound("contacts"))
    contact = Contact.objects.get(parent__forename="Eva")
    values = {name: getattr(contact.parent, name) for name in PARENT_FIELDS}
    values |= {name: getattr(contact, name) for name in CONTACT_FIELDS}
    values["telephone"] = "01632 960999"
    change_contact(pupil_id=contact.pupil_id, contact_id=contact.pk, values=values, **act(head))
    done = undo(head, kept)
    assert (done.count, len(done.left)) == (1, 1)
    assert Parent.objects.get(surname="Stone").telephone == "01632 960999"


def test_groups_that_a_file_of_pupils_made_go_once_nobody_is_in_them(scene: Scene, head: Viewer) -> None:
    rows = [
        ("Nowak", "Zofia", "F", "04/05/2013", "10X", "70001"),
        ("Doyle", "Sean", "M", "21-Sep-12", "10Y", "70002"),
    ]
    content = text_file(HEADINGS["pupils"], rows)
    kept = load(head, "pupils", content, makes_groups=True)
    steps = undo_steps(head, kept, ON)
    assert [(step.row.line, step.row.who, step.words) for step in steps[2:]] == [
        (3, "10Y", "The teaching group is withdrawn."),
        (2, "10X", "The teaching group is withdrawn."),
    ]
    other = Pupil.objects.get(admission_number="00000")
    move_to_group(pupil_id=other.pk, group_id=_group("10Y"), on=ON, **act(head))
    done = undo(head, kept)
    assert done.count == 3
    assert [(line, who) for line, who, _ in done.left] == [(3, "10Y")]
    assert list(TeachingGroup.objects.filter(name__startswith="10").values_list("name", flat=True)) == ["10Y"]


def test_what_one_person_may_not_put_back_another_puts_back_later(scene: Scene, head: Viewer) -> None:
    content = csv_bytes([pupil_row(0, Postcode="B9 9ZZ"), pupil_row(2)])
    kept = load(head, "pupils", content)
    done = undo(scene.viewer, kept)
    assert (done.count, [who for _, who, _ in done.left]) == (1, ["Surnamec, Forenamec"])
    kept.refresh_from_db()
    assert kept.result["put_back"] == 1
    assert kept.result["left"][0][:2] == [3, "Surnamec, Forenamec"]
    assert undo(head, kept, "The rest").count == 1
    kept.refresh_from_db()
    assert (kept.result["put_back"], kept.result["left"], kept.undo_reason) == (2, [], "The rest")
    assert Pupil.objects.get(admission_number="00000").postcode == "B1 1AA"
    with pytest.raises(Refused, match="not one that can be undone"):
        undo(head, kept)


def _group(name: str) -> int:
    return TeachingGroup.objects.get(name=name).pk


def test_contacts_are_removed_and_set_back(scene: Scene, head: Viewer) -> None:
    before = whole_roll(scene.school)
    rows = [
        ("00000", "Mrs Eva Stone", "Grandmother", "01632 960111", "3"),
        ("00001", "Mrs Ann Surnameb", "Stepmother", "01632 960777", "2"),
    ]
    kept = load(head, "contacts", text_file(HEADINGS["contacts"], rows))
    assert Contact.objects.get(parent__forename="Ann", pupil__surname="Surnameb").priority == 2
    assert undo(head, kept).count == 3
    assert whole_roll(scene.school) == before
    assert not Parent.objects.filter(surname="Stone").exists()


def test_pupils_go_back_to_their_group(scene: Scene, head: Viewer) -> None:
    kept = load(head, "members", sound("members"))
    undo(head, kept)
    now = Membership.objects.filter(last_day=None).order_by("pupil__admission_number")
    assert list(now.values_list("group__name", flat=True)) == ["9A", "9B"]
    assert len(events("roll.pupil.moved")) == 2


def test_groups_are_withdrawn_and_rooms_set_back(scene: Scene, head: Viewer) -> None:
    rows = [("9A", "R9", scene.officer.email, ""), ("10A", "R1", scene.teacher.email, "")]
    kept = load(head, "groups", text_file(HEADINGS["groups"], rows))
    undo(head, kept)
    assert TeachingGroup.objects.get(name="9A").room == ""
    assert not TeachingGroup.objects.filter(name="10A").exists()
    assert GroupTeacher.objects.get(group__name="9A", user=scene.officer).last_day == ON


def test_a_group_in_use_stays(scene: Scene, head: Viewer) -> None:
    kept = load(head, "groups", sound("groups"))
    pupil = Pupil.objects.get(admission_number="00000")
    load(head, "members", text_file(HEADINGS["members"], [(pupil.admission_number, "10A", "")]))
    done = undo(head, kept)
    assert done.count == 1
    assert [(line, who, why.split(",")[0]) for line, who, why in done.left] == [
        (2, "10A", "Pupils or registers name this group")
    ]
    assert TeachingGroup.objects.filter(name="10A").exists()


def test_appointments_are_ended(scene: Scene, head: Viewer) -> None:
    kept = load(head, "staff", sound("staff"))
    undo(head, kept)
    posts = Appointment.objects.filter(user__email__in=["pat.reed@example.org", "sam.hill@example.org"])
    assert list(posts.values_list("last_day", flat=True)) == [ON, ON]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": " "}, "Say why"),
        ({"reason": "x" * 251}, "Keep the reason to 250 characters"),
        ({"seen": "stale"}, "Something has changed since you looked"),
        ({"at": AT + timedelta(days=91)}, "for 90 days"),
    ],
)
def test_what_is_refused_puts_nothing_back(
    scene: Scene, head: Viewer, changed: dict[str, Any], words: str
) -> None:
    kept = load(head, "pupils", csv_bytes([pupil_row(0, Postcode="B9 9ZZ")]))
    before = whole_roll(scene.school)
    given: dict[str, Any] = {"import_id": kept.pk, "reason": "Wrong", "seen": "x", **act(head)} | changed
    with pytest.raises(Refused, match=words):
        undo_import(**given)
    assert whole_roll(scene.school) == before
    stranger = make_scene("Other School").viewer
    with pytest.raises(Refused, match="not one that can be undone"):
        undo_import(import_id=kept.pk, reason="x", seen="", **act(stranger))
