"""Questions that are kept: by whom, for whom, and never for another school."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.insight.actions.saved_views import MOST_VIEWS, save_view, send_weekly
from rollbook.apps.insight.models import SavedView
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

QUERY = "measure=absence&by=sen&period_name=term&level=region&series=daily"


@pytest.fixture
def monday() -> Iterator[None]:
    """Monday morning of the scene's week."""
    with time_machine.travel(at(10), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return Scene()


def keep(client: Client, name: str = "Absence by SEN", **more: str) -> int:
    return client.post("/figures/views/new/", {"name": name, "query": QUERY, **more}).status_code


@pytest.mark.policy("P-3.4-3", "P-8.1-6")
def test_a_question_is_kept_found_shared_renamed_and_removed(scene: Scene, client: Client) -> None:
    colleague = make_person(scene.school, Role.SENCO)
    sign_in(client, scene.head)

    answer = client.post("/figures/views/new/", {"name": " Absence  by SEN ", "query": QUERY})
    view = SavedView.objects.get()

    assert view.name == "Absence by SEN"
    assert parse_qs(view.query) == parse_qs(QUERY)
    assert answer["Location"] == f"/figures/explore/?{view.query}&view={view.pk}"
    opened = client.get(answer["Location"]).content.decode()
    assert "Overall absence by special educational needs" in opened
    assert "Absence by SEN" in opened
    assert "Absence by SEN" not in sign_in(Client(), colleague).get("/figures/views/").content.decode()

    page = f"/figures/views/{view.pk}/"
    assert client.post(page, {"act": "name", "name": "SEN", "is_shared": "on"}).status_code == 302
    theirs = sign_in(Client(), colleague).get("/figures/views/").content.decode()
    assert "SEN</a>" in theirs
    assert page not in theirs
    assert sign_in(Client(), colleague).get(page).status_code == 404

    assert client.post(page, {"act": "remove"}).status_code == 302
    assert not SavedView.objects.exists()
    assert list(
        Event.objects.filter(type__startswith="figures").order_by("id").values_list("type", flat=True)
    ) == [
        "figures.view.saved",
        "figures.view.changed",
        "figures.view.removed",
    ]


def test_the_log_names_the_view(scene: Scene, client: Client) -> None:
    keep(sign_in(client, scene.head))

    # Escaped as in HTML.
    assert "Kept the view &#x27;Absence by SEN&#x27; of the figures" in client.get("/audit/").content.decode()


@pytest.mark.parametrize(
    ("name", "query", "says"),
    [
        ("", QUERY, "Name of the view is missing."),
        ("x" * 81, QUERY, "80"),
        ("Mine", QUERY, "There is a view called &#x27;Mine&#x27; already. Give another name."),
        ("New", "measure=moon", "This question can&#x27;t be kept."),
        ("New", "", ""),
        ("N\x00l", QUERY, "Null"),
    ],
)
def test_what_can_not_be_kept_is_refused_and_nothing_typed_is_lost(
    scene: Scene, client: Client, name: str, query: str, says: str
) -> None:
    sign_in(client, scene.head)
    keep(client, "Mine")

    answer = client.post("/figures/views/new/", {"name": name, "query": query})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_who_keeps_too_many_is_told(scene: Scene) -> None:
    viewer = viewer_of(scene.head)
    SavedView.objects.bulk_create(
        SavedView(school=scene.school, owner=scene.head, name=f"V{n}", query=QUERY, made_at=at(9))
        for n in range(MOST_VIEWS)
    )
    with pytest.raises(Refused, match="Remove one that is no longer needed"):
        save_view(viewer=viewer, name="More", query=QUERY, is_shared=False, by=viewer.actor, at=at(9))


@pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.OFFICE, Role.ADMINISTRATOR])
def test_who_sees_no_figures_keeps_none(scene: Scene, client: Client, role: Role) -> None:
    sign_in(client, make_person(scene.school, role))

    assert keep(client) == 403
    assert client.get("/figures/views/").status_code == 403


