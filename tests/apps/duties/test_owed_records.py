"""What records ask of the school, and when it was done: suspensions, timetables, support, returns, back-ups."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from rollbook.apps.absence.models import PartTimeTimetable, TimetableReview
from rollbook.apps.absence.queries.owed_records import owed as owed_records
from rollbook.apps.keeping.models import Backup
from rollbook.apps.keeping.queries.owed import owed as owed_backups
from rollbook.apps.roll.models import Enrolment, ReturnDue
from rollbook.apps.roll.queries.owed import owed as owed_returns
from rollbook.apps.support.actions.supporting import SupportDraft, review_support, start_support
from rollbook.apps.support.queries.owed import owed as owed_reviews
from rollbook.domain.duties import Owed, Standing
from rollbook.domain.part_time import TimetableState
from tests.apps.absence.records import suspension, timetable
from tests.apps.registers.scene import MONDAY, Scene, at

pytestmark = pytest.mark.django_db

NOW = at(10)
# Monday 14 September is the first school day of the suspension, Monday 21 the sixth.
SIXTH = date(2026, 9, 21)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def one(found: list[Owed]) -> Owed:
    (only,) = found
    return only


def test_a_short_suspension_asks_for_nothing(scene: Scene) -> None:
    suspension(scene, school_day_count=5)
    assert owed_records(scene.viewer(scene.head), MONDAY, MONDAY, NOW) == []


def test_education_is_to_be_arranged_by_the_sixth_school_day(scene: Scene) -> None:
    record = suspension(scene, school_day_count=7)
    found = one(owed_records(scene.viewer(scene.head), MONDAY, MONDAY, NOW))
    assert (found.duty, found.about, found.due_at.date()) == ("suspension.provision", "Amy Abbott", SIXTH)
    assert found.standing(NOW) is Standing.COMING
    assert found.standing(at(0, on=SIXTH + timedelta(days=1))) is Standing.OVERDUE
    record.provision_from = SIXTH
    record.save()
    assert one(owed_records(scene.viewer(scene.head), MONDAY, MONDAY, NOW)).standing(NOW) is Standing.DONE
    record.provision_from = SIXTH + timedelta(days=1)
    record.save()
    assert (
        one(owed_records(scene.viewer(scene.head), MONDAY, MONDAY, NOW)).standing(NOW) is Standing.DONE_LATE
    )


def test_an_agreed_timetable_is_reviewed_on_its_day_until_it_ends(scene: Scene) -> None:
    made = timetable(scene)
    viewer = scene.viewer(scene.head)
    assert owed_records(viewer, MONDAY, MONDAY, NOW) == []  # a draft binds nobody
    PartTimeTimetable.objects.update(state=TimetableState.AGREED.value, agreed_at=NOW)
    found = one(owed_records(viewer, MONDAY, MONDAY, NOW))
    assert (found.duty, found.due_at.date()) == ("timetable.review", date(2026, 9, 28))
    TimetableReview.objects.update(held_on=date(2026, 9, 29))
    assert one(owed_records(viewer, MONDAY, MONDAY, NOW)).standing(NOW) is Standing.DONE_LATE
    TimetableReview.objects.update(held_on=None)
    PartTimeTimetable.objects.update(state=TimetableState.ENDED_EARLY.value)
    assert one(owed_records(viewer, MONDAY, MONDAY, NOW)).standing(NOW) is Standing.NOT_NEEDED
    assert made.pk


def test_each_review_of_support_is_owed_by_the_one_who_sees_to_it(scene: Scene) -> None:
    viewer = scene.viewer(scene.officer)
    first_due, second_due = MONDAY + timedelta(weeks=2), MONDAY + timedelta(weeks=4)
    draft = SupportDraft(
        "support", "Breakfast club", "Late.", "Be here.", MONDAY, first_due, scene.officer.pk
    )
    made = start_support(
        viewer=viewer, pupil_id=scene.ben.pk, draft=draft, key=uuid4(), by=viewer.actor, at=NOW
    )
    found = one(owed_reviews(viewer, MONDAY, MONDAY, NOW))
    assert (found.person_ids, found.due_at.date()) == (frozenset({scene.officer.pk}), first_due)
    held = datetime.combine(first_due + timedelta(days=1), at(9).timetz())
    review_support(
        viewer=viewer,
        support_id=made.pk,
        note="Better.",
        next_review_on=second_due,
        seen_version=1,
        key=uuid4(),
        by=viewer.actor,
        at=held,
    )
    first, second = owed_reviews(viewer, MONDAY, second_due, held)
    assert (first.due_at.date(), first.standing(held)) == (first_due, Standing.DONE_LATE)
    assert (second.due_at.date(), second.standing(held)) == (second_due, Standing.COMING)


def test_a_return_about_the_roll_is_owed_until_sent_or_cancelled(scene: Scene) -> None:
    viewer = scene.viewer(scene.head)
    row = ReturnDue.objects.create(
        kind="new_pupil",
        pupil=scene.amy,
        enrolment=Enrolment.objects.get(pupil=scene.amy),
        due_on=MONDAY,
        because="",
        prepared_at=at(8),
    )
    assert one(owed_returns(viewer, MONDAY, MONDAY, NOW)).standing(NOW) is Standing.TODAY
    assert owed_returns(viewer, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1), NOW) == []
    row.sent_on = MONDAY
    row.save()
    assert one(owed_returns(viewer, MONDAY, MONDAY, NOW)).standing(NOW) is Standing.DONE
    row.sent_on, row.cancelled_because = None, "Entered in error."
    row.save()
    assert one(owed_returns(viewer, MONDAY, MONDAY, NOW)).standing(NOW) is Standing.NOT_NEEDED


def test_the_back_up_after_each_one_is_due_within_31_days(scene: Scene) -> None:
    viewer = scene.viewer(scene.head)
    assert owed_backups(viewer, MONDAY, MONDAY, NOW) == []
    for made_at in (NOW - timedelta(days=40), NOW - timedelta(days=5)):
        Backup.objects.create(
            made_at=made_at, file_name="a.zip", folder="x", size=1, row_count=1, sha256="0" * 64,
            by_name="root", by_position="server", kept_until=date(2033, 8, 31),
        )  # fmt: skip
    late, coming = owed_backups(viewer, MONDAY - timedelta(days=30), MONDAY, NOW)
    assert (late.standing(NOW), coming.standing(NOW)) == (Standing.DONE_LATE, Standing.COMING)
    assert coming.due_at == NOW + timedelta(days=26)


def test_another_schools_records_are_not_asked_for(scene: Scene) -> None:
    other = Scene()
    suspension(other, school_day_count=7)
    timetable(other)
    viewer = scene.viewer(scene.head)
    for maker in (owed_records, owed_reviews, owed_returns):
        assert maker(viewer, MONDAY, MONDAY, NOW) == []
