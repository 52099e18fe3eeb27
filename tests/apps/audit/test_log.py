"""The audit log: only this school's events, in words, findable, and as a file that is safe to open."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.actions import record
from rollbook.apps.audit.forms import KINDS
from rollbook.apps.audit.models import Event
from rollbook.apps.audit.presenters import line, safe, subjects_in
from rollbook.apps.audit.queries import PAGE, Known, Wanted, batches_of, known_subjects, page_of
from rollbook.apps.schools.models import School
from rollbook.apps.schools.queries.settings import SETTINGS
from rollbook.clock import LONDON
from rollbook.domain.access import ROLE_PERMISSIONS, Actor, Permission, Role
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db

AT = datetime(2026, 9, 14, 9, 3, tzinfo=LONDON)


@pytest.fixture
def school() -> School:
    return make_school()


@pytest.fixture
def head(school: School) -> User:
    return make_person(school, Role.HEAD_TEACHER, name="Ruth Osei", position="Head Teacher")


def _note(
    type: str, school: School | None, *, who: str = "Meera Patel", at: datetime = AT, **about: Any
) -> Event:
    record(
        type=type,
        by=Actor(None, who, "Receptionist"),
        at=at,
        school_id=school.pk if school else None,
        **about,
    )
    return Event.objects.order_by("-pk")[0]


def _page(client: Client, query: str = "") -> str:
    answer = client.get(f"/audit/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


# --- Who sees what ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/audit/", "/audit/export/"])
@pytest.mark.parametrize("role", Role, ids=str)
def test_only_who_may_read_the_log_does(school: School, role: Role, path: str) -> None:
    answer = sign_in(Client(), make_person(school, role)).get(path)
    assert answer.status_code == (200 if Permission.AUDIT_VIEW in ROLE_PERMISSIONS[role] else 403)


@pytest.mark.parametrize("path", ["/audit/", "/audit/export/"])
def test_who_is_not_signed_in_is_asked_to(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == f"/sign-in/?next={path}"


def test_nothing_of_another_school_or_of_none_appears(client: Client, school: School, head: User) -> None:
    other = make_school("Another School")
    stranger = make_pupil(other, None, "Stranger", "Sam")
    _note("roll.pupil.viewed", other, who="Other Person", subject=f"pupil:{stranger.pk}")
    _note("accounts.sign_in_failed", None, who="Nobody's", facts={"address": "x@example.org"})
    _note("roll.pupil.viewed", school, subject=f"pupil:{stranger.pk}")
    sign_in(client, head)
    for page in (
        _page(client),
        _page(client, "?pupil=stranger"),
        _page(client, f"?subject=pupil:{stranger.pk}"),
    ):
        assert "Other Person" not in page
        assert "Nobody" not in page
        assert "Sam Stranger" not in page
    assert b"Other Person" not in b"".join(client.get("/audit/export/").streaming_content)


def test_who_may_not_see_pupils_reads_no_names_and_no_marks(client: Client, school: School) -> None:
    pupil = make_pupil(school, None, "Ahmed", "Noor")
    facts = {
        "on": "2026-09-14",
        "session": "AM",
        "amended": [{"pupil": pupil.pk, "code": "I", "reason": "ill, rang in"}],
    }
    _note("register.mark.amended", school, subject=f"pupil:{pupil.pk}", facts=facts)
    sign_in(client, make_person(school, Role.ADMINISTRATOR))
    page = _page(client)
    assert "Amended the mark of a pupil" in page
    assert "Noor" not in page
    assert "ill, rang in" not in page
    assert "ill, rang in" not in b"".join(client.get("/audit/export/").streaming_content).decode()
    # Asking by name tells nothing either.
    assert "Amended" not in _page(client, "?pupil=noor").split("<tbody")[-1]


# --- Words ------------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.1-5", "P-4.1-7", "P-4.1-8")
def test_an_amendment_reads_as_a_sentence_with_its_reason(client: Client, school: School, head: User) -> None:
    pupil = make_pupil(school, None, "Ahmed", "Noor")
    facts = {
        "save": 7,
        "on": "2026-09-14",
        "session": "AM",
        "amended": [{"pupil": pupil.pk, "version": 2, "code": "M", "reason": "dentist's card seen"}],
    }
    _note("register.mark.amended", school, subject=f"pupil:{pupil.pk}", facts=facts)
    page = _page(sign_in(client, head))
    assert "Amended the mark of Noor Ahmed for the morning on 14 September 2026" in page
    assert "amended to M, because “dentist&#x27;s card seen”" in page
    assert "Meera Patel" in page
    assert "Receptionist" in page
    assert "Monday 14 September 2026" in page
    assert "09:03" in page


@pytest.mark.parametrize(
    ("type", "about", "words"),
    [
        (
            "register.saved",
            {"facts": {"group": 3, "on": "2026-09-14", "session": "PM"}},
            "Saved the register of 7A for the afternoon on 14 September 2026",
        ),
        ("roll.pupil.viewed", {"subject": "pupil:5"}, "Looked at Noor Ahmed"),
        ("roll.pupil.viewed", {"subject": "pupil:6"}, "Looked at a pupil (number 6)"),
        (
            "group.teacher.given",
            {"subject": "group:3", "facts": {"name": "Tom Reid", "user": 1}},
            "Gave 7A to Tom Reid",
        ),
        (
            "accounts.signed_out",
            {"facts": {"why": "idle"}},
            "Signed out by itself: nothing was done for a time",
        ),
        ("accounts.signed_out", {"facts": {"why": "asked"}}, "Signed out"),
        (
            "accounts.password.changed",
            {"facts": {"with_link": True}},
            "Chose a new password with a link from a letter",
        ),
        (
            "accounts.appointment.ended",
            {
                "subject": "person:9",
                "facts": {"role": "senco", "position": "Inclusion Lead", "last_day": "2026-09-14"},
            },
            "Ended the role of Ruth Osei as Inclusion Lead (SENCO) after 14 September 2026",
        ),
        # Types nobody has written a sentence for, and facts that are not there.
        ("roll.contact.rung_up", {"subject": "pupil:5"}, "Contact rung up: Noor Ahmed"),
        ("case.opened", {"subject": "pupil:5"}, "Case opened: Noor Ahmed"),
        ("letter.sent", {}, "Letter sent"),
        ("register.saved", {}, "Saved the register of … for … on …"),
    ],
)
def test_every_type_reads_well(type: str, about: dict[str, Any], words: str) -> None:
    known = {"pupil:5": Known("Noor Ahmed"), "group:3": Known("7A"), "person:9": Known("Ruth Osei")}
    event = Event(type=type, at=AT, **about)
    assert line(event, known, may_see_pupils=True).words == words


def test_details_show_what_changed_and_hide_bare_numbers() -> None:
    event = Event(
        type="group.changed",
        at=AT,
        facts={"from": {"name": "7A", "room": ""}, "to": {"name": "7B", "room": ""}, "plan": 4},
    )
    assert line(event, {}, may_see_pupils=True).details == ["Name: 7A → 7B"]
    event = Event(type="accounts.person.changed", at=AT, facts={"changes": {"email": ["", "a@example.org"]}})
    assert line(event, {}, may_see_pupils=True).details == ["E-mail address: empty → a@example.org"]
    event = Event(
        type="x.done",
        at=AT,
        facts={
            "first_day": "2026-09-14",
            "second_step": True,
            "off": False,
            "times": [{"from": "2026-09-01"}],
            "who": {"a": 1},
        },
    )
    assert line(event, {}, may_see_pupils=True).details == [
        "First day: 14 September 2026",
        "With the second step",
        "Times: from 1 September 2026",
        "A: 1",
    ]


@pytest.mark.parametrize(
    ("facts", "details"),
    [
        ({"kind": "inset", "first_day": "2026-09-14"}, ["Kind: INSET day", "First day: 14 September 2026"]),
        ({"kind": "school_day"}, ["Kind: Open although a bank holiday"]),
        ({"from": {"kind": "holiday"}, "to": {"kind": "half_term"}}, ["Kind: Holiday → Half term"]),
        ({"code": "I", "sessions": "both"}, ["Code: I", "Sessions: morning and afternoon"]),
        ({"sessions": "AM"}, ["Sessions: mornings only"]),
        ({"saves": 5263, "planned": 12}, ["Saves: 5,263", "Planned: 12"]),
        ({"rows": [{"kind": "inset", "count": 1200}]}, ["Rows: kind INSET day, count 1,200"]),
        ({"pupils": [{"pupil": 4}] * 1001}, ["Pupils changed: 1,001"]),
        ({"name": "submit_within_minutes"}, ["Name: minutes within which registers are submitted"]),
        # What nobody has words for, and numbers that are names.
        ({"kind": "solstice", "sessions": "night"}, ["Kind: solstice", "Sessions: night"]),
        ({"urn": "123456", "both": "inset"}, ["Urn: 123456", "Both: inset"]),
    ],
)
def test_values_read_as_words(facts: dict[str, Any], details: list[str]) -> None:
    assert line(Event(type="x.done", at=AT, facts=facts), {}, may_see_pupils=True).details == details


def test_a_setting_has_words_in_the_log() -> None:
    for name in SETTINGS:
        event = Event(type="policy.setting.chosen", at=AT, facts={"name": name})
        assert "_" not in line(event, {}, may_see_pupils=True).details[0]


def test_many_marks_have_a_comma() -> None:
    event = Event(type="register.closure.declared", at=AT, facts={"on": "2026-09-14", "entries": 1180})
    assert line(event, {}, may_see_pupils=True).words.endswith(": 1,180 marks")


def test_changes_of_a_pupil_are_shown_and_private_ones_only_named() -> None:
    changed = {"UPN": {"before": "", "after": "A123"}}
    private = {"medical condition": {"before": "", "after": "epilepsy"}}
    event = Event(type="roll.pupil.changed", at=AT, facts={"changed": changed, "private": private})
    assert line(event, {}, may_see_pupils=True).details == [
        "UPN: empty → A123",
        "Changed, not shown here: medical condition",
    ]
    facts = {"file": "pupils.csv", "new": 2, "pupils": [{"pupil": 4, "changed": changed}], "sha256": "ab"}
    event = Event(type="roll.file.loaded", at=AT, facts=facts)
    assert line(event, {}, may_see_pupils=True).details == [
        "File: pupils.csv",
        "New: 2",
        "Pupils changed: 1",
    ]


def test_every_type_written_by_the_code_has_a_kind() -> None:
    """What a reader may choose under What covers every type with a sentence."""
    from rollbook.apps.audit.presenters import _SENTENCES

    for type in _SENTENCES:
        kinds = [
            words
            for _, words, types, without in KINDS
            if type.startswith(types) and not (without and type.startswith(without))
        ]
        assert len(kinds) == 1, f"{type}: {kinds}"


# --- Finding ----------------------------------------------------------------------------------------------------


def test_filters(client: Client, school: School, head: User) -> None:
    group = make_group(school, "7A")
    noor, ben = make_pupil(school, group, "Ahmed", "Noor"), make_pupil(school, group, "Baker", "Ben")
    _note("roll.pupil.viewed", school, who="First Person", subject=f"pupil:{noor.pk}")
    _note("roll.pupil.viewed", school, who="Second Person", subject=f"pupil:{ben.pk}")
    _note(
        "roll.pupil.changed", school, who="Third Person", subject=f"pupil:{ben.pk}", at=AT + timedelta(days=1)
    )
    _note(
        "register.saved",
        school,
        who="Fourth Person",
        subject="save:1",
        facts={"group": group.pk, "amended": [{"pupil": noor.pk, "code": "N", "reason": "x"}]},
    )
    sign_in(client, head)

    def found(query: str) -> set[str]:
        page = _page(client, query)
        return {name for name in ("First", "Second", "Third", "Fourth") if f"{name} Person" in page}

    assert found("") == {"First", "Second", "Third", "Fourth"}
    assert found("?by=second") == {"Second"}
    assert found("?kind=looks") == {"First", "Second"}
    assert found("?kind=pupils") == {"Third"}
    assert found("?kind=registers") == {"Fourth"}
    assert found("?pupil=ben+baker") == {"Second", "Third"}
    # A register saved again, with amendments of several pupils, is found under each of them.
    assert found("?pupil=noor") == {"First", "Fourth"}
    assert found(f"?subject=pupil:{ben.pk}") == {"Second", "Third"}
    assert found("?first_day=2026-09-15") == {"Third"}
    assert found("?last_day=2026-09-14") == {"First", "Second", "Fourth"}
    assert found("?pupil=nobody") == set()
    assert "Nothing found" in _page(client, "?pupil=nobody")
    assert client.get("/audit/?first_day=yesterday").status_code == 422
    assert client.get("/audit/?subject=pupil:1;drop").status_code == 422
    assert client.get("/audit/?kind=nonsense").status_code == 422


def test_days_are_londons(school: School, head: User) -> None:
    late = _note("letter.sent", school, at=datetime(2026, 9, 14, 23, 59, tzinfo=LONDON))
    early = _note("letter.sent", school, at=datetime(2026, 9, 15, 0, 1, tzinfo=LONDON))
    viewer = viewer_of(head)
    day = Wanted(first_day=AT.date(), last_day=AT.date())
    assert page_of(viewer, day).events == [late]
    assert early in page_of(viewer, Wanted()).events


def test_paging_goes_on_from_an_id_and_back(client: Client, school: School, head: User) -> None:
    for number in range(2 * PAGE + 5):
        _note("letter.sent", school, who=f"Writer {number:03}")
    viewer = viewer_of(head)
    first = page_of(viewer, Wanted())
    second = page_of(viewer, Wanted(), before=first.older_than)
    third = page_of(viewer, Wanted(), before=second.older_than)
    assert [len(page.events) for page in (first, second, third)] == [PAGE, PAGE, 5]
    assert (first.newer_than, third.older_than) == (None, None)
    assert page_of(viewer, Wanted(), after=third.newer_than).events == second.events
    back = page_of(viewer, Wanted(), after=second.newer_than)
    assert (back.events, back.newer_than) == (first.events, None)
    # What comes in meanwhile moves nothing.
    _note("letter.sent", school)
    assert page_of(viewer, Wanted(), before=first.older_than).events == second.events
    page = _page(sign_in(client, head), "?by=writer")
    assert f"/audit/?by=writer&amp;before={first.events[-1].pk}" in page
    for nonsense in ("?before=x", "?before=99999999999999999999999", "?after=-1", "?before=²"):
        _page(client, nonsense)


def test_a_page_costs_the_same_whatever_is_on_it(
    client: Client, school: School, head: User, django_assert_max_num_queries: Any
) -> None:
    group = make_group(school, "7A")
    for number in range(20):
        pupil = make_pupil(school, group, f"Surname{number}", "A")
        _note("roll.pupil.viewed", school, subject=f"pupil:{pupil.pk}")
        _note("register.saved", school, facts={"group": group.pk})
        _note("accounts.signed_in", school, subject=f"person:{head.pk}")
    sign_in(client, head)
    _page(client)
    with django_assert_max_num_queries(7):
        _page(client)
    viewer = viewer_of(head)
    with django_assert_max_num_queries(1):
        events = page_of(viewer, Wanted()).events
    with django_assert_max_num_queries(3):
        assert len(known_subjects(viewer, subjects_in(events))) >= 18


# --- The file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1"])
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Noor Ahmed", "7A", "14 September 2026", "a=b"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_the_file_holds_every_event_asked_for_and_is_an_event_itself(
    client: Client, school: School, head: User
) -> None:
    for _ in range(PAGE + 3):
        _note("letter.sent", school, who='=HYPERLINK("http://evil.example.org")')
    _note("letter.sent", school, who="Somebody Else")
    answer = sign_in(client, head).get("/audit/export/?by=hyperlink")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-log-')
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows[0] == ["Number", "Date", "Time", "Who", "Position", "What", "Details", "Type"]
    assert len(rows) == PAGE + 4
    assert {row[3] for row in rows[1:]} == {'\'=HYPERLINK("http://evil.example.org")'}
    assert rows[1][1:3] == ["2026-09-14", "09:03:00"]
    newest = Event.objects.order_by("-pk")[0]
    assert (newest.type, newest.by_name, newest.facts) == ("audit.exported", "Ruth Osei", {"by": "hyperlink"})


def test_no_file_without_its_event(client: Client, head: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_facts: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("rollbook.apps.audit.views.record", fail)
    sign_in(client, head).raise_request_exception = False
    assert client.get("/audit/export/").status_code == 500


def test_a_file_asked_for_wrongly_shows_the_page_with_what_is_wrong(client: Client, head: User) -> None:
    answer = sign_in(client, head).get("/audit/export/?first_day=yesterday")
    assert answer.status_code == 422
    assert "Enter a real date" in answer.content.decode()


def test_batches_leave_nothing_out(school: School, head: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollbook.apps.audit.queries._BATCH", 3)
    written = {_note("letter.sent", school).pk for _ in range(7)}
    found = [
        event.pk for events in batches_of(viewer_of(head), Wanted(types=("letter.",))) for event in events
    ]
    assert found == sorted(written, reverse=True)
