"""Support is begun, reviewed and ended by those who may, for pupils of their school, and nothing of it is lost."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.queries.keeping import open_cases_of
from rollbook.apps.support.actions.supporting import SupportDraft, end_support, review_support, start_support
from rollbook.apps.support.models import Review, Support
from rollbook.apps.support.queries.supports import (
    dealt_alike,
    open_by_pupil,
    open_supports,
    review_count,
    support_of,
    supports_of_pupil,
    titles,
)
from rollbook.config.subjects import names_of
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role, Viewer
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

NOW = at(10)
REVIEW = MONDAY + timedelta(weeks=6)
MAY = {
    Role.HEAD_TEACHER,
    Role.SENIOR_ATTENDANCE_CHAMPION,
    Role.ATTENDANCE_OFFICER,
    Role.PASTORAL_LEAD,
    Role.SENCO,
}


@pytest.fixture
def monday() -> Iterator[None]:
    """Monday morning."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return Scene()


def draft_for(scene: Scene, **given: Any) -> SupportDraft:
    values: dict[str, Any] = {
        "kind": "support",
        "title": "Breakfast club",
        "why": "Attended 30 of 40 possible sessions.",
        "aim": "Every morning this half term",
        "first_day": MONDAY,
        "review_on": REVIEW,
        "owner_id": scene.officer.pk,
    }
    return SupportDraft(**(values | given))


def begin(
    scene: Scene, *, viewer: Viewer | None = None, pupil_id: int | None = None, **given: Any
) -> Support:
    viewer = viewer or scene.viewer(scene.officer)
    key: UUID = given.pop("key", None) or uuid4()
    return start_support(
        viewer=viewer,
        pupil_id=scene.ben.pk if pupil_id is None else pupil_id,
        draft=draft_for(scene, **given),
        key=key,
        by=viewer.actor,
        at=NOW,
    )


def act(scene: Scene, on: date = MONDAY) -> dict[str, Any]:
    viewer = scene.viewer(scene.officer, on)
    return {"viewer": viewer, "by": viewer.actor, "at": at(11, on=on)}


def fields(refused: "pytest.ExceptionInfo[Refused]") -> set[str]:
    return {each.field for each in refused.value.refusals}


def test_only_the_roles_that_lead_on_attendance_may_record_support() -> None:
    assert {role for role in Role if Permission.SUPPORT_RECORD in ROLE_PERMISSIONS[role]} == MAY


@pytest.mark.policy("P-8.2-2", "P-8.3-2")
def test_support_is_begun_with_its_reasons(scene: Scene) -> None:
    made = begin(scene, title="  Breakfast club ")

    assert (made.title, made.pupil_id, made.owner_name) == ("Breakfast club", scene.ben.pk, "Ann Officer")
    assert made.why == "Attended 30 of 40 possible sessions."
    event = Event.objects.get(type="support.started")
    assert (event.subject, event.school_id) == (made.source, scene.school.pk)
    assert event.facts["pupil"] == scene.ben.pk
    # The reasons may be about health: they are not repeated in the log.
    assert "possible sessions" not in str(event.facts)


