"""The roll call: begun once, ticked by several people at once, ended once, kept; quick for a large school."""

import threading
import time as stopwatch
from datetime import time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.departures import write_down
from rollbook.apps.registers.actions.planning import plan_mark
from rollbook.apps.registers.actions.roll_calls import begin_roll_call, end_roll_call, tick
from rollbook.apps.registers.models import RollCall, RollCallEnd, RollCallPupil, RollCallTick
from rollbook.apps.registers.queries.roll_calls import Call, call_of
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Role
from rollbook.domain.on_site import MovementKind
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import MONDAY, Scene, at, mark
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """Amy here, Ben at the dentist since ten, Cat on a trip, Dan marked by nobody."""
    scene = Scene()
    viewer = scene.viewer(scene.officer)
    plan_mark(
        viewer=viewer, pupil_id=scene.cat.pk, first_day=MONDAY, last_day=MONDAY, sessions="both", code="B",
        note="Museum with Mr Lee", origin="activity", by=viewer.actor, at=at(8),
    )  # fmt: skip
    scene.take(
        [mark(scene.amy, "/"), mark(scene.ben, "/"), mark(scene.cat, "B", note="Museum with Mr Lee")],
        by=scene.officer,
    )
    write_down(
        viewer=viewer, pupil_id=scene.ben.pk, on=MONDAY, kind=MovementKind.LEFT, moved_at=time(10),
        reason="Dentistsecret", key=uuid4(), by=viewer.actor, at=at(10),
    )  # fmt: skip
    return scene


def begin(scene: Scene, who: User | None = None, kind: str = "evacuation", minute: int = 30) -> RollCall:
    viewer = scene.viewer(who or scene.office)
    return begin_roll_call(viewer=viewer, kind=kind, by=viewer.actor, at=at(10, minute))


def say(
    scene: Scene, call: RollCall, pupil: Pupil, state: str, *, who: User | None = None, **given: object
) -> None:
    viewer = scene.viewer(who or scene.teacher)
    values = {"note": "", "at": at(10, 31)} | given
    tick(viewer=viewer, call_id=call.pk, pupil_id=pupil.pk, state=state, by=viewer.actor, **values)  # type: ignore[arg-type]


def end(scene: Scene, call: RollCall, who: User | None = None, note: str = "") -> None:
    viewer = scene.viewer(who or scene.office)
    end_roll_call(viewer=viewer, call_id=call.pk, note=note, by=viewer.actor, at=at(10, 40))


def look(scene: Scene, call: RollCall) -> Call:
    found = call_of(scene.viewer(scene.office), call.pk)
    assert found is not None
    return found


def test_a_roll_call_keeps_the_list_as_it_was(scene: Scene) -> None:
    call = begin(scene)
    kept = dict(RollCallPupil.objects.filter(roll_call=call).values_list("forename", "whereabouts"))
    assert kept == {"Amy": "on_site", "Ben": "left", "Cat": "elsewhere", "Dan": "not_known"}
    scene.take({scene.dan: "/"}, by=scene.office, group=scene.other_group, when=at(10, 35))
    found = look(scene, call)
    assert [line.forename for line in found.to_find] == ["Amy", "Dan"]
    assert (found.accounted_count, len(found.open_lines)) == (0, 2)
    event = Event.objects.get(type="register.roll_call.begun")
    assert event.facts["pupils"] == 4


def test_the_newest_word_counts_and_every_word_stays(scene: Scene) -> None:
    call = begin(scene)
    say(scene, call, scene.amy, "here")
    say(scene, call, scene.amy, "here")  # pressed twice
    say(scene, call, scene.dan, "missing")
    found = look(scene, call)
    assert (found.accounted_count, [line.forename for line in found.missing]) == (1, ["Dan"])
    assert found.all_accounted_after is None
    say(scene, call, scene.dan, "elsewhere", note="With the nurse", at=at(10, 34, 7), who=scene.office)
    found = look(scene, call)
    assert (found.accounted_count, found.missing, found.tick_count) == (2, [], 3)
    assert found.all_accounted_after == timedelta(minutes=4, seconds=7)
    assert found.took_part == ["Tess Teacher", "Ola Office"]
    say(scene, call, scene.amy, "open")
    assert look(scene, call).accounted_count == 1


