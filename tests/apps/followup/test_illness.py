"""Illness: accepted unless the head decides otherwise, evidence never asked for by itself, parents told before O."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.followup.actions.illness import make_unauthorised, record_illness_step
from rollbook.apps.followup.models import IllnessStep
from rollbook.apps.followup.queries.illness import long_spells
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.registers.models import Entry
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.illness import IllnessDraft, IllnessStepKind
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_pupil
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db

PAGE = "/absence/illness/"
DAYS = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7)]
TODAY = DAYS[5]
NOW = at(10, on=TODAY)
K = IllnessStepKind


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Amy has been ill for six school days, Ben for two and is back."""
    scene = Scene()
    marks = {(scene.amy, day, session): "I" for day in DAYS for session in (AM, PM)}
    marks |= {(scene.ben, day, AM): code for day, code in zip(DAYS, "II/", strict=False)}
    make_marks(scene.viewer(scene.officer), marks, NOW)
    return scene


def step(scene: Scene, kind: K, person: Any = None, **given: Any) -> IllnessStep:
    viewer = given.pop("viewer", None) or scene.viewer(person or scene.head, TODAY)
    count = IllnessStep.objects.filter(pupil_id=scene.amy.pk).count()
    values: dict[str, Any] = {"pupil_id": scene.amy.pk, "on": TODAY, "seen_count": count, "key": uuid4()}
    values |= {name: given.pop(name) for name in list(given) if name in values}
    told_on = given.pop("told_on", None)
    draft = IllnessDraft(kind, on=told_on, **({"text": "Seen in town on Thursday"} | given))
    return record_illness_step(viewer=viewer, draft=draft, by=viewer.actor, at=NOW, **values)


def refuse(scene: Scene) -> None:
    step(scene, K.DECIDED, is_accepted=False)


def tell(scene: Scene) -> None:
    step(scene, K.TOLD, scene.officer, who="Mo Abbott", how="telephone", told_on=TODAY, text="")


def to_o(scene: Scene, *changes: Change, person: Any = None, **given: Any) -> Any:
    viewer = scene.viewer(person or scene.officer, TODAY)
    values: dict[str, Any] = {"pupil_id": scene.amy.pk, "on": TODAY, "key": uuid4()} | given
    return make_unauthorised(
        viewer=viewer, changes=changes, reason="Illness not accepted", by=viewer.actor, at=NOW, **values
    )


def change(scene: Scene, session: SchoolSession = AM) -> Change:
    return Change(scene.amy.pk, DAYS[3], session, 1, "O")


def codes(scene: Scene) -> set[str]:
    return set(Entry.objects.filter(pupil=scene.amy).values_list("code", flat=True))


@pytest.mark.policy("P-4.2-4", "P-4.2-6")
def test_who_is_ill_for_six_days_is_listed_and_nothing_is_asked_for_by_itself(scene: Scene) -> None:
    [amy] = long_spells(scene.viewer(scene.officer, TODAY), NOW)

    assert (amy.forename, len(amy.days), amy.asked_count, amy.steps) == ("Amy", 6, 0, ())
    assert not Event.objects.filter(type__startswith="followup.").exists()
    assert codes(scene) == {"I"}


@pytest.mark.policy("P-4.2-5", "P-4.2-8")
def test_a_short_illness_is_listed_once_it_is_doubted_and_asking_is_counted(scene: Scene) -> None:
    ben = {"pupil_id": scene.ben.pk, "on": DAYS[0]}
    with pytest.raises(Refused, match="from the 6th day"):
        step(scene, K.ASKED, scene.officer, how="letter", seen_count=0, **ben)
    step(scene, K.DOUBTED, scene.officer, seen_count=0, **ben)
    step(scene, K.ASKED, scene.officer, how="letter", seen_count=1, **ben)

    found = {each.forename: each for each in long_spells(scene.viewer(scene.officer, TODAY), NOW)}
    assert set(found) == {"Amy", "Ben"}
    assert found["Ben"].asked_count == 1