def test_the_same_form_twice_begins_it_once(scene: Scene) -> None:
    key = uuid4()

    assert begin(scene, key=key) == begin(scene, key=key)
    assert Event.objects.filter(type="support.started").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"why": ""}, "why"),
        ({"aim": ""}, "aim"),
        ({"first_day": MONDAY - timedelta(days=367)}, "first_day"),
        ({"first_day": MONDAY + timedelta(days=367)}, "first_day"),
        ({"review_on": MONDAY}, "review_on"),
        ({"review_on": MONDAY + timedelta(days=191)}, "review_on"),
        ({"first_day": MONDAY + timedelta(days=9), "review_on": MONDAY + timedelta(days=9)}, "review_on"),
        ({"owner_id": 987_654_321}, "owner"),
        ({"pupil_id": 987_654_321}, "pupil"),
        ({"pupil_id": 10**30}, "pupil"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_kept(
    scene: Scene, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        begin(scene, **given)

    assert fields(refused) == {field}
    assert not Support.objects.exists()
    assert not Event.objects.filter(type__startswith="support.").exists()


def test_another_schools_pupil_and_staff_are_refused(scene: Scene) -> None:
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")
    head = make_person(other, Role.HEAD_TEACHER)

    with pytest.raises(Refused) as refused:
        begin(scene, pupil_id=stranger.pk, owner_id=head.pk)

    assert fields(refused) == {"pupil", "owner"}


def test_who_may_not_is_refused_by_each_act(scene: Scene) -> None:
    made = begin(scene)
    viewer = scene.viewer(scene.teacher)
    who: dict[str, Any] = {"viewer": viewer, "by": viewer.actor, "at": NOW}

    with pytest.raises(Refused, match="You may not record support"):
        begin(scene, viewer=viewer, title="Another")
    with pytest.raises(Refused, match="You may not"):
        review_support(
            support_id=made.pk, note="x", next_review_on=REVIEW, seen_version=1, key=uuid4(), **who
        )
    with pytest.raises(Refused, match="You may not"):
        end_support(
            support_id=made.pk, last_day=MONDAY, outcome="reached", because="x", seen_version=1, **who
        )
    assert not open_supports(viewer)
    assert support_of(viewer, made.pk) is None


def test_the_same_support_does_not_go_on_twice_for_a_pupil(scene: Scene) -> None:
    begin(scene)

    with pytest.raises(Refused, match="goes on for the pupil already"):
        begin(scene, title="breakfast CLUB")
    begin(scene, kind="reward")
    begin(scene, pupil_id=scene.amy.pk)

    assert Support.objects.count() == 3


def test_a_review_says_what_was_found_and_when_the_next_is(scene: Scene) -> None:
    made, key = begin(scene), uuid4()
    next_day = REVIEW + timedelta(weeks=2)
    given: dict[str, Any] = {
        "support_id": made.pk,
        "note": " Came on four of five days. ",
        "next_review_on": next_day,
        "seen_version": 1,
        "key": key,
    }

    review = review_support(**given, **act(scene))
    again = review_support(**given, **act(scene))

    made.refresh_from_db()
    assert review == again
    assert (review.note, made.review_on, made.version) == ("Came on four of five days.", next_day, 2)
    event = Event.objects.get(type="support.reviewed")
    assert "four of five" not in str(event.facts)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"note": " "}, "note"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\0b"}, "note"),
        ({"next_review_on": MONDAY}, "next_review_on"),
        ({"next_review_on": MONDAY + timedelta(days=191)}, "next_review_on"),
        ({"seen_version": 7}, ""),
        ({"support_id": 10**30}, ""),
    ],
)
def test_a_review_that_can_not_be_is_refused(scene: Scene, given: dict[str, Any], field: str) -> None:
    made = begin(scene)
    values = {
        "support_id": made.pk,
        "note": "Well",
        "next_review_on": REVIEW,
        "seen_version": 1,
        "key": uuid4(),
    }

    with pytest.raises(Refused) as refused:
        review_support(**(values | given), **act(scene))

    assert fields(refused) == {field}
    assert not Review.objects.exists()


def test_what_begins_later_is_reviewed_after_that(scene: Scene) -> None:
    made = begin(scene, first_day=MONDAY + timedelta(weeks=2))

    with pytest.raises(Refused, match="has not begun by then"):
        review_support(
            support_id=made.pk,
            note="Well",
            next_review_on=MONDAY + timedelta(weeks=1),
            seen_version=1,
            key=uuid4(),
            **act(scene),
        )


def ending(made: Support, **given: Any) -> dict[str, Any]:
    values = {
        "support_id": made.pk,
        "last_day": MONDAY,
        "outcome": "partly",
        "because": "Half term",
        "seen_version": 1,
    }
    return values | given