def test_somebody_off_site_who_is_ticked_joins_those_to_be_found(scene: Scene) -> None:
    call = begin(scene)
    say(scene, call, scene.ben, "missing")
    assert [line.forename for line in look(scene, call).to_find] == ["Amy", "Ben", "Dan"]
    say(scene, call, scene.ben, "open")
    assert [line.forename for line in look(scene, call).to_find] == ["Amy", "Dan"]


def test_a_second_start_joins_the_running_one_and_tomorrow_a_new_one_begins(scene: Scene) -> None:
    first = begin(scene)
    assert begin(scene, scene.teacher, "drill", 31) == first
    end(scene, first)
    second = begin(scene, kind="drill", minute=50)
    assert (second.number, second.kind) == (2, "drill")
    viewer = scene.viewer(scene.office)
    tomorrow = begin_roll_call(viewer=viewer, kind="drill", by=viewer.actor, at=at(10) + timedelta(days=1))
    assert tomorrow.number == 3


def test_each_refusal_says_why(scene: Scene) -> None:
    with pytest.raises(Refused, match="an evacuation or a drill"):
        begin(scene, kind="party")
    call = begin(scene)
    with pytest.raises(Refused, match="Say where the pupil is"):
        say(scene, call, scene.amy, "elsewhere", note="  ")
    with pytest.raises(Refused, match="at most 200"):
        say(scene, call, scene.amy, "elsewhere", note="x" * 201)
    with pytest.raises(Refused, match="here, missing or safe elsewhere"):
        say(scene, call, scene.amy, "asleep")
    far = make_pupil(make_school("Far"), None, "Far", "Fay")
    with pytest.raises(Refused, match="not on the list"):
        say(scene, call, far, "here")
    governor = make_person(scene.school, Role.GOVERNOR)
    with pytest.raises(Refused, match="may not take part"):
        say(scene, call, scene.amy, "here", who=governor)
    with pytest.raises(Refused, match="may not take part"):
        begin(scene, governor)
    with pytest.raises(Refused, match="Ola Office began this roll call and can end it"):
        end(scene, call, scene.teacher)
    assert not RollCallTick.objects.exists()
    assert not RollCallEnd.objects.exists()


def test_who_began_it_may_end_it_and_nothing_is_added_afterwards(scene: Scene) -> None:
    call = begin(scene, scene.teacher)
    say(scene, call, scene.amy, "here")
    end(scene, call, scene.teacher, "All went well")
    assert look(scene, call).end.note == "All went well"  # type: ignore[union-attr]
    for act in (lambda: say(scene, call, scene.dan, "here"), lambda: end(scene, call)):
        with pytest.raises(Refused, match="Tess Teacher has ended this roll call"):
            act()
    assert RollCallTick.objects.count() == 1


def test_another_school_sees_and_ticks_nothing(scene: Scene) -> None:
    call = begin(scene)
    far = make_school("Farfield")
    stranger = viewer_of(make_person(far, Role.HEAD_TEACHER), MONDAY, far)
    assert call_of(stranger, call.pk) is None
    with pytest.raises(Refused, match="no such roll call"):
        tick(
            viewer=stranger, call_id=call.pk, pupil_id=scene.amy.pk, state="here", note="", by=stranger.actor,
            at=at(10, 31),
        )  # fmt: skip
    with pytest.raises(Refused, match="no such roll call"):
        end_roll_call(viewer=stranger, call_id=call.pk, note="", by=stranger.actor, at=at(10, 31))


