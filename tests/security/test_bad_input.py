"""Dates, numbers and texts that no page of ours would send: an answer in words, never an error of the server."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rollbook.apps.accounts.models import Appointment
from rollbook.apps.schools.models import TeachingGroup
from rollbook.domain.access import Role
from tests.apps.registers.scene import MONDAY
from tests.security.ground import FIXED, PAGES, Ground, body_of, plausible

DAYS = [
    "0000-00-00",
    "0001-01-01",
    "2026-02-30",
    "9999-12-30",
    "9999-12-31",
    "\uff12\uff10\uff12\uff16-09-14",
    "1900-01-01",
    "2200-12-31",
]
HUGE = "9" * 25


@pytest.fixture
def head(ground: Ground) -> Client:
    return ground.client(Role.HEAD_TEACHER)


def answer(client: Client, to: str, data: dict[str, Any] | None = None, *, sent: bool = False) -> int:
    """The status of an answer that is read to its end. Errors: AssertionError for an error of the server."""
    response = client.post(to, data) if sent else client.get(to, data)
    body_of(response)
    assert response.status_code < 500, f"{response.status_code} for {to[:120]} {str(data)[:200]}"
    return response.status_code


@pytest.mark.parametrize("day", DAYS)
def test_days_in_addresses(ground: Ground, head: Client, day: str) -> None:
    group = TeachingGroup.objects.create(school=ground.scene.school, name="Old", first_day="0001-01-01")
    pupil = ground.scene.amy.pk
    for to in (
        f"/today/{day}/am/",
        f"/registers/{day}/",
        f"/registers/{group.pk}/{day}/",
        f"/registers/{group.pk}/{day}/pm/",
        f"/pupils/{pupil}/?on={day}",
        f"/pupils/{pupil}/marks/{day}/am/",
        f"/closures/{day}/",
        f"/school/times/{day}/",
        f"/school/times/{day}/remove/",
        f"/school/days/new/?on={day}",
        f"/audit/?first_day={day}",
        f"/audit/?last_day={day}",
        f"/audit/export/?first_day={day}&last_day={day}",
        f"/registers/export/?first_day={day}&last_day={day}",
        f"/registers/export/?first_day={MONDAY}&last_day={day}",
    ):
        answer(head, to)
    answer(head, f"/registers/{group.pk}/{day}/am/", {f"v-{pupil}": "0", f"m-{pupil}": "N"}, sent=True)


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "2200-12-31", "9999-12-31"])
def test_days_in_forms(ground: Ground, head: Client, day: str) -> None:
    """Every form of the product with this as its every date, and with it as its last one only."""
    for page in PAGES:
        for dates in (
            ("first_day", "last_day", "on", "effective_from", "born_on", "takes_effect_on"),
            ("last_day",),
        ):
            data = plausible(ground.ids) | dict.fromkeys(dates, day) | {"sessions": ["AM", "PM"]}
            answer(head, page.at(ground.ids), data, sent=True)
            if page.name in ("account_logout", "accounts:sign_out_everywhere"):
                head.force_login(ground.scene.head)
    # What got in must not make a page fail from now on.
    for page in PAGES:
        answer(head, page.at(ground.ids))


def test_a_span_of_three_centuries(ground: Ground, head: Client) -> None:
    span = {"first_day": "1900-01-01", "last_day": "2200-12-31"}
    year = {
        "terms-TOTAL_FORMS": "0",
        "terms-INITIAL_FORMS": "0",
        "days-TOTAL_FORMS": "0",
        "days-INITIAL_FORMS": "0",
    }
    for to, data in (
        (
            "/planned/",
            {"pupil": ground.scene.amy.pk, "sessions": "both", "code": "M", "note": "x", "origin": "parent"},
        ),
        ("/school/years/new/", year | {"name": "Long"}),
        ("/school/years/new/", year | {"name": "Long", "act": "preview"}),
        (
            reverse("schools:year_change", args=[ground.ids["year_id"]]),
            year | {"name": "2026/27", "is_confirmed": "on"},
        ),
    ):
        assert answer(head, to, data | span, sent=True) == 422, to
    assert answer(head, "/registers/export/", span) == 422
    answer(
        head, "/school/days/new/", {"kind": "inset", "name": "Long", "is_confirmed": "on"} | span, sent=True
    )
    for to in (
        "/today/",
        "/school/",
        "/registers/",
        "/audit/export/?first_day=1900-01-01&last_day=2200-12-31",
    ):
        answer(head, to)


def test_numbers_that_no_database_holds(ground: Ground, head: Client) -> None:
    for number in (HUGE, "9" * 19):
        for page in PAGES:
            if not page.ids:
                continue
            ids = {place: int(number) for place in page.ids}
            for sent in (False, True):
                status = answer(head, page.at(ids), plausible(ground.ids) if sent else None, sent=sent)
                assert status in (302, 404, 405), page.name
    for to in (
        f"/pupils/?page={'9' * 3000}",
        "/pupils/?page=-1",
        f"/pupils/?group={HUGE}&year={HUGE}",
        f"/audit/?before={HUGE}",
        f"/audit/?after={'9' * 18}",
        f"/audit/?subject=pupil:{'9' * 12}",
        "/audit/?subject=pupil:٣",
        "/audit/?subject=x:1",
        f"/arrivals/?pupil={HUGE}",
        f"/planned/?pupil={HUGE}",
        "/registers/" + "9" * 4301 + "/2026-09-14/am/",
    ):
        answer(head, to)
    assert head.post("/account/school/", {"school": HUGE}).status_code == 404


NASTY = [
    "'",
    "' OR '1'='1",
    "'; DROP TABLE roll_pupil; --",
    '"',
    "\\",
    "%",
    "_",
    "%s",
    "%(school)s",
    "{0}",
    "{which}",
    "\x00",
    "a " * 500,
    "x" * 3000,
    "²",
    "\ud7ff\U0001f600",
    "(((((",
    "\u202e",
    "2026-99-99",
    "[" * 3000,
    "=cmd|' /C calc'!A0",
]


def test_texts_in_searches_and_filters(ground: Ground, head: Client) -> None:
    before = TeachingGroup.objects.count()
    for to, names in (
        ("/pupils/", ("q", "letter", "group", "year", "show", "missing", "page")),
        ("/pupils/export.csv", ("q", "letter")),
        ("/audit/", ("by", "pupil", "kind", "subject", "before", "after", "first_day")),
        ("/audit/export/", ("by", "pupil")),
        ("/staff/", ("name", "role", "show")),
        ("/registers/export/", ("first_day", "group")),
        ("/school/days/new/", ("on", "kind", "name")),
        ("/arrivals/", ("pupil",)),
        ("/sign-in/", ("next", "ended")),
        ("/account/school/", ("next",)),
    ):
        for number, text in enumerate(NASTY):
            answer(head, to, {names[number % len(names)]: text})
        for text in ("\x00", "a " * 500, "²", "x" * 3000):
            answer(head, to, dict.fromkeys(names, text))
    assert TeachingGroup.objects.count() == before


def test_searching_takes_no_sign_for_a_rule(ground: Ground, head: Client) -> None:
    """What would open a search that was put together as text finds nobody."""
    for text in ("%", "' OR '1'='1", "_____"):
        assert answer(head, "/staff/", {"name": text}) == 200
        assert "Tess Teacher" not in body_of(head.get("/staff/", {"name": text}))
        assert "Ola Office</" not in body_of(head.get("/audit/", {"by": text}))


def test_texts_in_forms(ground: Ground, head: Client) -> None:
    """Whatever names, positions, notes and reasons say: all pages go on working, for everybody."""
    for text in (
        "'; DROP TABLE roll_pupil; --",
        "%(school)s",
        "{0}",
        "\x00",
        "²",
        "2026-99-99",
        "[" * 3000,
        "x" * 3000,
    ):
        for to, data in _forms_with(ground, text):
            answer(head, to, data, sent=True)
    for page in PAGES:
        if page.name not in ("account_logout", "accounts:sign_out_everywhere"):
            answer(head, page.at(ground.ids))
    assert Appointment.objects.exists()


def _forms_with(ground: Ground, text: str) -> list[tuple[str, dict[str, Any]]]:
    """Every form in which somebody types, filled in with this text."""
    ids, scene = ground.ids, ground.scene
    words = text[:35].strip() or "-"
    return [
        ("/school/groups/new/", {"name": words, "room": words, "first_day": "2026-09-01"}),
        (reverse("schools:group_change", args=[scene.other_group.pk]), {"name": f"{words}x", "room": words}),
        (
            "/school/days/new/",
            {"kind": "inset", "name": words, "first_day": "2026-11-26", "last_day": "2026-11-26"},
        ),
        (reverse("insight:keep"), {"name": words, "query": "measure=attendance&by=sex"}),
        (reverse("insight:view", args=[ids["view_id"]]), {"act": "name", "name": words, "is_shared": "on"}),
        (
            reverse("accounts:appoint", args=[scene.office.pk]),
            {"role": "senco", "position": words, "first_day": "2026-09-14"},
        ),
        (
            reverse("accounts:details", args=[scene.officer.pk]),
            {"name": words, "email": "o@example.org", "telephone": words},
        ),
        (
            "/staff/new/",
            {
                "name": words,
                "email": "n@example.org",
                "telephone": words,
                "role": "senco",
                "position": words,
                "first_day": "2026-09-14",
            },
        ),
        (
            reverse("schools:setting_choose", args=["low_attendance_percent"]),
            {"value": "88", "effective_from": "2027-02-01", "approved_at_meeting": words},
        ),
        (
            reverse("registers:mark", args=[scene.cat.pk, MONDAY, "AM"]),
            {
                "code": "N",
                "reason": words,
                "note": words,
                "seen_version": "1",
                "key": "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90",
            },
        ),
        (
            "/planned/",
            {
                "pupil": scene.ben.pk,
                "first_day": "2026-09-15",
                "last_day": "2026-09-15",
                "sessions": "both",
                "code": "M",
                "note": words,
                "origin": "parent",
            },
        ),
        (reverse("registers:withdraw_plan", args=[ids["plan_id"]]), {"because": text}),
        (reverse("roll:change", args=[scene.amy.pk, "names"]), {"legal_surname": words, "seen": text}),
        (
            reverse("roll:change", args=[scene.amy.pk, "needs"]),
            {"sen_status": "N", "medical_note": text, "seen": text},
        ),
        (
            reverse("roll:contact_add", args=[scene.ben.pk]),
            {"forename": words, "surname": f"A{words}", "relationship": words, "telephone": "0121 496 0001"},
        ),
        (reverse("exchange:load", args=[ids["import_id"]]), {"seen": text}),
        (reverse("exchange:columns", args=[ids["import_id"]]), {"column-0": text}),
        (reverse("exchange:undo", args=[ids["import_id"]]), {"reason": text, "seen": text}),
        (reverse("exchange:sheet", args=[ids["import_id"]]), {"sheet": text}),
        (
            "/school/particulars/",
            {"name": words, "phase": "special", "legal_type": "maintained", "address": text},
        ),
        (
            "/closures/",
            {
                "on": "2026-09-11",
                "sessions": ["PM"],
                "reason": words,
                "decided_by": words,
                "key": "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a91",
                "act": "declare",
            },
        ),
        ("/sign-in/", {"login": text, "password": text}),
        ("/account/password/", {"oldpassword": text, "password1": text, "password2": text}),
        ("/account/confirm/", {"password": text}),
        ("/account/second-step/app/", {"code": text}),
    ]


def test_cookies_that_are_nonsense(ground: Ground) -> None:
    client = ground.client(None)
    for text in ("x", "\x00", "9" * 4000, "../../etc/passwd", "gASVAAAA", '{"a":1}'):
        client.cookies["rollbook-session"] = text
        client.cookies["messages"] = text
        assert answer(client, "/today/") == 302


def test_hosts_that_are_not_ours(ground: Ground) -> None:
    """A letter with a link for a stranger's site must not go out, nor any page."""
    from django.core import mail

    client = ground.client(None)
    for host in ("evil.example.org", "testserver@evil.example.org", "testserver.evil.example.org"):
        response = client.post(
            "/password/forgotten/", {"email": ground.scene.head.email}, headers={"host": host}
        )
        assert response.status_code == 400
    client.post(
        "/password/forgotten/",
        {"email": ground.scene.head.email},
        headers={"x-forwarded-host": "evil.example.org"},
    )
    assert [letter for letter in mail.outbox if "evil.example.org" in letter.body] == []
    assert len(mail.outbox) == 1


