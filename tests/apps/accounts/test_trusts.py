"""Several schools: a trust sees those that joined it and changes nothing; people of two schools see one at a time."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.accounts.actions import people
from rollbook.apps.accounts.actions.appointments import begin_appointment, end_appointment
from rollbook.apps.accounts.actions.trusts import appoint_lead, join_trust, leave_trust
from rollbook.apps.accounts.models import Appointment, TrustPost, TrustSchool, User
from rollbook.apps.accounts.queries import holders, own_posts, schools_to_choose, viewer_for, works_elsewhere
from rollbook.apps.audit.models import Event
from rollbook.domain.access import ROLE_PERMISSIONS, Actor, Permission, Role, Viewer
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import appoint, make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.trusts import make_lead, make_trust
from tests.security.ground import MEMBERS_PAGES, Ground, body_of, plausible, tables

pytestmark = pytest.mark.django_db

SERVER = Actor(None, "Rollbook", "Set up on the server")
TOMORROW, YESTERDAY = MONDAY + timedelta(days=1), MONDAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """It is 10:00 on Monday 14 September 2026."""
    with time_machine.travel(at(10), tick=False):
        yield


@pytest.fixture
def two() -> tuple[Scene, Scene]:
    """Hollin Bank and Ash Grove, each with its people and pupils."""
    return Scene(), Scene(make_school("Ash Grove School"))


def looking(person: User, on: date = MONDAY, school_id: int | None = None) -> Viewer | None:
    return viewer_for(person.pk, person.name, person.email, on, school_id)


# --- What a trust sees -----------------------------------------------------------------------------------------


def test_a_lead_sees_each_school_of_the_trust_in_their_own_position(two: tuple[Scene, Scene]) -> None:
    here, there = two
    lead = make_lead(make_trust("Larkmere Trust", here.school, there.school))
    elsewhere = make_school("Elsewhere School")
    for school in (here.school, there.school):
        viewer = looking(lead, school_id=school.pk)
        assert viewer is not None
        assert (viewer.school_id, viewer.roles, viewer.position) == (
            school.pk,
            {Role.TRUST_LEAD},
            "Director of Attendance",
        )
    viewer = looking(lead, school_id=elsewhere.pk)
    assert viewer is not None
    assert viewer.school_id == here.school.pk
    assert schools_to_choose(viewer, MONDAY) == [
        (there.school.pk, "Ash Grove School"),
        (here.school.pk, "Hollin Bank School"),
    ]
    assert [(name, post.role) for name, post in own_posts(viewer)] == [("Larkmere Trust", Role.TRUST_LEAD)]


def test_one_query_says_who_looks(two: tuple[Scene, Scene]) -> None:
    lead = make_lead(make_trust("Larkmere Trust", two[0].school, two[1].school))
    with CaptureQueriesContext(connection) as queries:
        looking(lead)
    assert len(queries) == 1


def test_a_school_that_left_is_gone_from_the_next_day(two: tuple[Scene, Scene]) -> None:
    here, there = two
    lead = make_lead(make_trust("Larkmere Trust", here.school, there.school))
    TrustSchool.objects.filter(school=there.school).update(last_day=MONDAY)
    today, tomorrow = looking(lead, MONDAY, there.school.pk), looking(lead, TOMORROW, there.school.pk)
    assert today is not None
    assert tomorrow is not None
    assert (today.school_id, tomorrow.school_id) == (there.school.pk, here.school.pk)
    assert schools_to_choose(tomorrow, TOMORROW) == [(here.school.pk, "Hollin Bank School")]


def test_a_lead_whose_post_is_over_sees_nothing(two: tuple[Scene, Scene]) -> None:
    lead = make_lead(make_trust("Larkmere Trust", two[0].school), last_day=YESTERDAY)
    assert looking(lead) is None
    assert sign_in(Client(), lead).get("/today/").status_code == 403


def test_a_role_of_one_s_own_comes_first(two: tuple[Scene, Scene]) -> None:
    here, there = two
    make_lead(make_trust("Larkmere Trust", here.school, there.school), name="Noor Haddad")
    lead = User.objects.get(name="Noor Haddad")
    appoint(lead, there.school, Role.SENCO, position="SENCO")
    viewer = looking(lead)
    assert viewer is not None
    assert viewer.school_id == there.school.pk
    assert viewer.roles == {Role.SENCO, Role.TRUST_LEAD}
    assert viewer.position == "SENCO"


def test_each_look_at_a_pupil_is_in_that_school_s_log(two: tuple[Scene, Scene]) -> None:
    here, there = two
    client = sign_in(Client(), make_lead(make_trust("Larkmere Trust", here.school, there.school)))
    assert client.get(f"/pupils/{there.amy.pk}/").status_code == 404
    client.post("/account/school/", {"school": there.school.pk})
    assert client.get(f"/pupils/{there.amy.pk}/").status_code == 200
    event = Event.objects.get(type="roll.pupil.viewed")
    assert (event.school_id, event.by_name, event.by_position, event.subject) == (
        there.school.pk,
        "Noor Haddad",
        "Director of Attendance",
        f"pupil:{there.amy.pk}",
    )


def test_a_lead_changes_nothing_anywhere(two: tuple[Scene, Scene]) -> None:
    """Every page that opens to a trust's lead is sent a form that fits many; only the log moves."""
    ground = Ground(two[0])
    client = Client(raise_request_exception=False)
    sign_in(client, make_lead(make_trust("Larkmere Trust", ground.scene.school)))
    before = tables(without={"audit_event"})
    for page in MEMBERS_PAGES:
        # One's own account is one's own to change.
        if page.opens_to(Role.TRUST_LEAD) and not page.name.startswith(("account", "mfa")):
            answer = client.post(page.at(ground.ids), plausible(ground.ids))
            assert answer.status_code < 500, page.name
    assert tables(without={"audit_event"}) == before