@pytest.mark.policy("P-4.2-9", "P-4.2-10")
def test_i_becomes_o_only_after_the_head_decided_and_the_parents_were_told(scene: Scene) -> None:
    with pytest.raises(Refused, match="has not decided"):
        to_o(scene, change(scene))
    refuse(scene)
    with pytest.raises(Refused, match="not been told yet"):
        to_o(scene, change(scene))
    assert codes(scene) == {"I"}
    tell(scene)
    made = to_o(scene, change(scene), change(scene, PM))

    assert made.saved_count == 2
    [entry] = Entry.objects.filter(pupil=scene.amy, on=DAYS[3], session="AM", version=2)
    assert (entry.code, entry.reason, entry.by_name) == ("O", "Illness not accepted", "Ann Officer")
    events = Event.objects.filter(type__startswith="followup.illness.").values_list("type", flat=True)
    assert list(events.order_by("pk")) == ["followup.illness.decided", "followup.illness.told"]
    assert "town" not in str(list(Event.objects.values_list("facts", flat=True)))


def test_an_accepted_illness_stays_ill(scene: Scene) -> None:
    refuse(scene)
    tell(scene)
    step(scene, K.DECIDED, is_accepted=True, text="The hospital rang")
    with pytest.raises(Refused, match="accepted"):
        to_o(scene, change(scene))
    assert codes(scene) == {"I"}


@pytest.mark.policy("P-4.2-9")
def test_only_the_head_decides_and_who_may_not_is_refused(scene: Scene) -> None:
    with pytest.raises(Refused, match="You may not decide"):
        step(scene, K.DECIDED, scene.officer, is_accepted=False)
    for person in (scene.office, scene.teacher):
        with pytest.raises(Refused, match="You may not follow up"):
            step(scene, K.DOUBTED, person)
    refuse(scene)
    tell(scene)
    with pytest.raises(Refused, match="You may not follow up"):
        to_o(scene, change(scene), person=scene.office)
    with pytest.raises(Refused, match="You may not amend"):
        to_o(scene, change(scene), person=make_person(scene.school, Role.SENCO))
    assert codes(scene) == {"I"}


def test_what_can_not_be_is_refused_and_nothing_is_kept(scene: Scene) -> None:
    with pytest.raises(Refused, match="Say why"):
        step(scene, K.DOUBTED, text=" ")
    with pytest.raises(Refused, match="does not show this illness"):
        step(scene, K.DOUBTED, pupil_id=scene.cat.pk)
    with pytest.raises(Refused, match="does not show this illness"):
        step(scene, K.DOUBTED, pupil_id=10**25)
    with pytest.raises(Refused, match="Somebody else"):
        step(scene, K.DOUBTED, seen_count=3)
    assert not IllnessStep.objects.exists()
    refuse(scene)
    tell(scene)
    for wrong in (
        [],
        [Change(scene.ben.pk, DAYS[0], AM, 1, "O")],
        [Change(scene.amy.pk, DAYS[3], AM, 1, "G")],
    ):
        with pytest.raises(Refused):
            to_o(scene, *wrong)
    assert codes(scene) == {"I"}


def test_the_same_form_twice_counts_once(scene: Scene) -> None:
    key = uuid4()
    assert step(scene, K.DECIDED, is_accepted=False, key=key) == step(
        scene, K.DECIDED, is_accepted=False, key=key
    )
    tell(scene)
    again = uuid4()
    to_o(scene, change(scene), key=again)
    assert to_o(scene, change(scene), key=again).saved_count == 1


def test_another_school_sees_and_changes_nothing(scene: Scene) -> None:
    refuse(scene)
    other = make_school("Elm Road School")
    stranger = viewer_of(make_person(other, Role.HEAD_TEACHER), TODAY, other)
    assert long_spells(stranger, NOW) == []
    with pytest.raises(Refused, match="does not show"):
        step(scene, K.DOUBTED, viewer=stranger, seen_count=1)
    client = sign_in(Client(), make_person(other, Role.HEAD_TEACHER, name="Far Head"))
    assert client.get(f"{PAGE}{scene.amy.pk}/2026-09-14/").status_code == 404


