"""A teacher, or somebody at a teacher's keyboard, sends registers that no page of ours would send."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rollbook.apps.accounts.models import Appointment
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.models import Entry
from rollbook.apps.registers.queries.proof import prove
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import GroupTeacher, TeachingGroup
from rollbook.domain.access import Role
from rollbook.domain.marks import SchoolSession
from tests.apps.registers.scene import MONDAY, at
from tests.security.ground import FAR, OWN, Ground, body_of, tables

AM, PM = SchoolSession.AM, SchoolSession.PM


def address(group: TeachingGroup, on: date = MONDAY, session: SchoolSession = AM) -> str:
    return reverse("registers:take", args=[group.pk, on, session])


def form(pupil: Pupil, code: str = "N", seen: object = 0, **more: object) -> dict[str, Any]:
    return {f"v-{pupil.pk}": seen, f"m-{pupil.pk}": code, "reason": "because", "act": "save"} | more


def send(client: Client, to: str, data: dict[str, Any], status: set[int]) -> str:
    """Sends a form that must not be taken. Nothing may change anywhere."""
    before, events = tables(without={"audit_event"}), set(Event.objects.values_list("pk", flat=True))
    response = client.post(to, data)
    body = body_of(response)
    assert response.status_code in status, f"{response.status_code} for {str(data)[:100]}"
    assert tables(without={"audit_event"}) == before
    # The page that comes back shows a pupil, and that is a look.
    assert set(Event.objects.exclude(pk__in=events).values_list("type", flat=True)) <= {"roll.pupil.viewed"}
    assert FAR.lower() not in body.lower()
    return body


@pytest.fixture
def teacher(ground: Ground) -> Client:
    return ground.client(Role.CLASS_TEACHER)


def test_another_groups_register(ground: Ground, teacher: Client) -> None:
    scene = ground.scene
    for act in ("save", "rest", ""):
        body = send(teacher, address(scene.other_group), form(scene.dan, act=act), {404})
        assert "Dale" not in body


def test_pupils_who_are_not_in_the_group(ground: Ground, teacher: Client) -> None:
    """Neither another group's nor another school's are taken, and with them nothing of the form is."""
    scene = ground.scene
    for stranger in (scene.dan, ground.far_pupil):
        body = send(teacher, address(scene.group), form(scene.ben, "N", 1) | form(stranger), {422})
        assert "Dale" not in body
    for key in ("1e3", "-1", "0x1", " 1", "1 OR 1=1", "9" * 30, "\uff19", "²", "1.0"):
        send(teacher, address(scene.group), {f"v-{key}": "0", f"m-{key}": "N", "reason": "x"}, {422})


def test_a_group_taught_until_yesterday(ground: Ground, teacher: Client) -> None:
    scene = ground.scene
    GroupTeacher.objects.filter(user=scene.teacher).update(last_day=MONDAY - timedelta(days=1))
    body = send(teacher, address(scene.group), form(scene.ben, seen=1), {404})
    assert OWN not in body
    friday = MONDAY - timedelta(days=3)
    send(teacher, address(scene.group, friday), form(scene.ben), {404})
    assert OWN not in body_of(teacher.get("/registers/")) + body_of(teacher.get("/pupils/"))
    assert teacher.get(reverse("registers:pupil", args=[scene.ben.pk])).status_code == 404
    assert teacher.get(reverse("roll:details", args=[scene.ben.pk])).status_code == 404


def test_a_group_that_will_be_taught_from_tomorrow(ground: Ground, teacher: Client) -> None:
    scene = ground.scene
    GroupTeacher.objects.create(
        group=scene.other_group, user=scene.teacher, first_day=MONDAY + timedelta(days=1)
    )
    assert "Dale" not in send(teacher, address(scene.other_group), form(scene.dan), {404})
    send(teacher, address(scene.other_group, MONDAY + timedelta(days=1)), form(scene.dan), {404})


def test_after_the_appointment_ended(ground: Ground, teacher: Client) -> None:
    scene = ground.scene
    Appointment.objects.filter(user=scene.teacher).update(last_day=MONDAY - timedelta(days=1))
    assert OWN not in send(teacher, address(scene.group), form(scene.ben, seen=1), {403})


@pytest.mark.parametrize(
    "on",
    [date(2026, 9, 11), date(2026, 9, 15), date(2026, 9, 13), date(2026, 10, 27), date(1999, 9, 14)],
    ids=["last Friday", "tomorrow", "Sunday", "half term", "long ago"],
)
def test_on_another_day(ground: Ground, teacher: Client, on: date) -> None:
    for session in SchoolSession:
        send(teacher, address(ground.scene.group, on, session), form(ground.scene.ben), {422, 200, 404})
    send(teacher, address(ground.scene.group, MONDAY, PM), form(ground.scene.ben), {422})


@pytest.mark.parametrize(
    "code",
    [
        "#",
        "Z",
        "H",
        "Y4",
        "C",
        "E",
        "\\",
        "<script>",
        "//",
        "n",
        "N ",
        "N\x00",
        "present\x00",
        "'; --",
        "🙂",
        "N" * 5000,
    ],
)
def test_codes_that_are_not_a_teachers(ground: Ground, teacher: Client, code: str) -> None:
    scene = ground.scene
    body = send(teacher, address(scene.group), form(scene.cat, code, 1), {422})
    assert "<script>" not in body
    # Where one code stands in each of the two places the other codes are sent from.
    send(teacher, address(scene.group), form(scene.cat, "N", 1) | {f"o-{scene.cat.pk}": code}, {422})


@pytest.mark.parametrize("minutes", ["-5", "0", "999", "9" * 5000, "1e2", "٣٣٣", "<b>", "5\x00", "4.5"])
def test_minutes_that_can_not_be(ground: Ground, teacher: Client, minutes: str) -> None:
    late = f"late-{ground.scene.cat.pk}"
    send(teacher, address(ground.scene.group), form(ground.scene.cat, "L", 1) | {late: minutes}, {422})


def test_versions_that_were_never_shown(ground: Ground, teacher: Client) -> None:
    """Whatever version is claimed, a mark is never overwritten: a new version with a reason stands beside it."""
    scene = ground.scene
    for seen in ("-1", "9" * 5000, "x", "0x1", ""):
        send(teacher, address(scene.group), form(scene.amy, "N", seen), {409})
    send(teacher, address(scene.group), form(scene.amy, "N", "9" * 18, reason=" "), {422})
    teacher.post(address(scene.group), form(scene.amy, "N", "9" * 18))
    assert scene.marks()[f"Amy{OWN}"] == ["N", "I", "N"]
    assert prove(scene.school.pk).is_whole


def test_somebody_elses_form_sent_again_under_their_key(ground: Ground, teacher: Client) -> None:
    from rollbook.apps.registers.models import Save

    scene = ground.scene
    key = str(Save.objects.filter(school=scene.school).latest("number").key)
    teacher.post(address(scene.group), form(scene.cat, "N", 1, key=key))
    latest = Entry.objects.filter(pupil=scene.cat).latest("version")
    assert (latest.code, latest.by_id) == ("N", scene.teacher.pk)
    assert prove(scene.school.pk).is_whole


def test_who_writes_can_not_be_chosen(ground: Ground, teacher: Client) -> None:
    scene = ground.scene
    forged = {
        "by": scene.head.pk, "by_id": scene.head.pk, "by_name": "Hal Head", "school": ground.far_school.pk,
        "school_id": ground.far_school.pk, "on": "2026-09-11", "at": "2020-01-01", "group_id": scene.other_group.pk,
    }  # fmt: skip
    teacher.post(address(scene.group), form(scene.cat, "N", 1, **forged))
    latest = Entry.objects.filter(pupil=scene.cat).latest("version")
    assert (latest.by_name, latest.school_id, latest.on) == ("Tess Teacher", scene.school.pk, MONDAY)
    assert latest.at == at(9, 5)


def test_the_same_field_twice(ground: Ground, teacher: Client) -> None:
    """The last one counts, as everywhere in the product, and one mark comes of it."""
    scene = ground.scene
    pupil = scene.cat.pk
    teacher.post(
        address(scene.group), {f"v-{pupil}": ["0", "1"], f"m-{pupil}": ["L", "N"], "reason": ["", "why"]}
    )
    assert scene.marks()[f"Cat{OWN}"] == ["/", "N"]


def test_ten_thousand_fields(ground: Ground, teacher: Client) -> None:
    many = {f"v-{number}": "0" for number in range(1, 9_000)}
    send(teacher, address(ground.scene.group), many, {422})
    send(teacher, address(ground.scene.group), many | {f"x{number}": "" for number in range(1_100)}, {400})


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "x" * 5000, '"],["\\u0000', "\\", "\u2028\ud7ff\U0001f600'\"", "=1+1", "{{7*7}}", "\r\n\t"],
)
def test_texts_that_could_break_the_evidence(ground: Ground, teacher: Client, text: str) -> None:
    """Whatever is typed, what the database keeps is what the digest was made of."""
    scene = ground.scene
    note = {f"note-{scene.cat.pk}": text}
    teacher.post(address(scene.group), form(scene.cat, "N", 1, **note))
    teacher.post(address(scene.group), form(scene.cat, "N", 1, reason=text))
    for entry in Entry.objects.filter(pupil=scene.cat):
        assert max(len(entry.note), len(entry.reason)) <= 300
        assert "\x00" not in entry.note + entry.reason
    assert prove(scene.school.pk).is_whole
    for page in (address(scene.group), reverse("registers:mark", args=[scene.cat.pk, MONDAY, "AM"])):
        assert teacher.get(page).status_code == 200
        body_of(teacher.get(page))


def test_a_form_from_elsewhere(ground: Ground) -> None:
    """Without the token, with another's token, or from another page of the web, nothing is saved."""
    scene = ground.scene
    client = ground.client(Role.CLASS_TEACHER, enforce_csrf_checks=True)
    to = address(scene.group)
    page = client.get(to).content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    other = ground.client(Role.OFFICE, enforce_csrf_checks=True)
    others = other.get(to).content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    before = tables()
    right = form(scene.cat, "N", 1) | {"csrfmiddlewaretoken": token}
    assert client.post(to, form(scene.cat, "N", 1)).status_code == 403
    assert client.post(to, right | {"csrfmiddlewaretoken": others}).status_code == 403
    assert client.post(to, right | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    for origin in (
        "https://evil.example.org",
        "null",
        "http://testserver.evil.example.org",
        "https://testserver",
    ):
        assert client.post(to, right, headers={"origin": origin}).status_code == 403, origin
    secure = {"secure": True}
    for referer in ("https://evil.example.org/", ""):
        response = client.post(to, right, headers={"referer": referer}, **secure)
        assert response.status_code == 403, referer
    assert tables() == before
    assert client.post(to, right, headers={"origin": "http://testserver"}).status_code == 302
    assert scene.marks()[f"Cat{OWN}"] == ["/", "N"]


def test_roles_that_take_no_register(ground: Ground) -> None:
    scene = ground.scene
    for role, status in ((Role.SENCO, {422}), (Role.GOVERNOR, {403}), (Role.ADMINISTRATOR, {403})):
        send(ground.client(role), address(scene.group), form(scene.cat, "N", 1), status)
    mark = reverse("registers:mark", args=[scene.cat.pk, MONDAY, "AM"])
    amendment = {
        "code": "N",
        "reason": "x",
        "seen_version": "1",
        "key": "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90",
    }
    for role in (Role.SENCO, Role.CLASS_TEACHER):
        send(ground.client(role), mark, amendment, {404})


def test_amending_what_is_not_to_be_amended(ground: Ground) -> None:
    scene = ground.scene
    client = ground.client(Role.OFFICE)
    key = "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90"
    right = {"code": "N", "reason": "x", "seen_version": "1", "key": key}
    cases: list[tuple[Pupil, date, str, dict[str, str], set[int]]] = [
        (scene.cat, MONDAY, "AM", {"code": "#"}, {422}),
        (scene.cat, MONDAY, "AM", {"code": "Z"}, {422}),
        (scene.cat, MONDAY, "AM", {"code": "H"}, {422}),
        (scene.cat, MONDAY, "AM", {"code": "E"}, {422}),  # the head teacher's
        (scene.cat, MONDAY, "AM", {"reason": " "}, {422}),
        (scene.cat, MONDAY, "AM", {"reason": "x\x00"}, {422}),
        (scene.cat, MONDAY, "AM", {"reason": "x" * 301}, {422}),
        (scene.cat, MONDAY, "AM", {"seen_version": "0"}, {422}),
        (scene.cat, MONDAY, "AM", {"seen_version": "9" * 5000}, {422}),
        (scene.cat, MONDAY, "AM", {"key": "../"}, {422}),
        (scene.cat, MONDAY, "AM", {"code": "L", "minutes_late": "-1"}, {422}),
        (scene.cat, MONDAY, "AM", {"code": "L", "minutes_late": "9" * 5000}, {422}),
        (scene.cat, MONDAY, "PM", {"seen_version": "0"}, {404}),
        (scene.cat, MONDAY + timedelta(days=1), "AM", {"seen_version": "0"}, {404}),
        (scene.cat, date(2026, 9, 2), "AM", {"seen_version": "0"}, {404}),
        (ground.far_pupil, MONDAY, "AM", {}, {404}),
    ]
    for pupil, on, session, wrong, status in cases:
        to = reverse("registers:mark", args=[pupil.pk, on, session])
        send(client, to, right | wrong, status)


def test_choices_of_another_school(ground: Ground) -> None:
    """Another school's ids as choices in forms are no choices; nothing is saved, and nothing is told."""
    far, own = ground.far_ids, ground.ids
    office, head = ground.client(Role.OFFICE), ground.client(Role.HEAD_TEACHER)
    key = "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90"
    days = {"first_day": "2026-09-15", "last_day": "2026-09-15"}
    plan = days | {"sessions": "both", "code": "M", "note": "x", "origin": "parent"}
    new = {
        "legal_surname": "New", "legal_forename": "Nell", "surname": "New", "forename": "Nell", "sex": "F",
        "born_on": "2014-05-17", "year_offset": "0", "first_day": "2026-09-15", "group": far["group_id"],
    }  # fmt: skip
    send(office, "/planned/", plan | {"pupil": far["pupil_id"]}, {422})
    send(
        office,
        "/arrivals/",
        {"act": "late", "pupil": far["pupil_id"], "moved_at": "09:04", "key": key},
        {422},
    )
    send(office, "/pupils/add/", new, {422})
    move = reverse("roll:move", args=[own["pupil_id"]])
    send(office, move, {"group": far["group_id"], "on": "2026-09-15"}, {422})
    give = reverse("schools:group_give", args=[own["group_id"]])
    send(head, give, {"user": far["person_id"], **days}, {422})
    response = office.get(
        "/registers/export/", {"first_day": "2026-09-14", "last_day": "2026-09-14", "group": far["group_id"]}
    )
    assert response.status_code == 422
    assert FAR not in body_of(response)
    for query in ({"group": far["group_id"]}, {"q": f"Quill{FAR}"}, {"q": f"Quin{FAR}", "show": "left"}):
        body = body_of(office.get("/pupils/", query)) + body_of(office.get("/pupils/export.csv", query))
        assert f"/pupils/{far['pupil_id']}/" not in body
        assert body.count(f"9{FAR}") == 0
    for subject in (f"pupil:{far['pupil_id']}", f"person:{far['person_id']}", f"group:{far['group_id']}"):
        body = body_of(head.get("/audit/", {"subject": subject}))
        assert f"{FAR}" not in body
        assert f"{FAR}" not in body_of(head.get("/audit/export/", {"subject": subject}))


def test_fields_that_no_form_has(ground: Ground) -> None:
    """A field more in the form reaches no column."""
    head, far = ground.client(Role.HEAD_TEACHER), ground.far_school.pk
    extra: dict[str, Any] = {
        "id": 1, "pk": 1, "school": far, "school_id": far, "is_staff": "on", "is_superuser": "on", "is_active": "",
        "password": "x", "parent": ground.far_ids["contact_id"], "parent_id": 1, "pupil_id": ground.far_ids["pupil_id"],
        "user": ground.far_ids["person_id"], "user_id": ground.far_ids["person_id"], "priority": 99,
        "medical_note": "changed", "loaded_at": "2020-01-01", "calendar_version": 0,
    }  # fmt: skip
    pupil, person = ground.scene.ben, ground.scene.office
    head.post(
        reverse("roll:change", args=[pupil.pk, "address"]),
        extra | {"address": "1 Road", "postcode": "B1 1AA"},
    )
    head.post(
        reverse("roll:contact_add", args=[pupil.pk]),
        extra | {"forename": "Aunt", "surname": "Ann", "relationship": "aunt", "telephone": "0121 496 0001"},
    )
    head.post(
        reverse("accounts:details", args=[person.pk]),
        extra | {"name": "Ola Office", "email": person.email, "telephone": "1"},
    )
    head.post(
        reverse("accounts:appoint", args=[person.pk]),
        extra | {"role": "senco", "position": "SENCO", "first_day": "2026-09-14"},
    )
    head.post("/school/groups/new/", extra | {"name": "7C", "room": "", "first_day": "2026-09-14"})
    pupil.refresh_from_db()
    person.refresh_from_db()
    assert (pupil.school_id, pupil.medical_note, pupil.address) == (ground.scene.school.pk, "", "1 Road")
    assert pupil.contacts.get().parent.school_id == ground.scene.school.pk
    assert pupil.contacts.get().priority == 1
    assert person.is_active
    assert person.has_usable_password()
    assert person.check_password("quiet-harbour-lantern-42")
    post = Appointment.objects.get(role="senco")
    assert (post.school_id, post.user_id) == (ground.scene.school.pk, person.pk)
    assert TeachingGroup.objects.get(name="7C").school_id == ground.scene.school.pk


def test_nobody_makes_themselves_more_than_they_are(ground: Ground) -> None:
    client = ground.client(Role.ADMINISTRATOR)
    me = ground.person(Role.ADMINISTRATOR)
    to = reverse("accounts:appoint", args=[me.pk])
    for role in ("head_teacher", "office", "class_teacher", "pastoral_lead", "superuser", ""):
        before = Appointment.objects.count()
        response = client.post(to, {"role": role, "position": "x", "first_day": "2026-09-14"})
        assert response.status_code == 422, role
        assert Appointment.objects.count() == before


def test_the_clock_of_the_browser_counts_for_nothing(ground: Ground, teacher: Client) -> None:
    with time_machine.travel(at(8, 59), tick=False):
        send(teacher, address(ground.scene.group), form(ground.scene.cat, seen=1, at="09:05"), {422})
