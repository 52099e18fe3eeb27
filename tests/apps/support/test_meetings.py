"""Parents are called to a meeting, invited, met or missed; nothing of it is lost, and nobody else sees it."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.queries.keeping import open_cases_of
from rollbook.apps.roll.actions.contacts import CONTACT_FIELDS, PARENT_FIELDS, add_contact
from rollbook.apps.roll.models import Contact, Pupil
from rollbook.apps.support.actions.meeting_plans import MeetingDraft, MeetingPlan
from rollbook.apps.support.actions.meetings import (
    Sent,
    cancel,
    hold,
    invite,
    miss,
    move,
    set_meeting,
)
from rollbook.apps.support.models import Meeting, MeetingParent, MeetingStep
from rollbook.apps.support.queries.meetings import (
    due_count,
    meeting_of,
    meeting_standings,
    meetings_of_pupil,
    step_of,
    unsettled_meetings,
)
from rollbook.config.subjects import names_of
from rollbook.domain.access import Role, Viewer
from rollbook.domain.meetings import Outcome
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, Scene, at
from tests.apps.support.test_supports import MAY, fields
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks
from tests.paper import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

NOW = at(10)
THURSDAY = MONDAY + timedelta(days=3)
AGREED = Outcome(
    agreed="Out of the house at 08:10", next_step="Ring on Friday", next_on=MONDAY + timedelta(days=11)
)


@pytest.fixture
def monday() -> Iterator[None]:
    """Monday morning."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return Scene()


def contact(scene: Scene, pupil: Pupil, name: str, relationship: str = "mother", **given: Any) -> Contact:
    viewer = scene.viewer(scene.office)
    values: dict[str, Any] = dict.fromkeys((*PARENT_FIELDS, *CONTACT_FIELDS), "")
    values |= dict.fromkeys((each for each in CONTACT_FIELDS if each.startswith(("is_", "has_"))), True)
    values |= {"forename": name, "surname": pupil.surname, "relationship": relationship, "lives_with": True}
    return add_contact(viewer=viewer, pupil_id=pupil.pk, values=values | given, by=viewer.actor, at=at(8))


@pytest.fixture
def mother(scene: Scene) -> Contact:
    return contact(
        scene, scene.ben, "Mary", title="Mrs", address="1 High Street\nKilnbrook", postcode="B0 1AA"
    )


def plan_for(scene: Scene, *contacts: Contact, **given: Any) -> MeetingPlan:
    values: dict[str, Any] = {
        "on": THURSDAY,
        "starts_at": time(15, 30),
        "place": "Room 4",
        "contact_ids": tuple(each.pk for each in contacts),
        "leader_id": scene.officer.pk,
        "others": "",
    }
    return MeetingPlan(**(values | given))


def draft_for(scene: Scene, *contacts: Contact, **given: Any) -> MeetingDraft:
    plan = {name: given.pop(name) for name in list(given) if name in MeetingPlan.__dataclass_fields__}
    values: dict[str, Any] = {"about": "lateness", "origin": "punctuality", "why": "Late three times."}
    return MeetingDraft(**(values | given), plan=plan_for(scene, *contacts, **plan))


def begin(scene: Scene, *contacts: Contact, viewer: Viewer | None = None, **given: Any) -> Meeting:
    viewer = viewer or scene.viewer(scene.officer)
    key: UUID = given.pop("key", None) or uuid4()
    pupil_id = given.pop("pupil_id", scene.ben.pk)
    draft = draft_for(scene, *contacts, **given)
    return set_meeting(viewer=viewer, pupil_id=pupil_id, draft=draft, key=key, by=viewer.actor, at=NOW)


def act(scene: Scene, meeting: Meeting, on: date = MONDAY, hour: int = 11, **given: Any) -> dict[str, Any]:
    """The arguments of a step, taken at a moment by the officer with the newest edition on the page."""
    viewer = scene.viewer(scene.officer, on)
    meeting.refresh_from_db()
    sent = Sent(meeting.pk, given.get("seen_version", meeting.version), given.get("key") or uuid4())
    return {"viewer": viewer, "sent": sent, "by": viewer.actor, "at": at(hour, on=on)}


def told(scene: Scene, meeting: Meeting, how: str = "letter", **given: Any) -> Meeting:
    text = given.pop("text", "Please come on Thursday.")
    day = given.pop("given_on", MONDAY)
    return invite(how=how, given_on=day, text=text, **act(scene, meeting, **given))