def test_it_is_ended_with_what_came_of_it_and_kept(scene: Scene) -> None:
    made = begin(scene)

    end_support(**ending(made, because=" Half term "), **act(scene))

    made.refresh_from_db()
    assert (made.last_day, made.outcome, made.ended_because) == (MONDAY, "partly", "Half term")
    assert (made.ended_by_name, made.version) == ("Ann Officer", 2)
    assert Event.objects.get(type="support.ended").facts["outcome"] == "It helped in part"
    with pytest.raises(Refused, match="ended already"):
        end_support(**ending(made, seen_version=2), **act(scene))
    with pytest.raises(Refused, match="not reviewed any more"):
        review_support(
            support_id=made.pk, note="x", next_review_on=REVIEW, seen_version=2, key=uuid4(), **act(scene)
        )
    # The same may be begun again.
    begin(scene)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"last_day": MONDAY - timedelta(days=1)}, "last_day"),
        ({"last_day": MONDAY + timedelta(days=1)}, "last_day"),
        ({"outcome": "gone"}, "outcome"),
        ({"because": " "}, "because"),
        ({"because": "x" * 301}, "because"),
        ({"seen_version": 7}, ""),
    ],
)
def test_an_end_that_can_not_be_is_refused(scene: Scene, given: dict[str, Any], field: str) -> None:
    made = begin(scene)

    with pytest.raises(Refused) as refused:
        end_support(**ending(made, **given), **act(scene))

    assert fields(refused) == {field}
    made.refresh_from_db()
    assert made.ended_at is None


def test_another_schools_support_is_neither_seen_nor_changed(scene: Scene, client: Client) -> None:
    made = begin(scene)
    other = Scene(make_school("Elm Road School"))
    viewer = other.viewer(other.officer)
    who: dict[str, Any] = {"viewer": viewer, "by": viewer.actor, "at": NOW}

    assert not open_supports(viewer)
    assert not titles(viewer)
    assert not supports_of_pupil(viewer, scene.ben.pk)
    assert not open_by_pupil(viewer, [scene.ben.pk])
    assert not dealt_alike(viewer, "support", "Breakfast club")
    assert names_of(viewer, [made.source]) == {}
    with pytest.raises(Refused, match="not among your school"):
        end_support(**ending(made), **who)
    assert sign_in(client, other.officer).get(f"/figures/support/{made.pk}/").status_code == 404


def test_what_goes_on_keeps_the_marks_of_one_who_left(scene: Scene) -> None:
    made = begin(scene)
    scene.ben.enrolments.update(last_day=MONDAY)
    viewer, later = scene.viewer(scene.head), MONDAY + timedelta(days=1)

    assert open_cases_of(viewer, later)[scene.ben.pk] == "support is not ended"
    end_support(**ending(made), **act(scene))
    assert scene.ben.pk not in open_cases_of(viewer, later)


def test_reviews_are_counted_from_their_day(scene: Scene) -> None:
    begin(scene)
    viewer = scene.viewer(scene.officer)

    assert review_count(viewer, REVIEW - timedelta(days=1)) == 0
    assert review_count(viewer, REVIEW) == 1


def test_the_log_names_it_for_those_who_may_see_it(scene: Scene) -> None:
    made = begin(scene)

    assert (
        names_of(scene.viewer(scene.officer), [made.source])[made.source][0]
        == "“Breakfast club” for Ben Brown"
    )
    assert names_of(scene.viewer(scene.office), [made.source, "support:x", "support:" + "9" * 30]) == {}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", ["", "new/", "{}/"])
def test_who_may_open_the_pages(scene: Scene, client: Client, role: Role, page: str) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    address = f"/figures/support/{page.format(begin(scene).pk)}"
    person = make_person(scene.school, role, last_day=MONDAY if role is Role.INSPECTOR else None)

    assert sign_in(client, person).get(address).status_code == (200 if role in MAY else 403)


