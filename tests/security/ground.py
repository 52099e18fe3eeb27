"""Two schools with something in every table, every address of the product, and what the tables hold."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.exchange.actions.kinds import KINDS
from rollbook.apps.exchange.actions.staging import agree_columns, stage
from rollbook.apps.exchange.queries.plans import Options
from rollbook.apps.insight.models import SavedView
from rollbook.apps.registers.actions.amending_many import amend_many
from rollbook.apps.registers.actions.departures import write_down
from rollbook.apps.registers.actions.kiosks import begin_kiosk
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.registers.actions.planning import plan_mark
from rollbook.apps.registers.actions.roll_calls import begin_roll_call
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.roll.actions.contacts import CONTACT_FIELDS, PARENT_FIELDS, add_contact
from rollbook.apps.roll.actions.next_places import NextPlace
from rollbook.apps.roll.actions.removals import Proposal, propose_removal
from rollbook.apps.roll.models import Enrolment, Pupil, RemovalRequest, ReturnDue
from rollbook.apps.schools.models import (
    AcademicYear,
    CalendarEntry,
    DayTimes,
    GroupTeacher,
    PolicySetting,
    School,
    TeachingGroup,
)
from rollbook.domain.access import Permission, Role
from rollbook.domain.marks import SchoolSession
from rollbook.domain.on_site import MovementKind
from tests.apps.registers.scene import MONDAY, Scene, at, mark
from tests.factories.people import appoint, make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.security.records import absence_records, background_records, contact_records, lesson_records

TOMORROW = MONDAY + timedelta(days=1)
LAST_FRIDAY = MONDAY - timedelta(days=3)
NEXT_TIMES = date(2026, 11, 2)
NOBODY = 987_654_321
"""An id that nothing has."""


def contact_values(**given: object) -> dict[str, object]:
    """Every field of a contact; what is not given is empty."""
    values: dict[str, object] = dict.fromkeys((*PARENT_FIELDS, *CONTACT_FIELDS), "")
    values |= dict.fromkeys((name for name in CONTACT_FIELDS if name.startswith(("is_", "has_"))), True)
    return values | {"lives_with": False, "relationship": "mother", "telephone": "0121 496 0000"} | given


def furnish(school: School, office: User, pupil: Pupil, word: str, known: str) -> dict[str, Any]:
    """Puts one of everything into a school. Shape: an id for each place in an address.

    Texts about pupils hold `word`, those that everybody at the school may read `known`.
    """
    viewer = viewer_of(office, MONDAY, school)
    act: dict[str, Any] = {"viewer": viewer, "by": viewer.actor, "at": at(8, 30)}
    contact = add_contact(
        pupil_id=pupil.pk,
        values=contact_values(forename=f"Mo{word}", surname=f"Parent{word}", email=f"mo{word}@example.org"),
        **act,
    )
    plan = plan_mark(
        pupil_id=pupil.pk,
        first_day=TOMORROW,
        last_day=TOMORROW,
        sessions="both",
        code="M",
        note=f"Plan{word}",
        origin=PlannedMark.Origin.values[0],
        **act,
    )
    save = amend_many(
        changes=[Change(pupil.pk, LAST_FRIDAY, SchoolSession.AM, 0, "I")],
        reason=f"Filled{word}",
        key=uuid4(),
        **act,
    )
    moved = write_down(
        pupil_id=pupil.pk, on=MONDAY, kind=MovementKind.ARRIVED, moved_at=time(8, 20), key=uuid4(), **act
    )
    call = begin_roll_call(kind="drill", **act)
    kiosk = begin_kiosk(
        name=f"Kiosk{known}", pin="4071", reasons=["Overslept"], pupils_may_leave=False, **act
    ).kiosk
    lessons = lesson_records(school, pupil.pk, word, known, act)
    records = absence_records(school, pupil.pk, word, known, TOMORROW, act)
    records |= contact_records(pupil.pk, contact.pk, word, act)
    text = f"Surname,Forename,DOB,Sex,Group\nFile{word},Fay,2014-05-17,F,7A\nBad{word},Bo,17 Foo,M,7A\n"
    removal, due = _removal(school, pupil, word, act)
    staged = stage(
        kind="pupils", name=f"file{word}.csv", content=text.encode(), options=Options(MONDAY, MONDAY), **act
    )
    columns = KINDS["pupils"].proposed(text.splitlines()[0].split(","))
    agree_columns(import_id=staged.pk, columns=columns, **act)
    inspector = make_person(school, Role.INSPECTOR, name=f"Ines{known}", last_day=TOMORROW)
    entry = CalendarEntry.objects.create(
        school=school,
        kind="inset",
        name=f"Inset{known}",
        first_day=date(2026, 11, 20),
        last_day=date(2026, 11, 20),
    )
    setting = PolicySetting.objects.create(
        school=school,
        name="low_attendance_percent",
        value=85,
        effective_from=date(2027, 1, 4),
        approved_at_meeting=f"Meeting{known}",
    )
    DayTimes.objects.bulk_create(
        DayTimes(
            school=school, effective_from=NEXT_TIMES, weekday=day,
            am_opens_at=time(8, 50), am_closes_at=time(9, 20), am_ends_at=time(12),
            pm_opens_at=time(12, 45), pm_closes_at=time(13), pm_ends_at=time(15),
        )
        for day in DayTimes.Weekday
    )  # fmt: skip
    kept = SavedView.objects.create(
        school=school,
        owner=office,
        name=f"View{known}",
        query="measure=late&by=group",
        is_shared=True,
        made_at=at(8),
    )
    return {
        "view_id": kept.pk,
        "pupil_id": pupil.pk,
        "contact_id": contact.pk,
        "enrolment_id": Enrolment.objects.get(pupil=pupil).pk,
        "plan_id": plan.pk,
        "removal_id": removal.pk,
        "return_id": due.pk,
        **records,
        **lessons,
        **background_records(school, pupil.pk, word, known),
        "movement_id": moved.pk,
        "call_id": call.pk,
        "kiosk_id": kiosk.pk,
        "save_id": save.save_id,
        "import_id": staged.pk,
        "entry_id": entry.pk,
        "row_id": setting.pk,
        "person_id": office.pk,
        "post_id": Appointment.objects.get(user=office).pk,
        "inspection_id": Appointment.objects.get(user=inspector).pk,
        "year_id": AcademicYear.objects.get(school=school).pk,
        "group_id": TeachingGroup.objects.filter(school=school).earliest("pk").pk,
        "teaching_id": GroupTeacher.objects.filter(group__school=school).earliest("pk").pk,
    }


def _removal(
    school: School, pupil: Pupil, word: str, act: dict[str, Any]
) -> tuple[RemovalRequest, ReturnDue]:
    """A request that waits, about another pupil than the one whose pages are walked, and the return of a start."""
    other = make_pupil(school, None, f"Leaver{word}", f"Lee{word}")
    removal = propose_removal(
        pupil_id=other.pk,
        proposal=Proposal(
            letter="A",
            answers={
                "other_school": f"School{word}",
                "is_registered_there": True,
                "order_names_this_school": False,
                "is_main_school": False,
                "is_dual": False,
            },
            last_day=MONDAY,
            evidence=f"Letter{word}",
            evidence_seen_on=MONDAY,
            place=NextPlace("school", f"School{word}", starts_on=TOMORROW),
        ),
        **act,
    )
    due = ReturnDue.objects.create(
        kind=ReturnDue.Kind.NEW_PUPIL,
        pupil=pupil,
        enrolment=Enrolment.objects.get(pupil=pupil),
        due_on=MONDAY,
        because=f"Because{word}",
        prepared_at=at(8),
    )
    return removal, due


FIXED = {
    "letter": "A",
    "on": MONDAY,
    "session": "AM",
    "effective_from": NEXT_TIMES,
    "first_day": date(2014, 9, 1),
    "name": "low_attendance_percent",
    "kind": "pupils",
    "section": "names",
    "uidb36": "1",
    "key": "bad-key",
    "what": "arrived",
    "step_kind": "no_visit",
}
"""The places in an address that name no row."""

OWN, KNOWN, FAR = "Homequill", "Openquill", "Farquill"
"""In what is private here, in what everybody here may read, and in everything of the other school."""


@dataclass(frozen=True)
class Page:
    """An address of the product with places for ids."""

    name: str
    places: frozenset[str]
    view: Any

    @property
    def is_public(self) -> bool:
        return bool(getattr(self.view, "is_public", False))

    @property
    def permissions(self) -> frozenset[Permission]:
        return getattr(self.view, "required_permissions", frozenset())

    @property
    def ids(self) -> frozenset[str]:
        """The places that name a row."""
        return self.places - FIXED.keys()

    def at(self, ids: Mapping[str, Any]) -> str:
        """The address with these ids."""
        return reverse(self.name, kwargs={name: (FIXED | dict(ids))[name] for name in self.places})

    def opens_to(self, role: Role) -> bool:
        from rollbook.domain.access import ROLE_PERMISSIONS

        return bool(self.permissions & ROLE_PERMISSIONS[role])


def _pages(patterns: list[Any], space: str = "") -> Iterator[Page]:
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _pages(each.url_patterns, inner)
        elif isinstance(each, URLPattern):
            places = set(each.pattern.converters) or set(each.pattern.regex.groupindex)
            yield Page(f"{space}{each.name}", frozenset(places), each.callback)


PAGES: list[Page] = list(_pages(get_resolver().url_patterns))
MEMBERS_PAGES = [page for page in PAGES if not page.is_public]


@dataclass
class Ground:
    """Hollin Bank as in `Scene`, its private names all with `OWN`; and Farfield, all of whose names have `FAR`."""

    scene: Scene = field(default_factory=Scene)

    def __post_init__(self) -> None:
        scene = self.scene
        for pupil in (scene.amy, scene.ben, scene.cat, scene.dan):
            pupil.surname = pupil.legal_surname = f"{pupil.surname}{OWN}"
            pupil.forename = pupil.legal_forename = f"{pupil.forename}{OWN}"
            pupil.save()
        self.ids = furnish(scene.school, scene.office, scene.amy, OWN, KNOWN)
        scene.take(
            [mark(scene.amy, "N"), mark(scene.ben, "L", minutes=4), mark(scene.cat, "/")], when=at(9, 1)
        )
        scene.take([mark(scene.amy, "I", seen=1)], by=scene.office, reason=f"Reason{OWN}", when=at(9, 2))

        self.far_school = make_school(f"{FAR} School")
        self.far_teacher = make_person(
            self.far_school, Role.CLASS_TEACHER, name=f"Tom{FAR}", email=f"tom@{FAR}.example.org".lower()
        )
        self.far_office = make_person(
            self.far_school, Role.OFFICE, name=f"Zeb{FAR}", email=f"zeb@{FAR}.example.org".lower()
        )
        make_person(self.far_school, Role.HEAD_TEACHER, name=f"Hope{FAR}")
        self.far_group = make_group(self.far_school, f"9{FAR}", self.far_teacher)
        self.far_pupil = make_pupil(self.far_school, self.far_group, f"Quill{FAR}", f"Quin{FAR}")
        self.far_ids = furnish(self.far_school, self.far_office, self.far_pupil, FAR, FAR)
        self.nobody = dict.fromkeys(self.ids, NOBODY)
        self.people: dict[Role, User] = {
            Role.CLASS_TEACHER: scene.teacher,
            Role.OFFICE: scene.office,
            Role.ATTENDANCE_OFFICER: scene.officer,
            Role.HEAD_TEACHER: scene.head,
        }

    def person(self, role: Role) -> User:
        """Somebody at Hollin Bank with this one role."""
        if role not in self.people:
            self.people[role] = make_person(self.scene.school, role)
        return self.people[role]

    def client(self, role: Role | None, **settings: Any) -> Client:
        """A browser of somebody with this role; errors of the product come back as 500."""
        client = Client(raise_request_exception=False, **settings)
        return client if role is None else sign_in(client, self.person(role))

    def lead_elsewhere(self, role: Role) -> None:
        """Gives somebody of Hollin Bank a role at the other school as well."""
        appoint(self.person(role), self.far_school, Role.OFFICE)


def body_of(response: HttpResponseBase) -> str:
    """All that was answered, headers included."""
    content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return f"{dict(response.headers)}\n{content.decode(errors='replace')}"  # a PDF is no text


_LEFT_OUT = {"django_session", "cache", "sqlite_sequence", "django_migrations"}


def tables(*, without: set[str] = frozenset()) -> dict[str, str]:  # type: ignore[assignment]
    """What every table holds, in short, by name; sessions and the cache are left out."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in _LEFT_OUT or table in without:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            rows = [list(map(str, row)) for row in cursor.fetchall()]
            found[table] = f"{len(rows)} {sha256(json.dumps(rows).encode()).hexdigest()[:12]}"
    return found