def met(scene: Scene, meeting: Meeting, outcome: Outcome = AGREED, **given: Any) -> Meeting:
    came = given.pop("came", [each.pk for each in meeting.parents.all()])
    others = given.pop("others_came", "")
    given = {"on": THURSDAY, "hour": 16} | given
    return hold(came_ids=came, others_came=others, outcome=outcome, **act(scene, meeting, **given))


@pytest.mark.policy("P-4.4-5")
def test_a_meeting_is_set_with_its_reasons_and_whom_it_asks(scene: Scene, mother: Contact) -> None:
    made = begin(scene, mother, why=" Late three times. ", others="Ms Ali, SENCO")

    assert (made.state, made.why, made.leader_name) == ("set", "Late three times.", "Ann Officer")
    assert [(each.name, each.relationship) for each in made.parents.all()] == [("Mrs Mary Brown", "mother")]
    event = Event.objects.get(type="support.meeting.set")
    assert (event.subject, event.school_id, event.facts["pupil"]) == (
        made.source,
        scene.school.pk,
        scene.ben.pk,
    )
    # Why may be about health: it is not repeated in the log.
    assert "three times" not in str(event.facts)


def test_the_same_form_twice_sets_it_once(scene: Scene, mother: Contact) -> None:
    key = uuid4()

    assert begin(scene, mother, key=key) == begin(scene, mother, key=key)
    assert Event.objects.filter(type="support.meeting.set").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"about": "gossip"}, "about"),
        ({"origin": "nowhere"}, ""),
        ({"why": " "}, "why"),
        ({"why": "x" * 2001}, "why"),
        ({"why": "a\0b"}, "why"),
        ({"on": MONDAY - timedelta(days=1)}, "on"),
        ({"on": MONDAY, "starts_at": time(9)}, "on"),
        ({"on": MONDAY + timedelta(days=191)}, "on"),
        ({"place": " "}, "place"),
        ({"place": "x" * 121}, "place"),
        ({"others": "x" * 301}, "others"),
        ({"contact_ids": ()}, "contacts"),
        ({"contact_ids": (987_654_321,)}, "contacts"),
        ({"leader_id": 987_654_321}, "leader"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_kept(
    scene: Scene, mother: Contact, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        begin(scene, mother, **given)

    assert fields(refused) == {field}
    assert not Meeting.objects.exists()
    assert not MeetingParent.objects.exists()
    assert not Event.objects.filter(type__startswith="support.").exists()


def test_only_contacts_of_this_pupil_are_asked(scene: Scene, mother: Contact) -> None:
    other = contact(scene, scene.amy, "Ada")

    with pytest.raises(Refused) as refused:
        begin(scene, mother, other)

    assert fields(refused) == {"contacts"}


def test_another_schools_pupil_is_refused(scene: Scene, mother: Contact) -> None:
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")

    with pytest.raises(Refused) as refused:
        begin(scene, mother, pupil_id=stranger.pk)

    assert fields(refused) == {"", "contacts"}


def test_one_meeting_about_a_matter_is_to_come_at_a_time(scene: Scene, mother: Contact) -> None:
    made = begin(scene, mother)
    with pytest.raises(Refused, match="set for the pupil already"):
        begin(scene, mother)
    begin(scene, mother, about="absence")
    cancel(because="Solved", **act(scene, made))
    begin(scene, mother)

    assert Meeting.objects.count() == 3


@pytest.mark.policy("P-4.4-5")
def test_an_invitation_keeps_how_when_and_in_what_words(scene: Scene, mother: Contact) -> None:
    made, key = begin(scene, mother), uuid4()

    told(scene, made, "telephone", text=" We rang. ", key=key)
    told(scene, made, "telephone", text="We rang.", key=key)

    made.refresh_from_db()
    step = made.steps.get()
    assert (made.state, made.version) == ("invited", 2)
    assert (step.how, step.given_on, step.text, step.was_on) == ("telephone", MONDAY, "We rang.", THURSDAY)
    event = Event.objects.get(type="support.meeting.invited")
    assert event.facts["how"] == "By telephone"
    assert "rang" not in str(event.facts)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"how": "pigeon"}, "how"),
        ({"given_on": MONDAY - timedelta(days=1)}, "given_on"),
        ({"given_on": MONDAY + timedelta(days=1)}, "given_on"),
        ({"text": " "}, "text"),
        ({"text": "x" * 3001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"seen_version": 7}, ""),
    ],
)
def test_an_invitation_that_can_not_be_is_refused(
    scene: Scene, mother: Contact, given: dict[str, Any], field: str
) -> None:
    made = begin(scene, mother)

    with pytest.raises(Refused) as refused:
        told(scene, made, **given)

    assert fields(refused) == {field}
    made.refresh_from_db()
    assert (made.state, made.version, made.steps.count()) == ("set", 1, 0)