def test_the_rights_of_a_lead_are_looks_alone() -> None:
    assert ROLE_PERMISSIONS[Role.TRUST_LEAD] <= {
        Permission.BOARD_VIEW,
        Permission.BOARD_TOTALS,
        Permission.PUPIL_VIEW_ANY,
        Permission.REGISTERS_EXPORT,
        Permission.SCHOOL_VIEW,
        Permission.QUALITY_VIEW,
        Permission.KEEPING_VIEW,
        Permission.MEASURES_VIEW,
        Permission.MEASURES_TOTALS,
        Permission.TRUST_VIEW,
    }


def test_who_to_ask_names_the_lead(two: tuple[Scene, Scene]) -> None:
    here, there = two
    make_lead(make_trust("Larkmere Trust", here.school))
    assert [person.name for person, _ in dict(holders(here.viewer(here.head), MONDAY))[Role.TRUST_LEAD]] == [
        "Noor Haddad"
    ]
    assert dict(holders(there.viewer(there.head), MONDAY))[Role.TRUST_LEAD] == []
    assert "Noor Haddad" in sign_in(Client(), here.teacher).get("/who-to-ask/").content.decode()
    page = sign_in(Client(), there.teacher).get("/who-to-ask/").content.decode()
    assert "Trust attendance lead" not in page


# --- The page of the trust -------------------------------------------------------------------------------------


def test_the_schools_stand_side_by_side(two: tuple[Scene, Scene]) -> None:
    here, there = two
    here.take({here.amy: "/", here.ben: "L", here.cat: "N"}, when=at(9, 5))
    outside = Scene(make_school("Outside School"))
    client = sign_in(Client(), make_lead(make_trust("Larkmere Trust", here.school, there.school)))
    assert client.get("/").headers["Location"] == "/trust/"
    page = client.get("/trust/").content.decode()
    assert outside.school.name not in page
    ash, _, hollin = page.partition('id="trust"')[2].partition("Hollin Bank School")
    assert "0 of 2" in ash
    assert "1 of 2" in hollin
    assert "66.7%" in hollin
    for pupil in (here.amy, here.ben, there.amy):
        assert pupil.surname not in page
    answer = client.post("/account/school/", {"school": there.school.pk, "next": "/today/"}, follow=True)
    assert "Ash Grove School" in answer.content.decode()