def plausible(ids: Mapping[str, Any]) -> dict[str, Any]:
    """One form that fits many pages, with these ids as choices."""
    pupil, group = ids["pupil_id"], ids["group_id"]
    return {
        f"v-{pupil}": "0",
        f"m-{pupil}": "N",
        "changes": f"{pupil} {MONDAY} PM 0 N",
        "act": "declare",
        "reason": "because",
        "because": "because",
        "code": "N",
        "seen_version": "0",
        "key": "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90",
        "pupil": pupil,
        "group": group,
        "user": ids["person_id"],
        "arrived_at": "09:40",
        "moved_at": "09:40",
        "on": MONDAY,
        "sessions": "both",
        "origin": PlannedMark.Origin.values[0],
        "note": "a note",
        "decided_by": "somebody",
        "first_day": date(2026, 11, 23),
        "last_day": date(2026, 11, 24),
        "effective_from": date(2027, 2, 1),
        "value": "88",
        "approved_at_meeting": "a meeting",
        "kind": "inset",
        "name": "A name",
        "room": "1",
        "role": "governor",
        "position": "Governor",
        "email": "new.person@example.org",
        "to": "up",
        "is_confirmed": "on",
        "good_rows_only": "on",
        "legal_surname": "Changed",
        "legal_forename": "Changed",
        "surname": "Changed",
        "forename": "Changed",
        "sex": "F",
        "born_on": date(2014, 5, 17),
        "year_offset": "0",
        "relationship": "aunt",
        "telephone": "0121 496 0001",
        "school": 1,
        "subject": "A lesson",
        "taught": f"group-{group}",
        "teacher": ids["person_id"],
        "weekday": "0",
        "weekdays": "0",
        "starts_at": "10:00",
        "ends_at": "11:00",
        "pupils": pupil,
        "found": "somewhere",
        "terms-TOTAL_FORMS": "0",
        "terms-INITIAL_FORMS": "0",
        "days-TOTAL_FORMS": "0",
        "days-INITIAL_FORMS": "0",
    }