def test_who_is_no_contact_any_more_is_not_invited(scene: Scene, mother: Contact) -> None:
    made = begin(scene, mother)
    mother.delete()

    with pytest.raises(Refused, match="None of those invited is a contact"):
        told(scene, made)
    assert made.parents.get().name == "Mrs Mary Brown"


@pytest.mark.policy("P-4.4-5")
def test_it_is_moved_for_a_reason_and_the_parents_are_told_anew(scene: Scene, mother: Contact) -> None:
    made = told(scene, begin(scene, mother))
    father = contact(scene, scene.ben, "Frank", "father")
    friday = THURSDAY + timedelta(days=1)

    move(plan=plan_for(scene, father, on=friday, place="Hall"), because=" Night shift ", **act(scene, made))

    made.refresh_from_db()
    assert (made.state, made.on, made.place) == ("set", friday, "Hall")
    assert {each.name: each.is_asked for each in made.parents.all()} == {
        "Mrs Mary Brown": False,
        "Frank Brown": True,
    }
    step = made.steps.last()
    assert step is not None
    assert (step.event, step.was_on, step.because) == ("move", THURSDAY, "Night shift")
    with pytest.raises(Refused, match="how the parents were invited"):
        met(scene, made, on=friday)


@pytest.mark.parametrize(("because", "on"), [(" ", THURSDAY), ("x" * 301, THURSDAY), ("Ill", MONDAY)])
def test_a_move_that_can_not_be_changes_nothing(
    scene: Scene, mother: Contact, because: str, on: date
) -> None:
    made = begin(scene, mother)
    father = contact(scene, scene.ben, "Frank", "father")

    with pytest.raises(Refused):
        move(plan=plan_for(scene, father, on=on, starts_at=time(10)), because=because, **act(scene, made))

    assert [each.name for each in made.parents.filter(is_asked=True)] == ["Mrs Mary Brown"]
    assert not Event.objects.filter(type="support.meeting.moved").exists()


@pytest.mark.policy("P-4.4-5")
def test_who_did_not_come_is_invited_again(scene: Scene, mother: Contact) -> None:
    made = told(scene, begin(scene, mother))
    with pytest.raises(Refused, match="not begun yet"):
        miss(because="Nobody there", **act(scene, made, on=THURSDAY, hour=15))

    miss(because="Nobody there", **act(scene, made, on=THURSDAY, hour=16))

    made.refresh_from_db()
    viewer = scene.viewer(scene.officer, THURSDAY)
    assert made.state == "missed"
    assert due_count(viewer, THURSDAY) == 1
    new = plan_for(scene, mother, on=THURSDAY + timedelta(days=5))
    move(plan=new, because="They forgot", **act(scene, made, on=THURSDAY, hour=17))
    told(scene, made, "spoken", given_on=THURSDAY, on=THURSDAY, hour=17)
    assert due_count(viewer, THURSDAY) == 0
    assert [each.event for each in made.steps.all()] == ["invite", "miss", "move", "invite"]


@pytest.mark.policy("P-4.4-5")
def test_what_came_of_it_is_kept_with_who_came(scene: Scene, mother: Contact) -> None:
    father = contact(scene, scene.ben, "Frank", "father")
    made = told(scene, begin(scene, mother, father))
    came = made.parents.get(contact=mother)

    met(scene, made, came=[came.pk], others_came="Ms Ali")

    made.refresh_from_db()
    assert (made.state, made.agreed, made.next_step) == ("held", AGREED.agreed, AGREED.next_step)
    assert {each.name: each.came for each in made.parents.all()} == {
        "Mrs Mary Brown": True,
        "Frank Brown": False,
    }
    event = Event.objects.get(type="support.meeting.held")
    assert "house" not in str(event.facts)
    with pytest.raises(Refused, match="was held and stays"):
        cancel(because="x", **act(scene, made, on=THURSDAY))