def test_each_school_costs_the_same_and_no_more_for_more_pupils(two: tuple[Scene, Scene]) -> None:
    here, there = two
    trust = make_trust("Larkmere Trust", here.school)
    client = sign_in(Client(), make_lead(trust))
    client.get("/trust/")

    def cost() -> int:
        client.get("/trust/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/trust/")
        return len(queries)

    one = cost()
    group = make_group(here.school, "9Z")
    for number in range(10):
        make_pupil(here.school, group, f"Pupil {number}", "Pip")
    assert cost() == one
    TrustSchool.objects.create(trust=trust, school=there.school, first_day=MONDAY)
    assert cost() - one <= 6


def test_a_closed_day_says_so(two: tuple[Scene, Scene]) -> None:
    client = sign_in(Client(), make_lead(make_trust("Larkmere Trust", two[0].school)))
    with time_machine.travel(at(10, on=date(2026, 10, 27)), tick=False):
        page = sign_in(client, User.objects.get(name="Noor Haddad")).get("/trust/").content.decode()
    assert "No registers today." in page


@pytest.mark.parametrize("role", Role)
def test_who_opens_the_pages(two: tuple[Scene, Scene], role: Role) -> None:
    client = sign_in(Client(), make_person(two[0].school, role))
    held = ROLE_PERMISSIONS[role]
    assert client.get("/trust/").status_code == (200 if Permission.TRUST_VIEW in held else 403)
    assert client.get("/staff/trust/").status_code == (200 if Permission.STAFF_MANAGE in held else 403)


def test_the_account_menu_leads_to_the_other_school_where_there_is_one(two: tuple[Scene, Scene]) -> None:
    here, there = two
    lead = sign_in(Client(), make_lead(make_trust("Larkmere Trust", here.school, there.school)))
    assert "Go to another school" in lead.get("/today/").content.decode()
    assert "Go to another school" not in sign_in(Client(), here.head).get("/today/").content.decode()


# --- Joining and leaving ---------------------------------------------------------------------------------------


def test_a_school_joins_and_leaves_on_its_own_page(two: tuple[Scene, Scene]) -> None:
    here, _ = two
    head = sign_in(Client(), here.head)
    assert "There is no trust on this server" in head.get("/staff/trust/").content.decode()
    trust = make_trust("Larkmere Trust")
    lead = make_lead(trust)
    assert looking(lead) is None
    answer = head.post("/staff/trust/", {"trust": trust.pk, "first_day": "2026-09-14"}, follow=True)
    assert "Hollin Bank School joins Larkmere Trust." in answer.content.decode()
    assert looking(lead) is not None
    page = head.get("/staff/trust/").content.decode()
    assert "Noor Haddad" in page
    head.post("/staff/trust/", {"last_day": "2026-09-13"}, follow=True)
    assert looking(lead) is None
    types = set(Event.objects.filter(school_id=here.school.pk).values_list("type", flat=True))
    assert {"accounts.trust.joined", "accounts.trust.left"} <= types
    log = head.get("/audit/?kind=staff").content.decode()
    assert "Joined the trust Larkmere Trust from 14 September 2026" in log


def test_a_school_may_leave_at_once(two: tuple[Scene, Scene]) -> None:
    here, _ = two
    lead = make_lead(make_trust("Larkmere Trust", here.school))
    viewer = here.viewer(here.head)
    leave_trust(viewer=viewer, last_day=YESTERDAY, by=viewer.actor, at=at(10))
    assert looking(lead) is None


