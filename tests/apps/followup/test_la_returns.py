"""Returns on absence: read from the marks, decided by the head, sent by a named person, and what was sent is kept."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.followup.actions.la_returns import decide_return, record_return_sent
from rollbook.apps.followup.models import ReturnStep
from rollbook.apps.followup.queries.la_returns import LaReturn, la_returns
from rollbook.apps.followup.queries.owed_returns import owed
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.duties import Owed, Standing
from rollbook.domain.la_returns import ReturnKind
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_pupil
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db

PAGE = "/absence/returns/"
DAYS = [MONDAY + timedelta(days=7 * week + day) for week in range(4) for day in range(5)]
TODAY = DAYS[15]  # Monday 5 October 2026
NOW = at(10, on=TODAY)
AWAY, ILL = ReturnKind.UNAUTHORISED, ReturnKind.ILLNESS


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Amy was away without leave for ten days, Ben is for eight; Cat has been ill for fifteen."""
    scene = Scene()
    Pupil.objects.filter(pk=scene.amy.pk).update(address="1 Mill Lane", postcode="B0 1AA")
    marks = {(scene.amy, day, session): "O" for day in DAYS[:10] for session in (AM, PM)}
    marks |= {(scene.amy, DAYS[10], AM): "/"}
    marks |= {(scene.ben, day, session): "N" for day in DAYS[7:15] for session in (AM, PM)}
    marks |= {(scene.cat, day, session): "I" for day in DAYS[:15] for session in (AM, PM)}
    make_marks(scene.viewer(scene.officer), marks, NOW)
    return scene


def listed(scene: Scene, now: datetime = NOW) -> dict[str, LaReturn]:
    return {each.forename: each for each in la_returns(scene.viewer(scene.officer, TODAY), now)}


def send(scene: Scene, person: Any = None, **given: Any) -> ReturnStep:
    viewer = given.pop("viewer", None) or scene.viewer(person or scene.officer, TODAY)
    values: dict[str, Any] = {
        "kind": AWAY,
        "pupil_id": scene.amy.pk,
        "on": DAYS[0],
        "sent_on": TODAY,
        "how": "Portal, number 4711",
        "cause": "",
        "seen_count": 0,
        "key": uuid4(),
    }
    return record_return_sent(viewer=viewer, by=viewer.actor, at=NOW, **(values | given))


def decide(scene: Scene, person: Any = None, **given: Any) -> ReturnStep:
    viewer = scene.viewer(person or scene.head, TODAY)
    values: dict[str, Any] = {
        "pupil_id": scene.cat.pk,
        "on": DAYS[0],
        "is_due": True,
        "text": "In hospital until Christmas",
        "seen_count": 0,
        "key": uuid4(),
    }
    return decide_return(viewer=viewer, by=viewer.actor, at=NOW, **(values | given))


@pytest.mark.policy("P-3.1-4")
def test_what_is_due_and_what_comes_near_is_read_from_the_marks(scene: Scene) -> None:
    found = listed(scene)

    assert {name: (r.kind, r.first_day, r.reached_on) for name, r in found.items()} == {
        "Amy": (AWAY, DAYS[0], DAYS[9]),
        "Ben": (AWAY, DAYS[7], None),
        "Cat": (ILL, DAYS[0], DAYS[14]),
    }
    assert found["Amy"].due_on == DAYS[9] + timedelta(days=28)
    assert found["Cat"].due_on == DAYS[19]
    assert (found["Amy"].is_to_send, found["Ben"].is_to_send, found["Cat"].is_to_send) == (True, False, False)


def test_a_pupil_who_is_not_of_compulsory_school_age_is_in_no_return(scene: Scene) -> None:
    Pupil.objects.filter(pk=scene.amy.pk).update(born_on=date(2022, 3, 1))
    assert set(listed(scene)) == {"Ben", "Cat"}


@pytest.mark.policy("P-3.1-4")
def test_what_was_sent_is_kept_as_it_stood(scene: Scene) -> None:
    made = send(scene)
    Pupil.objects.filter(pk=scene.amy.pk).update(address="2 New Street")

    assert [line["value"] for line in made.content] == [
        "Amy Abbott",
        "1 Mill Lane, B0 1AA",
        "O, Other or unknown reason",
        "14 September 2026 to 25 September 2026; 10 school days in a row without authorisation",
    ]
    assert (made.how, made.by_name, made.by_position) == (
        "Portal, number 4711",
        "Ann Officer",
        "Attendance Officer",
    )
    event = Event.objects.get(type="followup.return.unauthorised_sent")
    assert event.facts["how"] == "Portal, number 4711"
    assert "Mill Lane" not in str(event.facts)
    assert listed(scene)["Amy"].sent == made