@pytest.mark.policy("P-8.4-5")
def test_a_meeting_about_absence_needs_all_five_headings(scene: Scene, mother: Contact) -> None:
    made = told(scene, begin(scene, mother, about="absence"))

    with pytest.raises(Refused) as refused:
        met(scene, made)

    assert fields(refused) == {"engagement", "barriers", "help", "consequences", "earlier"}
    made.refresh_from_db()
    assert (made.state, made.parents.get().came) == ("invited", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"came": []}, "came"),
        ({"came": [987_654_321]}, "came"),
        ({"others_came": "x" * 301}, "others_came"),
        ({"on": THURSDAY - timedelta(days=1)}, ""),
        ({"seen_version": 1}, ""),
    ],
)
def test_an_outcome_that_can_not_be_is_refused(
    scene: Scene, mother: Contact, given: dict[str, Any], field: str
) -> None:
    made = told(scene, begin(scene, mother))

    with pytest.raises(Refused) as refused:
        met(scene, made, **given)

    assert fields(refused) == {field}
    assert made.parents.get().came is None


def test_it_is_cancelled_with_a_reason_and_kept(scene: Scene, mother: Contact) -> None:
    made = begin(scene, mother)
    with pytest.raises(Refused, match="Say why"):
        cancel(because=" ", **act(scene, made))

    cancel(because="He comes on time now", **act(scene, made))

    made.refresh_from_db()
    assert (made.state, made.steps.get().because) == ("cancelled", "He comes on time now")


def test_who_may_not_is_refused_by_each_act(scene: Scene, mother: Contact) -> None:
    made = told(scene, begin(scene, mother))
    viewer = scene.viewer(scene.teacher)

    with pytest.raises(Refused, match="You may not call parents"):
        begin(scene, mother, viewer=viewer, about="other")
    for step, more in (
        (invite, {"how": "letter", "given_on": MONDAY, "text": "x"}),
        (move, {"plan": plan_for(scene, mother), "because": "x"}),
        (miss, {"because": "x"}),
        (cancel, {"because": "x"}),
        (hold, {"came_ids": [], "others_came": "", "outcome": AGREED}),
    ):
        with pytest.raises(Refused, match="You may not call parents"):
            step(**(act(scene, made) | {"viewer": viewer} | more))  # type: ignore[operator]
    assert meeting_of(viewer, made.pk) is None


def test_another_schools_meeting_is_neither_seen_nor_changed(
    scene: Scene, mother: Contact, client: Client
) -> None:
    made = told(scene, begin(scene, mother))
    step = made.steps.get()
    other = Scene(make_school("Elm Road School"))
    viewer = other.viewer(other.officer)

    assert not unsettled_meetings(viewer, NOW).coming
    assert not meetings_of_pupil(viewer, scene.ben.pk)
    assert not meeting_standings(viewer, [scene.ben.pk], NOW)
    assert step_of(viewer, made.pk, step.pk) is None
    assert names_of(viewer, [made.source]) == {}
    with pytest.raises(Refused, match="not among your school"):
        cancel(because="x", **(act(scene, made) | {"viewer": viewer}))
    sign_in(client, other.officer)
    for page in (f"{made.pk}/", f"new/{scene.ben.pk}/", f"{made.pk}/letter/{step.pk}.pdf"):
        assert client.get(f"/figures/meetings/{page}").status_code == 404


def test_what_is_to_come_keeps_the_marks_of_one_who_left(scene: Scene, mother: Contact) -> None:
    made = begin(scene, mother)
    scene.ben.enrolments.update(last_day=MONDAY)
    viewer, later = scene.viewer(scene.head), MONDAY + timedelta(days=1)

    assert open_cases_of(viewer, later)[scene.ben.pk] == "a meeting with the parents is to come"
    cancel(because="Left", **act(scene, made))
    assert scene.ben.pk not in open_cases_of(viewer, later)


def test_the_log_names_it_for_those_who_may_see_it(scene: Scene, mother: Contact) -> None:
    made = begin(scene, mother)

    found = names_of(scene.viewer(scene.officer), [made.source])
    assert found[made.source] == (
        "the meeting with the parents of Ben Brown",
        f"/figures/meetings/{made.pk}/",
    )
    assert names_of(scene.viewer(scene.office), [made.source, "meeting:x", "meeting:" + "9" * 30]) == {}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    "page", ["", "new/", "new/{pupil}/", "{id}/", "{id}/held/", "{id}/letter/{step}.pdf"]
)
def test_who_may_open_the_pages(scene: Scene, mother: Contact, client: Client, role: Role, page: str) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    made = told(scene, begin(scene, mother))
    address = page.format(id=made.pk, pupil=scene.ben.pk, step=made.steps.get().pk)
    person = make_person(scene.school, role, last_day=MONDAY if role is Role.INSPECTOR else None)

    answer = sign_in(client, person).get(f"/figures/meetings/{address}")
    assert answer.status_code == (200 if role in MAY else 403)