def test_a_governor_keeps_a_view_and_shares_or_sends_none(scene: Scene, client: Client) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)
    assert keep(sign_in(client, governor), is_shared="on") == 302

    view = SavedView.objects.get()
    page = client.get(f"/figures/views/{view.pk}/").content.decode()

    assert not view.is_shared
    assert "By e-mail each week" not in page
    viewer = viewer_of(governor)
    with pytest.raises(Refused, match="Only the staff team"):
        send_weekly(
            viewer=viewer, view_id=view.pk, weekday=0, people=[governor.pk], by=viewer.actor, at=at(9)
        )


def test_another_schools_view_is_not_there(scene: Scene, client: Client) -> None:
    other = make_school("Elm Road School")
    stranger = make_person(other, Role.HEAD_TEACHER)
    keep(sign_in(Client(), stranger), is_shared="on")
    view = SavedView.objects.get()
    sign_in(client, scene.head)

    assert client.get(f"/figures/views/{view.pk}/").status_code == 404
    assert client.post(f"/figures/views/{view.pk}/", {"act": "remove"}).status_code == 404
    assert "Absence by SEN" not in client.get("/figures/views/").content.decode()
    opened = client.get(f"/figures/explore/?{QUERY}&view={view.pk}")
    assert "Absence by SEN" not in opened.content.decode()
    assert SavedView.objects.count() == 1


def people_offered(client: Client, view: SavedView) -> str:
    return client.get(f"/figures/views/{view.pk}/").content.decode()


def test_it_is_sent_to_people_of_the_school_who_see_figures_only(scene: Scene, client: Client) -> None:
    senco = make_person(scene.school, Role.SENCO, name="Sena Co")
    make_person(scene.school, Role.CLASS_TEACHER, name="Tea Cher")
    stranger: User = make_person(make_school("Elm Road School"), Role.HEAD_TEACHER, name="Stra Nger")
    keep(sign_in(client, scene.head))
    view = SavedView.objects.get()
    page = f"/figures/views/{view.pk}/"

    offered = people_offered(client, view)
    assert "Sena Co" in offered
    assert "Tea Cher" not in offered
    assert "Stra Nger" not in offered
    for sent in (
        {"weekday": "0", "people": [str(stranger.pk)]},
        {"weekday": "6", "people": [str(senco.pk)]},
        {"weekday": "0"},
        {"weekday": "0", "people": ["x"]},
    ):
        assert client.post(page, {"act": "send", **sent}).status_code == 422
    view.refresh_from_db()
    assert (view.weekday, view.recipients.count()) == (None, 0)

    assert client.post(page, {"act": "send", "weekday": "0", "people": [str(senco.pk)]}).status_code == 302
    view.refresh_from_db()
    assert (view.weekday, str(view.sent_since)) == (0, "2026-09-14")
    assert [each.user_id for each in view.recipients.all()] == [senco.pk]
    assert "Mondays to 1" in client.get("/figures/views/").content.decode()

    assert client.post(page, {"act": "send", "weekday": ""}).status_code == 302
    view.refresh_from_db()
    assert (view.weekday, view.recipients.count()) == (None, 0)


def test_a_button_that_is_none_changes_nothing(scene: Scene, client: Client) -> None:
    keep(sign_in(client, scene.head))
    view = SavedView.objects.get()

    assert client.post(f"/figures/views/{view.pk}/", {"act": "explode"}).status_code == 422
    assert client.post(f"/figures/views/{view.pk}/", {"act": "name", "name": ""}).status_code == 422
    assert SavedView.objects.get().name == "Absence by SEN"


def test_the_head_may_change_what_somebody_who_left_had_shared(scene: Scene, client: Client) -> None:
    senco = make_person(scene.school, Role.SENCO)
    keep(sign_in(Client(), senco), is_shared="on")
    view = SavedView.objects.get()

    assert (
        sign_in(client, scene.head).post(f"/figures/views/{view.pk}/", {"act": "remove"}).status_code == 302
    )
    assert not SavedView.objects.exists()