@pytest.mark.policy("P-3.1-4")
def test_the_head_decides_about_sickness_before_it_is_sent(scene: Scene) -> None:
    cat = {"kind": ILL, "pupil_id": scene.cat.pk}
    with pytest.raises(Refused, match="still to decide"):
        send(scene, **cat)
    with pytest.raises(Refused, match="You may not decide"):
        decide(scene, scene.officer)
    decide(scene)
    assert listed(scene)["Cat"].is_to_send
    made = send(scene, seen_count=1, **cat)
    assert [line["value"] for line in made.content[2:]] == [
        "Sickness",
        "14 September 2026 to 2 October 2026; 15 days of sickness this school year",
    ]
    # Why the head decided so is about health: it is neither sent nor in the log.
    assert "hospital" not in str(made.content) + str(list(Event.objects.values_list("facts", flat=True)))


def test_for_minor_ailments_the_head_may_decline_and_decide_again(scene: Scene) -> None:
    decide(scene, is_due=False, text="Colds")
    assert listed(scene)["Cat"].is_declined
    with pytest.raises(Refused, match="decided that none is due"):
        send(scene, kind=ILL, pupil_id=scene.cat.pk, seen_count=1)
    decide(scene, seen_count=1)
    assert listed(scene)["Cat"].is_to_send


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"how": " "}, "Say how"),
        ({"how": "x" * 201}, "200"),
        ({"cause": "a\0b"}, "300"),
        ({"sent_on": TODAY + timedelta(days=1)}, "not to come"),
        ({"sent_on": DAYS[8]}, "not before it was due"),
        ({"seen_count": 2}, "Somebody else"),
        ({"on": DAYS[12]}, "no such absence"),
        ({"on": date(2027, 1, 4)}, "no such absence"),
        ({"kind": ILL}, "no such absence"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_kept(
    scene: Scene, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        send(scene, **given)
    assert not ReturnStep.objects.exists()
    assert not Event.objects.filter(type__startswith="followup.").exists()


def test_what_has_not_come_to_ten_days_is_not_sent_and_nothing_is_sent_twice(scene: Scene) -> None:
    with pytest.raises(Refused, match="Ten school days have not passed"):
        send(scene, pupil_id=scene.ben.pk, on=DAYS[7])
    key = uuid4()
    assert send(scene, key=key) == send(scene, key=key)
    with pytest.raises(Refused, match="sent already, by Ann Officer"):
        send(scene, seen_count=1)


def test_who_may_not_and_another_schools_people_are_refused(scene: Scene) -> None:
    for person in (scene.office, scene.teacher):
        with pytest.raises(Refused, match="You may not send"):
            send(scene, person)
    other = make_school("Elm Road School")
    stranger = viewer_of(make_person(other, Role.ATTENDANCE_OFFICER), TODAY, other)
    with pytest.raises(Refused, match="no such absence"):
        send(scene, viewer=stranger)
    assert la_returns(stranger, NOW) == []


def test_the_database_keeps_what_was_sent(scene: Scene) -> None:
    made = send(scene)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReturnStep.objects.filter(pk=made.pk).update(how="Post")


def of(scene: Scene, now: datetime = NOW) -> dict[str, Owed]:
    found = owed(scene.viewer(scene.head, TODAY), MONDAY, now.date(), now)
    return {f"{each.duty} {each.about}": each for each in found}


@pytest.mark.policy("P-3.1-2", "P-3.1-4")
def test_each_return_is_owed_from_the_day_it_arose_until_it_is_sent_or_declined(scene: Scene) -> None:
    found = of(scene)
    away, ill = found["return.unauthorised Amy Abbott, 7A"], found["illness.return Cat Carr, 7A"]
    assert set(found) == {"return.unauthorised Amy Abbott, 7A", "illness.return Cat Carr, 7A"}
    assert (away.arose_at.date(), away.standing(NOW)) == (DAYS[9], Standing.COMING)
    assert ill.standing(at(10, on=DAYS[19] + timedelta(days=3))) is Standing.OVERDUE

    send(scene)
    decide(scene, is_due=False, text="Colds")
    found = of(scene)
    assert found["return.unauthorised Amy Abbott, 7A"].standing(NOW) is Standing.DONE
    assert found["illness.return Cat Carr, 7A"].standing(NOW) is Standing.DONE


def test_a_decision_that_a_return_is_due_is_done_when_it_is_sent(scene: Scene) -> None:
    decide(scene)
    found = of(scene)["illness.return Cat Carr, 7A"]
    assert (found.done_at, found.what) == (None, "Send the sickness return")


def test_however_many_pupils_the_queries_stay_the_same(scene: Scene) -> None:
    pupils = [make_pupil(scene.school, scene.group, f"Pupil{n}", "Pat") for n in range(8)]
    make_marks(
        scene.viewer(scene.officer),
        {(p, d, s): "O" for p in pupils for d in DAYS[:10] for s in (AM, PM)},
        NOW,
    )
    viewer = scene.viewer(scene.officer, TODAY)
    la_returns(viewer, NOW)
    with CaptureQueriesContext(connection) as asked:
        assert len(la_returns(viewer, NOW)) == 11
    assert len(asked) == 5


# --- The pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_who_may_open_them(scene: Scene, role: Role) -> None:
    client = sign_in(Client(), make_person(scene.school, role))
    expected = 200 if Permission.RETURNS_SEND in ROLE_PERMISSIONS[role] else 403
    for address in ("", "unauthorised/file/", f"unauthorised/{scene.amy.pk}/2026-09-14/"):
        assert client.get(f"{PAGE}{address}").status_code == expected


def post(client: Client, address: str, act: str, count: int = 0, **given: str) -> Any:
    data = {"act": act, f"{act}-key": str(uuid4()), f"{act}-seen_count": str(count)}
    return client.post(address, data | {f"{act}-{name}": value for name, value in given.items()}, follow=True)


def test_a_return_is_sent_on_its_page(scene: Scene, client: Client) -> None:
    sign_in(client, scene.officer)
    address = f"{PAGE}unauthorised/{scene.amy.pk}/2026-09-14/"
    assert "1 Mill Lane, B0 1AA" in client.get(address).content.decode()
    answer = post(client, address, "sent", sent_on="2026-10-05", how="Portal", cause="Moved abroad")

    assert "Recorded: the return is sent." in answer.content.decode()
    assert ReturnStep.objects.get().content[2]["value"] == "Moved abroad"
    assert Event.objects.filter(type="roll.pupil.viewed", subject=f"pupil:{scene.amy.pk}").count() == 1


def test_a_missing_address_is_said(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.head).get(f"{PAGE}illness/{scene.cat.pk}/2026-09-14/").content.decode()
    assert "Missing in the admission register" in page
    assert "The head teacher decides" in page


def test_the_head_decides_on_the_page_and_why_is_for_those_who_work_with_welfare(
    scene: Scene, client: Client
) -> None:
    address = f"{PAGE}illness/{scene.cat.pk}/2026-09-14/"
    answer = post(sign_in(client, scene.head), address, "decided", is_due="yes", text="In hospital")
    assert "A return is due" in answer.content.decode()
    assert "In hospital" in answer.content.decode()


@pytest.mark.parametrize(
    ("act", "given", "message"),
    [
        ("sent", {"sent_on": "2026-10-06", "how": "Portal"}, "not to come"),
        ("sent", {"sent_on": "2026-10-05", "how": ""}, "How is missing"),
        ("decided", {"is_due": "yes", "text": "Why"}, "no such absence"),
    ],
)
def test_what_is_wrong_is_said(
    scene: Scene, client: Client, act: str, given: dict[str, str], message: str
) -> None:
    address = f"{PAGE}unauthorised/{scene.amy.pk}/2026-09-14/"
    answer = post(sign_in(client, scene.head), address, act, **given)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not ReturnStep.objects.exists()


def test_the_file_holds_what_is_to_be_sent_and_no_formula(scene: Scene, client: Client) -> None:
    Pupil.objects.filter(pk=scene.amy.pk).update(legal_forename="=2+5")
    answer = sign_in(client, scene.officer).get(f"{PAGE}unauthorised/file/")

    assert answer["Content-Disposition"] == 'attachment; filename="returns-unauthorised-2026-10-05.csv"'
    [headings, row] = answer.content.decode("utf-8-sig").splitlines()
    assert headings == "Return,Full name,Address,Cause,Days,Came to it on,Due by"
    assert row.startswith("Absence without authorisation,'=2+5 Abbott,")
    assert Event.objects.filter(type="roll.pupil.viewed", subject=f"pupil:{scene.amy.pk}").count() == 1


def test_there_is_no_page_for_what_is_no_return(scene: Scene, client: Client) -> None:
    sign_in(client, scene.officer)
    for address in (
        f"gifts/{scene.amy.pk}/2026-09-14/",
        f"illness/{scene.amy.pk}/2026-09-14/",
        f"unauthorised/{10**25}/2026-09-14/",
        f"unauthorised/{scene.amy.pk}/2026-12-14/",
        "gifts/file/",
    ):
        assert client.get(f"{PAGE}{address}").status_code == 404
