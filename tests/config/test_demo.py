"""The demonstration: what everybody finds in it, its clock, and its commands."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError

from rollbook import clock
from rollbook.apps.absence.models import Leave
from rollbook.apps.absence.queries.leave import leaves_on
from rollbook.apps.absence.queries.leave_away import to_put_right
from rollbook.apps.absence.queries.line_inbox import line_day
from rollbook.apps.absence.queries.suspensions import suspension_rows
from rollbook.apps.absence.queries.transfers import transfers_open
from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.queries.owed_contacts import owed
from rollbook.apps.lessons.models import LessonAlert, LessonMark
from rollbook.apps.lessons.queries.switch import are_on
from rollbook.apps.lessons.queries.timetable import clashes_among, week_from
from rollbook.apps.post.models import Message
from rollbook.apps.registers.models import Entry, PlannedMark, Save, UnplannedClosure
from rollbook.apps.roll.models import Enrolment, Parent, Pupil
from rollbook.apps.roll.queries import pupils_on_roll
from rollbook.apps.schools.queries import groups_on, timetable
from rollbook.config.simulation import environment
from rollbook.config.simulation.agreements import record_agreements
from rollbook.config.simulation.calls import record_calls
from rollbook.config.simulation.contacts import record_contacts
from rollbook.config.simulation.demonstration import (
    PASSWORD,
    SCHOOL_NAME,
    demonstration_school,
    last_school_day,
    sign_ins,
)
from rollbook.config.simulation.leave import record_leaves
from rollbook.config.simulation.lessons import record_lessons
from rollbook.config.simulation.loading import load_school
from rollbook.config.simulation.messages import record_messages
from rollbook.config.simulation.plan import SchoolPlan
from rollbook.domain.access import Role
from rollbook.domain.codes import code_for
from rollbook.domain.duties import kept_by_duty
from rollbook.domain.sessions import SchoolSession

TODAY = date(2026, 11, 20)
ROLLBOOK = str(Path(sys.executable).with_name("rollbook"))


def _school(today: date = TODAY, seed: int = 1) -> SchoolPlan:
    return demonstration_school(today, seed, environment.bank_holidays_round(today))


def _load() -> None:
    load_school(
        _school(),
        email_domain=lambda _: "example.org",
        password="!",
        seed="1",
        at=datetime(2026, 11, 20, 8, 59, tzinfo=UTC),
    )


@pytest.mark.django_db
@pytest.mark.policy("P-4.1-14", "P-4.1-16", "P-4.1-17", "P-4.1-18")
def test_what_everybody_finds() -> None:
    _load()
    head = User.objects.get(email="head@example.org")
    viewer = viewer_for(head.pk, head.name, head.email, TODAY)
    assert viewer is not None
    assert viewer.school_name == SCHOOL_NAME
    groups, roll = groups_on(viewer, TODAY), pupils_on_roll(viewer, TODAY)
    assert len(groups) == 8
    assert Counter(pupil.group_name for pupil in roll) == {group.name: 8 for group in groups}
    assert set(Role) - {Role.TRUST_LEAD} == {Role(each.role) for each in Appointment.objects.all()}
    lead = User.objects.get(email="trust@example.org")
    looking = viewer_for(lead.pk, lead.name, lead.email, TODAY)
    assert looking is not None
    assert (looking.school_name, looking.roles) == (SCHOOL_NAME, {Role.TRUST_LEAD})
    assert {Role.HEAD_TEACHER, Role.SENIOR_ATTENDANCE_CHAMPION} <= viewer.roles
    assert not Entry.objects.filter(on__gte=TODAY).exists()
    assert not Save.objects.filter(at__date__gte=TODAY).exists()
    assert Entry.objects.latest("on").on == date(2026, 11, 19)
    assert Entry.objects.earliest("on").on < date(2025, 9, 10)
    times = timetable(viewer).calendar.times(TODAY, SchoolSession.PM)
    assert times is not None
    assert (times.opens_at.isoformat(), times.session_ends_at.isoformat()) == ("12:45:00", "14:00:00")
    _check_stories()


def _check_stories() -> None:
    known = PlannedMark.objects.filter(first_day__lte=TODAY, last_day__gte=TODAY)
    assert Counter(known.values_list("code", flat=True))["V"] >= 4
    assert not PlannedMark.objects.filter(code="V", supervisor="").exists()
    assert not PlannedMark.objects.filter(code="K", provider="").exists()
    assert known.filter(code="M", sessions="AM", note="Dentist, back 10:30").exists()
    assert known.filter(code="I", origin="telephone").count() >= 2
    assert PlannedMark.objects.filter(code="C2", origin="school").exists()
    assert Counter(UnplannedClosure.objects.values_list("session", flat=True)) == {"AM": 1, "PM": 1}
    assert Entry.objects.filter(code="Y4", note__startswith="Boiler").count() == 128
    amendments = Entry.objects.filter(version__gt=1)
    assert amendments.count() > 500
    assert not amendments.filter(reason="").exists()
    assert {"register", "arrival", "amendment", "closure"} == set(Save.objects.values_list("kind", flat=True))
    assert {"L", "U"} <= set(Entry.objects.filter(save_made__kind="arrival").values_list("code", flat=True))
    october = Enrolment.objects.filter(first_day__range=(date(2026, 10, 1), date(2026, 10, 31)))
    left = Enrolment.objects.filter(last_day__range=(date(2026, 9, 1), TODAY))
    assert (october.count(), left.count()) == (1, 1)
    absences = _absences()
    assert sum(rate >= 0.1 for rate in absences) >= 10
    assert sum(rate >= 0.5 for rate in absences) >= 1
    assert sum(rate < 0.05 for rate in absences) >= 15
    for number in Parent.objects.values_list("telephone", flat=True):
        assert re.fullmatch(r"07700 900\d{3}", number)
    emails = [
        *User.objects.values_list("email", flat=True),
        *Parent.objects.exclude(email="").values_list("email", flat=True),
    ]
    assert all(email.endswith("@example.org") for email in emails)
    assert set(Pupil.objects.values_list("sen_status", flat=True)) == {"E"}


@pytest.mark.django_db
def test_what_is_planned_and_agreed() -> None:
    school = _school()
    _load()
    record_agreements(school, TODAY, "head@example.org", "i.sadiq@example.org")
    plans = PlannedMark.objects.exclude(source="")
    assert Counter(plans.values_list("code", flat=True)) == {"V": 15, "B": 2, "D": 1, "C2": 1, "E": 1}
    head = User.objects.get(email="head@example.org")
    viewer = viewer_for(head.pk, head.name, head.email, TODAY)
    assert viewer is not None
    (suspended,) = suspension_rows(viewer, TODAY, past=False)
    assert (suspended.count.day, suspended.count.total) == (3, 6)
    marks = Entry.objects.filter(pupil=suspended.suspension.pupil, on__gte=date(2026, 11, 18))
    assert set(marks.values_list("code", flat=True)) == {"E"}
    assert marks.count() == 4
    before = PlannedMark.objects.count()
    record_agreements(school, TODAY, "head@example.org", "i.sadiq@example.org")
    assert PlannedMark.objects.count() == before, "recorded once, however often it is asked for"


@pytest.mark.django_db
def test_what_leave_was_asked_for() -> None:
    _load()
    record_leaves(TODAY, "head@example.org")
    record_leaves(TODAY, "head@example.org")
    states = Counter(Leave.objects.values_list("state", flat=True))
    assert states == {"asked": 2, "granted": 1, "refused": 1}, "recorded once, however often it is asked for"
    head = User.objects.get(email="head@example.org")
    viewer = viewer_for(head.pk, head.name, head.email, TODAY)
    assert viewer is not None
    found = leaves_on(viewer, TODAY, date(2026, 9, 1))
    assert {row.sessions[0].should_be for row in to_put_right(viewer, found.past, TODAY)} == {"G"}
    assert PlannedMark.objects.filter(source__startswith="leave:").count() == 1


@pytest.mark.django_db
def test_what_parents_told_this_morning() -> None:
    _load()
    record_agreements(_school(), TODAY, "head@example.org", "i.sadiq@example.org")
    record_calls(TODAY, "office@example.org")
    office = User.objects.get(email="office@example.org")
    viewer = viewer_for(office.pk, office.name, office.email, TODAY)
    assert viewer is not None
    found = line_day(viewer, TODAY, datetime(2026, 11, 20, 8, 59, tzinfo=clock.LONDON))
    assert [row.report.told for row in found.told] == ["ill", "dental", "refuses", "holiday", "ill"]
    assert Counter(row.report.code for row in found.told) == {"N": 3, "I": 1, "M": 1}
    assert (len(found.open), len(found.messages), len(transfers_open(viewer))) == (3, 1, 1)
    before = PlannedMark.objects.count()
    record_calls(TODAY, "office@example.org")
    assert PlannedMark.objects.count() == before, "recorded once, however often it is asked for"


@pytest.mark.django_db
def test_what_was_written_to_parents_and_what_became_of_it() -> None:
    _load()
    record_calls(TODAY, "office@example.org")
    record_messages(TODAY, "attendance@example.org")
    midnight = datetime(2026, 11, 20, tzinfo=clock.LONDON)
    told = Message.objects.filter(at__lt=midnight).exclude(purpose="absence.missing")
    assert {row.state for row in told} == {"sent"}
    written = Message.objects.filter(purpose="absence.missing")
    states = Counter((row.state, row.settled_at is not None) for row in written)
    assert states == {("sent", False): 4, ("failed", False): 2, ("failed", True): 1}
    assert {row.at.date() for row in written} == {date(2026, 11, day) for day in (17, 18, 19)}
    record_messages(TODAY, "attendance@example.org")
    assert written.count() == 7, "written once, however often it is asked for"
    assert mail.outbox == []


@pytest.mark.django_db
def test_lessons_of_two_weeks_of_school() -> None:
    _load()
    record_lessons(_school(), TODAY, 1)
    head = User.objects.get(email="head@example.org")
    viewer = viewer_for(head.pk, head.name, head.email, TODAY)
    assert viewer is not None
    assert (are_on(viewer, TODAY), are_on(viewer, date(2026, 11, 5))) == (True, False)
    week = week_from(viewer, TODAY)
    assert len(week) == 192
    assert clashes_among(viewer, week, TODAY) == []
    assert {lesson.teacher.email for lesson in week} >= {"teacher@example.org", "i.sadiq@example.org"}
    marks = Counter(LessonMark.objects.values_list("code", flat=True))
    assert marks.total() > 2_500
    assert marks["/"] > marks["N"] > marks["L"] > 0
    assert LessonMark.objects.latest("on").on == date(2026, 11, 19)
    alerts = LessonAlert.objects.all()
    assert 3 <= alerts.count() <= 30
    assert not alerts.filter(closed_at=None).exists()


@pytest.mark.django_db
def test_what_was_done_about_missing_pupils() -> None:
    _load()
    record_contacts(_school(), TODAY, 1)
    steps = Counter(ContactStep.objects.values_list("kind", flat=True))
    assert steps["call"] > 200 > steps["no_visit"] > steps["visit"] > 0
    assert set(steps) >= {"welfare_officer", "partner", "enquiry"}
    latest = ContactStep.objects.latest("at")
    assert latest.at.date() < TODAY
    head = User.objects.get(email="head@example.org")
    viewer = viewer_for(head.pk, head.name, head.email, TODAY)
    assert viewer is not None
    now = datetime(2026, 11, 20, 8, 59, tzinfo=clock.LONDON)
    found = kept_by_duty(owed(viewer, date(2026, 9, 1), TODAY, now), now)
    assert found["contact.first_day"].due > 50
    assert (found["contact.first_day"].share or 0) > 0.9
    assert found["visit.two_days"].overdue > 0, "something is left to decide on"


def _absences() -> list[float]:
    marks = {
        (pupil, on, session): code_for(code, on)
        for pupil, on, session, code in Entry.objects.filter(on__gte=date(2026, 9, 1))
        .order_by("id")
        .values_list("pupil_id", "on", "session", "code")
    }
    possible, absent = Counter[int](), Counter[int]()
    for (pupil, _, _), code in marks.items():
        possible[pupil] += code.is_possible
        absent[pupil] += code.is_absence
    return [absent[pupil] / count for pupil, count in possible.items() if count]


def test_the_same_day_and_seed_give_the_same_school() -> None:
    one = _school()
    assert one == _school()
    assert one.saves != _school(seed=2).saves


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 9, 2),
        date(2026, 10, 5),
        date(2027, 1, 6),
        date(2027, 7, 20),
        date(2024, 9, 4),
        date(2028, 2, 29),
    ],
)
def test_any_school_day_can_be_shown(day: date) -> None:
    made = _school(day)
    assert max(save.on for save in made.saves) < day
    assert max(save.at for save in made.saves).date() < day
    for save in made.saves:
        assert all(code_for(marks.code, save.on) for marks in save.marks)
    today = {plan.code for plan in made.planned if plan.first_day <= day <= plan.last_day}
    assert {"M", "I", "V"} <= today


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (date(2026, 11, 22), date(2026, 11, 20)),  # a Sunday
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 10, 28), date(2026, 10, 23)),  # half term
        (date(2026, 8, 31), date(2026, 7, 21)),  # summer
        (date(2026, 9, 1), date(2026, 7, 21)),  # INSET
        (date(2027, 3, 29), date(2027, 3, 25)),  # Easter Monday
    ],
)
def test_shows_the_last_school_day(asked: date, shown: date) -> None:
    assert last_school_day(asked, environment.bank_holidays_round(asked)) == shown


def test_one_way_in_for_each_role_and_a_password_that_will_do() -> None:
    ways = sign_ins()
    assert [way.role for way in ways] == [role.words for role in Role]
    for way in ways:
        validate_password(PASSWORD, User(email=way.email, name=way.name))


# --- The environment --------------------------------------------------------------------------------------------


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("DATABASE_URL", "ROLLBOOK_DEMO", "ROLLBOOK_CLOCK_OFFSET", environment.DAY):
        monkeypatch.setenv(name, "gone")  # so that it is put back afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("ROLLBOOK_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("now", [datetime(2026, 11, 22, 21, tzinfo=UTC), datetime(2026, 7, 1, 3, tzinfo=UTC)])
@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], None),
        (["--date", "2026-06-10"], date(2026, 6, 10)),
        (["--date=2027-01-09", "--no-serve"], date(2027, 1, 8)),
    ],
)
def test_the_clock_starts_after_nine(
    bare: Path, now: datetime, arguments: list[str], shown: date | None
) -> None:
    """In winter and summer, whatever the season now."""
    with time_machine.travel(now, tick=False):
        expected = shown or last_school_day(now.date(), environment.bank_holidays_round(now.date()))
        environment.prepare(arguments)
        assert clock.now().replace(tzinfo=None) == datetime(expected.year, expected.month, expected.day, 9, 2)
        assert os.environ["DATABASE_URL"] == f"sqlite:///{bare}/demo-{expected}.sqlite3"
        environment.start_clock_at(clock.now() + timedelta(minutes=30))
        assert (clock.now().hour, clock.now().minute) == (9, 32)


def test_the_clock_can_keep_the_true_time(bare: Path) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 21, tzinfo=UTC), tick=False):
        environment.prepare(["--clock", "real"])
        assert clock.now() == datetime(2026, 11, 22, 21, tzinfo=UTC)
        assert os.environ[environment.DAY] == "2026-11-20"


def test_a_database_that_is_named_is_used(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    environment.prepare([])
    assert os.environ["DATABASE_URL"] == "postgres://somewhere/else"


# --- The commands -----------------------------------------------------------------------------------------------


def _run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [ROLLBOOK, *arguments],
        env={**kept, "ROLLBOOK_DATA": str(place)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_made_once_and_kept(tmp_path: Path) -> None:
    first = _run(tmp_path, "demo", "--no-serve", "--date", "2026-09-20")
    assert first.returncode == 0, first.stderr
    assert "Loading" not in first.stderr
    for way in sign_ins():
        assert way.email in first.stdout
    assert PASSWORD in first.stdout
    assert "Friday 18 September 2026, 09:0" in first.stdout
    second = _run(tmp_path, "demo", "--no-serve", "--date", "2026-09-18")
    assert second.returncode == 0, second.stderr
    assert "is here already" in second.stdout
    with sqlite3.connect(tmp_path / "demo-2026-09-18.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM schools_school").fetchone() == (1,)
    database.close()


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = _run(tmp_path, "demo", "--port", str(port))
    assert result.returncode != 0
    assert f"Port {port} is in use" in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.glob("*.sqlite3"))


@pytest.mark.django_db
def test_simulate_adds_schools(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("simulate", schools=2, pupils=20, years=1, phase="special", until=date(2026, 9, 20))
    told = capsys.readouterr()
    assert "2 schools with" in told.out
    assert told.err == ""  # no progress bars in a log
    assert len(set(Save.objects.values_list("school_id", flat=True))) == 2
    assert not any(user.has_usable_password() for user in User.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"years": 0}, {"years": 9}, {"schools": 0}, {"pupils": 3}])
def test_simulate_says_what_it_can_do(wrong: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="Give"):
        call_command("simulate", **wrong)