@pytest.mark.parametrize("table", ["rollcall", "rollcallpupil", "rollcalltick", "rollcallend"])
def test_the_database_keeps_a_roll_call_for_good(scene: Scene, table: str) -> None:
    call = begin(scene)
    say(scene, call, scene.amy, "here")
    end(scene, call)
    with (
        pytest.raises(DatabaseError, match="never changed or removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM registers_{table}")


@pytest.mark.django_db(transaction=True)
def test_several_people_at_once_lose_no_tick_and_start_one_roll_call() -> None:
    scene = Scene()
    pupils = [make_pupil(scene.school, scene.group, f"Pupil {number:02}", "Pat") for number in range(12)]
    scene.take(dict.fromkeys(pupils, "/"), by=scene.office)
    people = [scene.teacher, scene.other_teacher, scene.office, scene.officer]
    meeting, calls, errors = threading.Barrier(len(people)), [], []

    def take_part(number: int) -> None:
        try:
            meeting.wait()
            call = begin(scene, people[number])
            calls.append(call.pk)
            meeting.wait()
            for pupil in pupils[number * 3 : number * 3 + 3]:
                say(scene, call, pupil, "here", who=people[number])
            say(scene, call, scene.amy, ["here", "missing", "here", "missing"][number], who=people[number])
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take_part, args=(number,)) for number in range(len(people))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    assert len(set(calls)) == 1
    assert RollCall.objects.count() == 1
    found = look(scene, RollCall.objects.get())
    assert sum(1 for line in found.lines if line.forename == "Pat" and line.state == "here") == 12
    last = RollCallTick.objects.filter(pupil=scene.amy).order_by("id").last()
    assert next(line.state for line in found.lines if line.pupil_id == scene.amy.pk) == last.state  # type: ignore[union-attr]


# --- The pages ----------------------------------------------------------------------------------------------------


def at_half_past(client: Client, person: User) -> time_machine.travel:
    client.logout()
    with time_machine.travel(at(10, 32), tick=False):
        sign_in(client, person)
    return time_machine.travel(at(10, 32), tick=False)


def test_the_list_shows_the_not_known_first_and_where_the_others_are(scene: Scene, client: Client) -> None:
    with at_half_past(client, scene.office):
        text = client.get(reverse("registers:roll_call")).content.decode()
    assert text.index("Dale</b>, Dan") < text.index("Abbott</b>, Amy") < text.index("Carr</b>, Cat")
    assert "Museum with Mr Lee" in text
    assert "Signed out at 10:00." in text
    assert "Dentistsecret" not in text