_COLUMNS = ("legal_surname", "legal_forename", "born_on", "sex", "group")


def test_files_that_are_no_pupil_files(ground: Ground, head: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    row = b"Surname,Forename,DOB,Sex,Group\n"
    for name, content in (
        ("../../etc/passwd\x00.csv", row + b"A,B,2014-05-17,F,7A\n"),
        ("<script>.csv", row + b"A,B,2014-05-17,F,7A\n"),
        ("x" * 300 + ".csv", row),
        ("a.csv", b"\x00" * 5000),
        ("a.csv", b"PK\x03\x04" + b"\x00" * 200),
        ("a.csv", b'"' * 20_000),
        ("a.csv", b"," * 50_000),
        ("a.csv", row + b'"' + b"x" * 200_000),
        ("a.csv", b"\xff\xfe" * 999),
        (
            "a.csv",
            row + b"A,B,9999-12-31,F,7A\nC,D,0001-01-01,F,7A\nE,F,2014-05-17,F," + "²".encode() + b"\n",
        ),
        ("a.csv", row + b"=1+1,@SUM,2014-05-17,F,7A\n<b>,{{7*7}},2014-05-17,F,7A\n"),
    ):
        file = SimpleUploadedFile(name, content)
        data = {"file": file, "takes_effect_on": "2026-09-14", "makes_groups": "on"}
        response = head.post("/imports/new/pupils/", data, follow=True)
        assert response.status_code < 500, content[:50]
        text = body_of(response)
        assert "<script>.csv" not in text
        assert "<b>" not in text
        if "/columns/" in str(response.redirect_chain):
            to = response.redirect_chain[-1][0]
            chosen = {f"column-{place}": name for place, name in enumerate(_COLUMNS)}
            answer(head, to, chosen, sent=True)
            whole = to.removesuffix("columns/")
            answer(head, whole)
            answer(head, f"{whole}to-put-right.csv")
            answer(head, f"{whole}load/", {"good_rows_only": "on"}, sent=True)
    for to in ("/registers/", "/pupils/", "/school/groups/", "/audit/", "/imports/"):
        answer(head, to)


def test_the_places_of_an_address_are_all_known() -> None:
    assert FIXED.keys() >= {"on", "session"}