def make_late(scene: Scene, pupil: Pupil, days: int) -> None:
    """Late on so many mornings in a row before today, five minutes each."""
    marks = {(pupil, MONDAY - timedelta(days=3 + n), AM): ("L", 5) for n in range(days)}
    make_marks(scene.viewer(scene.head), {key: code for key, (code, _) in marks.items()}, at(9))


@pytest.mark.policy("P-4.4-5")
def test_from_the_list_of_late_pupils_one_press_leads_to_it_and_the_list_shows_it(
    scene: Scene, mother: Contact, client: Client
) -> None:
    make_late(scene, scene.ben, 3)
    sign_in(client, scene.officer)
    page = "/figures/punctuality/?period_name=half-term"
    address = f"/figures/meetings/new/{scene.ben.pk}/?from=punctuality&amp;about=lateness"

    assert address in client.get(page).content.decode()
    form = client.get(address.replace("&amp;", "&")).content.decode()
    assert "Ben came late in 3 sessions" in form
    assert "the school asks for a talk from 3 on" in form
    made = begin(scene, mother)
    listed = client.get(page).content.decode()
    assert "Meeting on Thu 17 Sep, not invited yet" in listed
    assert address not in listed
    met(scene, told(scene, made))
    listed = client.get(page).content.decode()
    assert "Met on Thu 17 Sep" in listed
    assert address in listed


def test_who_sees_lateness_but_not_support_is_shown_no_meeting(
    scene: Scene, mother: Contact, client: Client
) -> None:
    make_late(scene, scene.ben, 3)
    begin(scene, mother)

    governor = make_person(scene.school, Role.GOVERNOR)
    page = sign_in(client, governor).get("/figures/punctuality/?period_name=half-term").content.decode()
    assert "Meeting on" not in page
    pupil = sign_in(client, scene.teacher).get(f"/pupils/{scene.ben.pk}/").content.decode()
    assert "Meetings with parents" not in pupil


@pytest.mark.policy("P-4.4-5")
def test_the_pupils_page_and_the_patterns_lead_to_it(scene: Scene, mother: Contact, client: Client) -> None:
    make_late(scene, scene.ben, 3)
    begin(scene, mother)
    sign_in(client, scene.officer)

    pupil = client.get(f"/pupils/{scene.ben.pk}/").content.decode()
    patterns = client.get(f"/figures/patterns/{scene.ben.pk}/").content.decode()

    assert f"/figures/meetings/new/{scene.ben.pk}/" in pupil
    assert "Thu 17 Sep 2026 at 15:30, set, not invited yet" in pupil
    assert f"/figures/meetings/new/{scene.ben.pk}/?from=pattern" in patterns
    assert "Meeting on Thu 17 Sep, not invited yet" in patterns


@pytest.mark.policy("P-8.4-4")
def test_the_pupils_of_concern_lead_to_it_with_their_reasons(
    scene: Scene, mother: Contact, client: Client
) -> None:
    marks = {(scene.ben, MONDAY - timedelta(days=7 - n), AM): "O" for n in range(5)}
    make_marks(scene.viewer(scene.head), marks, at(9))
    sign_in(client, scene.officer)

    address = f"/figures/meetings/new/{scene.ben.pk}/?from=concern&about=absence"
    assert address.replace("&", "&amp;") in client.get("/figures/concern/").content.decode()
    assert "Attended 0 of 5 possible sessions this year" in client.get(address).content.decode()


def form_of(scene: Scene, mother: Contact, **given: Any) -> dict[str, Any]:
    return {
        "about": "lateness",
        "origin": "pupil",
        "why": "Late three times.",
        "on": "2026-09-17",
        "starts_at": "15:30",
        "place": "Room 4",
        "contacts": [mother.pk],
        "leader": scene.officer.pk,
        "others": "",
        "key": uuid4(),
    } | given