def test_a_teacher_reads_names_and_groups_and_no_reasons(scene: Scene, client: Client) -> None:
    call = begin(scene)
    with at_half_past(client, scene.teacher):
        pages = [
            client.get(reverse("registers:call", args=[call.pk])),
            client.get(reverse("registers:roll_call_paper")),
        ]
        end(scene, call)
        pages += [
            client.get(reverse("registers:roll_call")),
            client.get(reverse("registers:call", args=[call.pk])),
        ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "Dan" in text
        for private in ("Dentistsecret", "Museum", "Signed out", "Other approved"):
            assert private not in text


def plan_illness(scene: Scene, pupil: Pupil) -> None:
    viewer = scene.viewer(scene.officer)
    plan_mark(
        viewer=viewer, pupil_id=pupil.pk, first_day=MONDAY, last_day=MONDAY, sessions="both", code="I",
        note="Feverandcough", origin="telephone", by=viewer.actor, at=at(8),
    )  # fmt: skip


def test_before_registers_those_expected_to_be_away_stand_apart_and_can_be_ticked(
    scene: Scene, client: Client
) -> None:
    plan_illness(scene, scene.dan)
    call = begin(scene)
    kept = RollCallPupil.objects.get(roll_call=call, pupil=scene.dan)
    assert (kept.whereabouts, kept.because) == (
        "expected", "Authorised absence this morning, as recorded beforehand.",
    )  # fmt: skip
    assert [line.forename for line in look(scene, call).to_find] == ["Amy"]
    with at_half_past(client, scene.office):
        text = client.get(reverse("registers:call", args=[call.pk])).content.decode()
        paper = client.get(reverse("registers:roll_call_paper")).content.decode()
    part = text[text.index('id="expected"') : text.index("Not on site when it began")]
    assert ("Dan" in part, "Amy" in part, "Ben" in part, "Cat" in part) == (True, False, False, False)
    assert f'value="here:{scene.dan.pk}"' in part
    assert "Authorised absence this morning" in part
    assert paper.count("rc-paper__box") == 2
    assert paper.index("Expected to be away") < paper.index("Dale</b>, Dan")
    # Whoever is there after all is one of those to be found, and of the report.
    say(scene, call, scene.dan, "missing")
    assert [line.forename for line in look(scene, call).to_find] == ["Amy", "Dan"]


def test_the_office_reads_what_was_recorded_and_a_teacher_does_not(scene: Scene, client: Client) -> None:
    plan_illness(scene, scene.dan)
    seen = {}
    for person in (scene.office, scene.teacher):
        with at_half_past(client, person):
            seen[person.name] = client.get(reverse("registers:roll_call")).content.decode()
        text = seen[person.name]
        assert text.index("Expected to be away") < text.index("Dale</b>, Dan") < text.index("On site")
        assert "Feverandcough" not in text
        assert "Not known <" not in text
    assert "Illness" in seen[scene.office.name]
    assert "Illness" not in seen[scene.teacher.name]


def test_whoever_is_signed_in_is_not_away_because_it_was_planned(scene: Scene) -> None:
    viewer = scene.viewer(scene.officer)
    plan_illness(scene, scene.dan)
    write_down(
        viewer=viewer, pupil_id=scene.dan.pk, on=MONDAY, kind=MovementKind.ARRIVED, moved_at=time(8, 50),
        key=uuid4(), by=viewer.actor, at=at(9),
    )  # fmt: skip
    call = begin(scene)
    assert RollCallPupil.objects.get(roll_call=call, pupil=scene.dan).whereabouts == "on_site"


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_what(scene: Scene, client: Client, role: Role) -> None:
    call = begin(scene)
    person = scene.teacher if role is Role.CLASS_TEACHER else make_person(scene.school, role)
    takes_part = role not in (Role.GOVERNOR, Role.ADMINISTRATOR, Role.TRUST_LEAD, Role.INSPECTOR)
    keeps_kiosks = role in (
        Role.HEAD_TEACHER, Role.SENIOR_ATTENDANCE_CHAMPION, Role.ATTENDANCE_OFFICER, Role.OFFICE,
    )  # fmt: skip
    with at_half_past(client, person):
        for name, args in (
            ("call", [call.pk]), ("call_news", [call.pk]), ("roll_call_paper", []), ("call_end", [call.pk]),
            ("call_elsewhere", [call.pk, scene.amy.pk]),
        ):  # fmt: skip
            status = client.get(reverse(f"registers:{name}", args=args)).status_code
            assert status == (200 if takes_part else 403), name
        assert client.get(reverse("registers:kiosks")).status_code == (200 if keeps_kiosks else 403)
        home = client.get(reverse("schools:calendar")).content.decode()
    assert ('class="topbar__call"' in home) is takes_part


def test_ticking_by_form_and_by_script(scene: Scene, client: Client) -> None:
    call = begin(scene)
    address = reverse("registers:call_tick", args=[call.pk])
    with at_half_past(client, scene.teacher):
        answer = client.post(f"{address}?group=7A", {"tick": f"here:{scene.amy.pk}"})
        assert answer["Location"] == f"/roll-call/{call.pk}/?group=7A#p{scene.amy.pk}"
        news = client.post(
            address, {"tick": f"missing:{scene.dan.pk}", "after": "0"}, headers={"x-requested-with": "fetch"}
        ).json()
        assert (news["accounted"], news["total"], news["ended"]) == (1, 2, False)
        assert [scene.dan.pk, "missing", "Missing, 10:32, Tess Teacher"] in news["pupils"]
        assert news["missing"][0][1:3] == ["Dale", "Dan"]
        quiet = client.get(reverse("registers:call_news", args=[call.pk]), {"after": news["after"]}).json()
        assert quiet["pupils"] == []
        for wrong in (
            "",
            "here:",
            "here:x",
            f"fly:{scene.amy.pk}",
            f"here:{'9' * 40}",
            f"elsewhere:{scene.amy.pk}",
        ):
            refused = client.post(address, {"tick": wrong}, headers={"x-requested-with": "fetch"})
            assert refused.status_code == 422, wrong
            assert refused.json()["refused"]
    assert RollCallTick.objects.count() == 2


def test_from_start_to_report_without_a_script(scene: Scene, client: Client) -> None:
    with at_half_past(client, scene.office):
        running = client.post(reverse("registers:roll_call_begin"), {"kind": "drill"}, follow=True)
        call = RollCall.objects.get()
        assert "0</b> of <b" in running.content.decode()
        assert client.get(reverse("registers:roll_call"))["Location"] == reverse(
            "registers:call", args=[call.pk]
        )
        where = reverse("registers:call_elsewhere", args=[call.pk, scene.dan.pk])
        assert client.post(where, {"note": ""}).status_code == 422
        client.post(where, {"note": "With the nurse"})
        say(scene, call, scene.amy, "missing", at=at(10, 31))
        closing = client.get(reverse("registers:call_end", args=[call.pk])).content.decode()
        assert "End it with 1 pupil not accounted for" in closing
        client.post(reverse("registers:call_end", args=[call.pk]), {"note": "Door <b>3</b> was locked"})
        report = client.get(reverse("registers:call", args=[call.pk])).content.decode()
        past = client.get(reverse("registers:roll_call")).content.decode()
    assert "Not accounted for" in report
    assert "Door &lt;b&gt;3&lt;/b&gt; was locked" in report
    assert "Safe elsewhere: With the nurse" in report
    assert f"/roll-call/{call.pk}/" in past


def test_the_paper_has_a_page_a_group_and_a_box_a_pupil(scene: Scene, client: Client) -> None:
    with at_half_past(client, scene.office):
        groups = client.get(reverse("registers:roll_call_paper")).content.decode()
        whole = client.get(reverse("registers:roll_call_paper"), {"whole": "1"}).content.decode()
    assert groups.count('class="card rc-paper"') == 2
    assert groups.count("rc-paper__box") == whole.count("rc-paper__box") == 2
    assert "Not on site: Ben Brown, Cat Carr" in groups
    assert whole.count('class="card rc-paper"') == 1


@pytest.mark.parametrize(
    ("hour", "words"),
    [(8, "The first register opens at 09:00"), (15, "The school day ended at 15:05"), (11, "")],
)
def test_the_page_says_when_the_list_is_not_who_is_here(
    scene: Scene, client: Client, hour: int, words: str
) -> None:
    with time_machine.travel(at(hour, 30), tick=False):
        sign_in(client, scene.office)
        text = client.get(reverse("registers:roll_call")).content.decode()
    assert words in text
    assert ("notice--warning" in text) is bool(words)


def test_on_a_day_without_school_it_says_so(scene: Scene, client: Client) -> None:
    with time_machine.travel(at(10) - timedelta(days=1), tick=False):
        sign_in(client, scene.office)
        assert "No register is taken today" in client.get(reverse("registers:roll_call")).content.decode()


def test_fifteen_hundred_pupils_cost_no_query_more_and_open_fast(scene: Scene, client: Client) -> None:
    def cost(address: str) -> int:
        with at_half_past(client, scene.office):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
        return len(queries)

    now, paper = reverse("registers:roll_call"), reverse("registers:roll_call_paper")
    few = cost(now), cost(paper)
    groups = [make_group(scene.school, f"8{number:02}") for number in range(50)]
    for number in range(1_500):
        make_pupil(scene.school, groups[number % 50], f"More {number:04}", "Morgan")
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE"
        )  # as both databases do by themselves; PostgreSQL had planned for four pupils
    assert (cost(now), cost(paper)) == few
    assert few[0] <= 10

    with at_half_past(client, scene.office):
        opens_fast(client, now)
    call = begin(scene)
    running = reverse("registers:call", args=[call.pk])
    assert cost(running) <= 9
    with at_half_past(client, scene.office):
        opens_fast(client, running)


def opens_fast(client: Client, address: str) -> None:
    """Alone on a machine a list of 1,500 opens in a tenth of a second; many times as long would be noticed here."""
    times = []
    for _ in range(5):
        start = stopwatch.perf_counter()
        assert client.get(address).status_code == 200
        times.append(stopwatch.perf_counter() - start)
    assert min(times) < 0.8, f"{address} took {min(times) * 1000:.0f} ms"