@pytest.mark.parametrize(
    ("trust", "first_day", "words"),
    [(0, MONDAY, "Choose a trust"), (1, None, "Enter the first day"), (1, YESTERDAY, "today or later")],
)
def test_joining_that_can_not_be(
    two: tuple[Scene, Scene], trust: int, first_day: date | None, words: str
) -> None:
    made = make_trust("Larkmere Trust")
    viewer = two[0].viewer(two[0].head)
    with pytest.raises(Refused, match=words):
        join_trust(
            viewer=viewer, trust_id=made.pk if trust else 0, first_day=first_day, by=viewer.actor, at=at(10)
        )
    assert not TrustSchool.objects.exists()


def test_a_school_belongs_to_one_trust(two: tuple[Scene, Scene]) -> None:
    here, _ = two
    make_trust("Larkmere Trust", here.school)
    other = make_trust("Other Trust")
    viewer = here.viewer(here.head)
    with pytest.raises(Refused, match="must leave that trust first"):
        join_trust(viewer=viewer, trust_id=other.pk, first_day=MONDAY, by=viewer.actor, at=at(10))


@pytest.mark.parametrize("role", [Role.ATTENDANCE_OFFICER, Role.TRUST_LEAD, Role.GOVERNOR])
def test_only_those_who_manage_staff_decide(two: tuple[Scene, Scene], role: Role) -> None:
    here, _ = two
    trust = make_trust("Larkmere Trust")
    viewer = viewer_of(make_person(here.school, role))
    with pytest.raises(Refused, match="may not decide"):
        join_trust(viewer=viewer, trust_id=trust.pk, first_day=MONDAY, by=viewer.actor, at=at(10))
    with pytest.raises(Refused, match="may not decide"):
        leave_trust(viewer=viewer, last_day=MONDAY, by=viewer.actor, at=at(10))


def test_a_school_can_not_give_the_trust_s_role(two: tuple[Scene, Scene]) -> None:
    here, _ = two
    viewer = here.viewer(here.head)
    with pytest.raises(Refused, match="Choose a role"):
        begin_appointment(
            viewer=viewer, person_id=here.office.pk, role="trust_lead", position="X", first_day=MONDAY,
            last_day=None, by=viewer.actor, at=at(10),
        )  # fmt: skip
    page = sign_in(Client(), here.head).get(f"/staff/{here.office.pk}/roles/new/").content.decode()
    assert "Trust attendance lead" not in page


def test_the_commands() -> None:
    school = make_school()
    out = StringIO()
    arguments = {"lead": "Noor Haddad", "email": "Noor@trust.example.org", "stdout": out}
    call_command("create_trust", "Larkmere Trust", **arguments)
    assert "/password/choose/" in out.getvalue()
    post = TrustPost.objects.get()
    assert (post.user.email, post.trust.name, post.first_day) == (
        "noor@trust.example.org",
        "Larkmere Trust",
        MONDAY,
    )
    with pytest.raises(CommandError, match="already"):
        call_command("create_trust", "larkmere trust", **arguments)
    TrustSchool.objects.create(trust=post.trust, school=school, first_day=MONDAY)
    call_command("end_trust_lead", "Larkmere Trust", email="noor@trust.example.org", stdout=out)
    assert "until 14 September 2026" in out.getvalue()
    assert Event.objects.filter(type="accounts.trust.lead_ended", school_id=school.pk).count() == 1
    assert looking(post.user, TOMORROW) is None
    with pytest.raises(CommandError, match="Nobody with this address"):
        call_command("end_trust_lead", "Larkmere Trust", email="noor@trust.example.org", stdout=out)