def form_of(scene: Scene, **given: Any) -> dict[str, Any]:
    return {
        "pupil": scene.ben.pk,
        "kind": "support",
        "title": "Breakfast club",
        "why": "Often late",
        "aim": "Here by 08:40",
        "first_day": "2026-09-14",
        "review_on": "2026-10-26",
        "owner": scene.officer.pk,
        "key": uuid4(),
    } | given


@pytest.mark.policy("P-8.2-2")
def test_from_a_concern_the_reasons_are_filled_in(scene: Scene, client: Client) -> None:
    marks = {
        (scene.ben, MONDAY - timedelta(days=7 - n), session): "O" for n in range(5) for session in (AM, PM)
    }
    make_marks(scene.viewer(scene.head), marks, at(9))

    page = sign_in(client, scene.officer).get(f"/figures/support/new/?pupil={scene.ben.pk}").content.decode()
    list_page = client.get("/figures/concern/").content.decode()

    assert "Attended 0 of 10 possible sessions this year" in page
    assert f"/figures/support/new/?pupil={scene.ben.pk}" in list_page


@pytest.mark.parametrize("pupil", ["x", "9" * 40, "-1", "987654321"])
def test_an_address_that_names_no_pupil_opens_an_empty_form(scene: Scene, client: Client, pupil: str) -> None:
    answer = sign_in(client, scene.officer).get(f"/figures/support/new/?pupil={pupil}")

    assert answer.status_code == 200


def test_the_pages_begin_review_and_end_it(scene: Scene, client: Client) -> None:
    sign_in(client, scene.officer)

    answer = client.post("/figures/support/new/", form_of(scene))
    made = Support.objects.get()
    assert answer.headers["Location"] == f"/figures/support/{made.pk}/"
    review = {"review-note": "Came daily", "review-next_review_on": "2026-11-02", "review-seen_version": 1}
    client.post(f"/figures/support/{made.pk}/review/", review | {"review-key": uuid4()})
    assert "Came daily" in client.get(f"/figures/support/{made.pk}/").content.decode()
    end = {
        "end-last_day": "2026-09-14",
        "end-outcome": "reached",
        "end-because": "Done",
        "end-seen_version": 2,
    }
    client.post(f"/figures/support/{made.pk}/end/", end)

    assert "The aim was reached" in client.get("/figures/support/").content.decode()
    assert "Breakfast club" in client.get(f"/pupils/{scene.ben.pk}/").content.decode()


def test_what_was_typed_comes_back(scene: Scene, client: Client) -> None:
    made = begin(scene)
    sign_in(client, scene.officer)

    started = client.post("/figures/support/new/", form_of(scene, review_on="2026-09-01", aim="Typed aim"))
    reviewed = client.post(f"/figures/support/{made.pk}/review/", {"review-note": "Typed note"})
    ended = client.post(f"/figures/support/{made.pk}/end/", {"end-because": "Typed reason"})

    for answer, typed in ((started, "Typed aim"), (reviewed, "Typed note"), (ended, "Typed reason")):
        assert answer.status_code == 422
        assert typed in answer.content.decode()
    assert Support.objects.count() == 1


def test_a_teacher_sees_nothing_of_it_on_the_pupils_page(scene: Scene, client: Client) -> None:
    begin(scene)

    page = sign_in(client, scene.teacher).get(f"/pupils/{scene.ben.pk}/").content.decode()

    assert "Breakfast club" not in page


def test_more_support_costs_no_more_queries(scene: Scene, client: Client) -> None:
    begin(scene)
    sign_in(client, scene.officer)
    client.get("/figures/support/")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/figures/support/").status_code == 200
        return len(queries)

    few = count()
    for n in range(12):
        begin(scene, title=f"Help {n}")

    assert count() == few