def test_the_database_keeps_what_was_recorded(scene: Scene) -> None:
    refuse(scene)
    with pytest.raises(DatabaseError), transaction.atomic():
        IllnessStep.objects.update(text="")


def test_however_many_pupils_the_queries_stay_the_same(scene: Scene) -> None:
    pupils = [make_pupil(scene.school, scene.group, f"Pupil{n}", "Pat") for n in range(8)]
    make_marks(scene.viewer(scene.officer), {(p, d, AM): "I" for p in pupils for d in DAYS}, NOW)
    viewer = scene.viewer(scene.officer, TODAY)
    long_spells(viewer, NOW)
    with CaptureQueriesContext(connection) as asked:
        assert len(long_spells(viewer, NOW)) == 9
    assert len(asked) == 4


# --- The pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_who_may_open_them(scene: Scene, role: Role) -> None:
    client = sign_in(Client(), make_person(scene.school, role))
    expected = 200 if Permission.WELFARE_VIEW in ROLE_PERMISSIONS[role] else 403
    assert client.get(PAGE).status_code == expected
    assert client.get(f"{PAGE}{scene.amy.pk}/2026-09-14/").status_code == expected


def post(client: Client, scene: Scene, act: str, count: int = 0, **given: Any) -> Any:
    data = {f"{act}-{name}": value for name, value in given.items()}
    data |= {"act": act, f"{act}-key": str(uuid4()), f"{act}-seen_count": str(count)}
    if "take" in given:
        data["take"] = data.pop(f"{act}-take")
    return client.post(f"{PAGE}{scene.amy.pk}/2026-09-14/", data, follow=True)


def test_the_whole_way_on_the_page(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    assert (
        "evidence was asked for"
        in post(client, scene, "asked", text="Week-long", how="letter").content.decode()
    )
    answer = post(client, scene, "came", 1, evidence="card", on="2026-09-21", text="")
    assert "Evidence came: Appointment card" in answer.content.decode()
    answer = post(client, scene, "decided", 2, is_accepted="no", text="The card is of another day")
    assert "not been told yet" in answer.content.decode()
    answer = post(client, scene, "told", 3, who="Mo Abbott", how="telephone", on="2026-09-21", text="")
    assert "Change those ticked to O" in answer.content.decode()
    answer = post(client, scene, "marks", reason="Illness not accepted", take=["2026-09-17-AM-1"])
    assert "1 session is O now, not authorised." in answer.content.decode()


@pytest.mark.parametrize(
    ("act", "given", "message"),
    [
        ("doubted", {"text": ""}, "Why it is doubted is missing"),
        ("asked", {"text": "x" * 601, "how": "letter"}, "600"),
        ("asked", {"text": "Why", "how": "pigeon"}, "pigeon"),
        ("came", {"evidence": "card", "on": "2026-09-22"}, "at the latest 21 September 2026"),
        ("told", {"who": "Mo", "how": "letter", "on": "2026-09-21"}, "has not decided"),
        ("marks", {"reason": "No", "take": ["2026-09-17-AM-1"]}, "has not decided"),
        ("marks", {"reason": "No", "take": ["2026-02-31-AM-1"]}, "no session of this illness"),
        ("marks", {"reason": "", "take": ["2026-09-17-AM-1"]}, "missing"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    scene: Scene, client: Client, act: str, given: dict[str, Any], message: str
) -> None:
    answer = post(sign_in(client, scene.head), scene, act, **given)

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not IllnessStep.objects.exists()
    assert codes(scene) == {"I"}


def test_from_the_pupils_page_the_latest_illness_opens_however_short(scene: Scene, client: Client) -> None:
    sign_in(client, scene.officer)
    assert client.get(f"{PAGE}{scene.ben.pk}/").headers["Location"] == f"{PAGE}{scene.ben.pk}/2026-09-15/"
    assert "has not been marked ill" in client.get(f"{PAGE}{scene.cat.pk}/", follow=True).content.decode()
    assert client.get(f"{PAGE}{10**25}/").status_code == 404
    assert f"{PAGE}{scene.ben.pk}/" in client.get(f"/pupils/{scene.ben.pk}/").content.decode()