@pytest.mark.parametrize(
    "change", [{"trust_name": " "}, {"name": ""}, {"email": "nobody"}, {"position": "a\x00"}]
)
def test_a_lead_without_particulars_is_refused(change: dict[str, str]) -> None:
    values = {"trust_name": "T", "name": "N", "email": "n@example.org", "position": "P"} | change
    with pytest.raises(Refused):
        appoint_lead(**values, first_day=MONDAY, by=SERVER, at=at(10))
    assert not User.objects.exists()
    assert not TrustPost.objects.exists()


# --- People of two schools --------------------------------------------------------------------------------------


def test_nothing_of_the_other_school_is_on_any_page(two: tuple[Scene, Scene]) -> None:
    """The officer of both looks at one: pages, files, the log and the search hold nothing of the other."""
    here, there = two
    ground = Ground(here)
    officer = ground.person(Role.ATTENDANCE_OFFICER)
    appoint(officer, ground.far_school, Role.ATTENDANCE_OFFICER)
    client = sign_in(Client(raise_request_exception=False), officer)
    for school, far in ((here.school, "Farquill"), (ground.far_school, "Homequill")):
        client.post("/account/school/", {"school": school.pk})
        own = ground.ids if school == here.school else ground.far_ids
        other = ground.far_ids if school == here.school else ground.ids
        for page in MEMBERS_PAGES:
            if page.name in {"accounts:account", "accounts:choose_school", "account_logout"}:
                continue
            assert far not in body_of(client.get(page.at(own))), (school.name, page.name)
            if page.ids:
                assert far not in body_of(client.get(page.at(other))), (school.name, page.name)
        for search in ("/pupils/?q=", "/audit/?by=", "/audit/?pupil="):
            assert far not in body_of(client.get(search + far)).replace(f"={far}", "").replace(f'"{far}"', "")
    assert there.school.name != here.school.name


def test_another_school_that_adds_our_officer_takes_nothing_from_us(two: tuple[Scene, Scene]) -> None:
    here, there = two
    theirs, ours = there.viewer(there.head), here.viewer(here.head)
    people.add_person(
        viewer=theirs, name="Whoever", email=here.officer.email, telephone="", role="office",
        position="Clerk", first_day=MONDAY, by=theirs.actor, at=at(10),
    )  # fmt: skip
    with pytest.raises(Refused, match="End their roles here instead"):
        people.close_account(viewer=ours, person_id=here.officer.pk, by=ours.actor, at=at(10))
    post = Appointment.objects.get(user=here.officer, school=here.school)
    end_appointment(viewer=ours, appointment_id=post.pk, last_day=YESTERDAY, by=ours.actor, at=at(10))
    viewer = looking(here.officer, school_id=here.school.pk)
    assert viewer is not None
    assert viewer.school_id == there.school.pk
    assert not works_elsewhere(theirs, here.officer.pk, MONDAY)
    people.close_account(viewer=theirs, person_id=here.officer.pk, by=theirs.actor, at=at(10))
    assert not User.objects.get(pk=here.officer.pk).is_active


def test_a_role_elsewhere_that_is_over_does_not_keep_an_account_open(two: tuple[Scene, Scene]) -> None:
    here, there = two
    appoint(here.officer, there.school, Role.OFFICE, last_day=YESTERDAY)
    ours = here.viewer(here.head)
    people.close_account(viewer=ours, person_id=here.officer.pk, by=ours.actor, at=at(10))
    assert not User.objects.get(pk=here.officer.pk).is_active


def test_a_trust_s_lead_is_not_one_school_s_to_close(two: tuple[Scene, Scene]) -> None:
    here, _ = two
    lead = make_lead(make_trust("Larkmere Trust", here.school))
    appoint(lead, here.school, Role.GOVERNOR)
    ours = here.viewer(here.head)
    with pytest.raises(Refused, match="for another school or a trust"):
        people.close_account(viewer=ours, person_id=lead.pk, by=ours.actor, at=at(10))
    page = sign_in(Client(), here.head).get(f"/staff/{lead.pk}/").content.decode()
    assert "they see nothing of it any more" in page