@pytest.mark.policy("P-4.4-5")
def test_the_pages_set_invite_print_and_record_it(scene: Scene, mother: Contact, client: Client) -> None:
    sign_in(client, scene.officer)
    answer = client.post(f"/figures/meetings/new/{scene.ben.pk}/", form_of(scene, mother))
    made = Meeting.objects.get()
    page = f"/figures/meetings/{made.pk}/"
    assert answer.headers["Location"] == page
    assert "Please come on Thursday 17 September 2026 at 15:30" in client.get(page).content.decode()
    invitation = {
        "how": "letter",
        "given_on": "2026-09-14",
        "text": "Late.\n\nPlease come.",
        "seen_version": 1,
    }
    client.post(
        f"{page}invite/", {f"invite-{name}": value for name, value in (invitation | {"key": uuid4()}).items()}
    )
    letter = client.get(f"{page}letter/{made.steps.get().pk}.pdf")
    words = text_of(letter.content)
    for each in ("Dear Mrs Brown", "1 High Street", "Please come.", "Thursday 17 September 2026 at 15:30"):
        assert each in words
    assert Event.objects.get(type="extract.taken").subject == made.source
    with time_machine.travel(at(16, on=THURSDAY), tick=False):
        sign_in(client, scene.officer)
        assert "Say what came of it" in client.get("/figures/meetings/").content.decode()
        outcome = {
            "came": [made.parents.get().pk],
            "agreed": "On the earlier bus",
            "next_step": "Look again",
            "next_on": "2026-10-01",
            "seen_version": 2,
            "key": uuid4(),
        }
        client.post(f"{page}held/", outcome)
        shown = client.get(page).content.decode()
        assert "On the earlier bus" in shown
        assert "Look again, by Thu 1 Oct 2026" in client.get("/figures/meetings/").content.decode()


def test_each_parent_has_a_letter_of_their_own(scene: Scene, mother: Contact, client: Client) -> None:
    father = contact(scene, scene.ben, "Frank", "father", address="9 Low Road")
    made = told(scene, begin(scene, mother, father), text="A = B\n#pagebreak() *x*")

    words = text_of(
        sign_in(client, scene.officer)
        .get(f"/figures/meetings/{made.pk}/letter/{made.steps.get().pk}.pdf")
        .content
    )

    assert "Dear Frank Brown" in words
    assert words.count("#pagebreak() *x*") == 2
    father.delete()
    mother.delete()
    again = client.get(f"/figures/meetings/{made.pk}/letter/{made.steps.get().pk}.pdf")
    assert again.status_code == 404


def test_what_was_typed_comes_back(scene: Scene, mother: Contact, client: Client) -> None:
    sign_in(client, scene.officer)
    called = client.post(
        f"/figures/meetings/new/{scene.ben.pk}/", form_of(scene, mother, on="2026-09-01", why="Typed why")
    )
    made = told(scene, begin(scene, mother))
    page = f"/figures/meetings/{made.pk}/"
    answers = {
        "Typed text": client.post(f"{page}invite/", {"invite-text": "Typed text"}),
        "Typed move": client.post(f"{page}move/", {"move-because": "Typed move"}),
        "Typed end": client.post(f"{page}cancel/", {"cancel-because": "Typed end"}),
        "Typed promise": client.post(f"{page}held/", {"agreed": "Typed promise"}),
        "Typed why": called,
    }
    for typed, answer in answers.items():
        assert answer.status_code == 422, typed
        assert typed in answer.content.decode()
    assert MeetingStep.objects.count() == 1


def test_what_is_over_is_said_where_an_outcome_is_asked_for(
    scene: Scene, mother: Contact, client: Client
) -> None:
    made = begin(scene, mother)

    answer = sign_in(client, scene.officer).get(f"/figures/meetings/{made.pk}/held/", follow=True)

    assert "Record first how the parents were invited" in answer.content.decode()


def test_a_pupil_is_chosen_where_the_call_comes_from_no_pupil(scene: Scene, client: Client) -> None:
    sign_in(client, scene.officer)

    assert client.get("/figures/meetings/new/").status_code == 200
    answer = client.get(f"/figures/meetings/new/?pupil={scene.ben.pk}")
    assert answer.headers["Location"] == f"/figures/meetings/new/{scene.ben.pk}/"
    assert client.get("/figures/meetings/new/?pupil=x").status_code == 422


def test_more_meetings_cost_no_more_queries(scene: Scene, mother: Contact, client: Client) -> None:
    begin(scene, mother)
    sign_in(client, scene.officer)
    client.get("/figures/meetings/")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/figures/meetings/").status_code == 200
        return len(queries)

    few = count()
    for about in ("absence", "part-time", "other"):
        begin(scene, mother, about=about)

    assert count() == few
