"""One of every record of absence."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from rollbook.apps.absence.actions.activities import ActivityDraft, record_activity
from rollbook.apps.absence.actions.dual import DualDraft, record_dual
from rollbook.apps.absence.actions.line import record_reports
from rollbook.apps.absence.actions.line_calls import keep_message, transfer
from rollbook.apps.absence.actions.line_drafts import AbsenceDraft, CallDraft
from rollbook.apps.absence.actions.suspensions import SuspensionDraft, record_suspension
from rollbook.apps.absence.actions.timetables import TimetableDraft, draft_timetable
from rollbook.apps.absence.models import Leave
from rollbook.apps.followup.actions.recording import StepDraft, record_call, record_step
from rollbook.apps.jobs.models import Run
from rollbook.apps.lessons.actions.sets import add_set, choose_pupils
from rollbook.apps.lessons.actions.timetable import Wanted, add_lessons
from rollbook.apps.lessons.models import LessonAlert
from rollbook.apps.post.models import Attempt, Message
from rollbook.apps.roll.models import Contact
from rollbook.apps.schools.models import School
from rollbook.apps.support.actions.supporting import SupportDraft, start_support
from rollbook.apps.support.models import Meeting, MeetingParent, MeetingStep
from rollbook.domain.access import Role
from rollbook.domain.contact_steps import StepKind
from rollbook.domain.off_site import ActivityKind
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WHOLE_WEEK, WeekGrid
from tests.apps.lessons.scene import switch_on
from tests.apps.registers.scene import at
from tests.factories.people import make_person, viewer_of


def absence_records(
    school: School, pupil_id: int, word: str, known: str, on: date, act: dict[str, Any]
) -> dict[str, int]:
    """One of every record of a pupil, all texts with `word`. Shape: ids by their place in addresses."""
    draft = ActivityDraft(
        kind=ActivityKind.OTHER,
        title=f"Trip{word}",
        nature=f"Nature{word}",
        place=f"Place{word}",
        provider=f"Provider{word}",
        staff_id=None,
        supervisor=f"Leader{word}",
        confirmed_how="email",
        la_contact="",
        reference="",
        first_day=on,
        last_day=on,
        weekdays=0b11111,
        sessions="AM",
    )
    activity = record_activity(draft=draft, pupil_ids=[pupil_id], key=uuid4(), **act)
    other = DualDraft(
        other_school=f"Other{word}",
        telephone="0121 496 0003",
        contact=f"Contact{word}",
        told_how=f"Told{word}",
        first_day=date(2027, 1, 4),
        last_day=date(2027, 2, 5),
        half_days=WHOLE_WEEK,
    )
    dual = record_dual(pupil_id=pupil_id, draft=other, key=uuid4(), **act)
    head = viewer_of(make_person(school, Role.HEAD_TEACHER, name=f"Helm{known}"), on, school)
    by_head = act | {"viewer": head, "by": head.actor}
    timetable = draft_timetable(
        pupil_id=pupil_id,
        draft=TimetableDraft(
            why=f"Why{word}",
            is_not_for_behaviour=True,
            half_days=WeekGrid.of((day, SchoolSession.AM) for day in range(5)),
            first_day=date(2027, 3, 1),
            last_day=date(2027, 3, 26),
            long_reason="",
            review_days=(date(2027, 3, 12),),
        ),
        key=uuid4(),
        **by_head,
    )
    suspension = record_suspension(
        pupil_id=pupil_id,
        draft=SuspensionDraft(
            reason="theft",
            first_day=date(2027, 4, 19),
            first_session="AM",
            school_day_count=2,
            last_day=None,
            told_on=None,
            told_how="",
            provision_code="B",
            provider=f"Provision{word}",
            provision_from=date(2027, 4, 20),
        ),
        key=uuid4(),
        **by_head,
    )
    support = start_support(
        pupil_id=pupil_id,
        draft=SupportDraft(
            kind="support",
            title=f"Support{word}",
            why=f"Reason{word}",
            aim=f"Aim{word}",
            first_day=on,
            review_on=on + timedelta(days=28),
            owner_id=head.user_id,
        ),
        key=uuid4(),
        **by_head,
    )
    meeting = Meeting.objects.create(
        school=school,
        pupil_id=pupil_id,
        key=uuid4(),
        about="lateness",
        origin="pupil",
        why=f"Late{word}",
        on=on,
        starts_at=time(15),
        place=f"Room{word}",
        leader_id=head.user_id,
        leader_name=f"Helm{known}",
        state="invited",
        set_at=act["at"],
        set_by_id=head.user_id,
        set_by_name=f"Helm{known}",
    )
    contact = Contact.objects.get(pupil_id=pupil_id)
    MeetingParent.objects.create(meeting=meeting, contact=contact, name=f"Asked{word}", relationship="mother")
    step = MeetingStep.objects.create(
        meeting=meeting,
        key=uuid4(),
        event="invite",
        was_on=on,
        was_at=time(15),
        how="letter",
        given_on=act["at"].date(),
        text=f"Text{word}",
        at=act["at"],
        by_id=head.user_id,
        by_name=f"Helm{known}",
    )
    return line_records(pupil_id, word, on, act | {"to_id": head.user_id}) | {
        "meeting_id": meeting.pk,
        "step_id": step.pk,
        "leave_id": _leave(by_head, pupil_id, word, on).pk,
        "support_id": support.pk,
        "activity_id": activity.pk,
        "dual_id": dual.pk,
        "timetable_id": timetable.pk,
        "suspension_id": suspension.pk,
    }


def line_records(pupil_id: int, word: str, on: date, act: dict[str, Any]) -> dict[str, int]:
    """A report of the absence line, a message that waits and a transferred call. Shape: ids by place in addresses."""
    to_id = act.pop("to_id")
    told = CallDraft("telephone", act["at"], "somebody", f"Caller{word}", f"Aunt{word}")
    away = AbsenceDraft(
        pupil_id, "ill", on, illness="mental", private_note=f"Private{word}", note=f"Shown{word}"
    )
    (report,) = record_reports(call=told, absences=[away], key=uuid4(), **act)
    message = keep_message(call=replace(told, text=f"Message{word}"), key=uuid4(), **act)
    moved = transfer(
        pupil_id=pupil_id,
        to_id=to_id,
        what_for="support",
        notes=f"Notes{word}",
        call_id=report.call_id,
        key=uuid4(),
        **act,
    )
    return {"report_id": report.pk, "told_id": message.pk, "transfer_id": moved.pk}


def _leave(act: dict[str, Any], pupil_id: int, word: str, on: date) -> Leave:
    """A request for leave of absence that waits."""
    viewer = act["viewer"]
    return Leave.objects.create(
        school_id=viewer.school_id,
        key=uuid4(),
        pupil_id=pupil_id,
        state="asked",
        ground="exceptional",
        circumstance="other",
        detail=f"Detail{word}",
        words=f"Words{word}",
        first_day=date(2027, 5, 4),
        last_day=date(2027, 5, 5),
        received_on=on,
        received_how="letter",
        contact=Contact.objects.filter(pupil_id=pupil_id, is_parent=True).first(),
        asked_by_name=f"Asker{word}",
        asked_by_relationship="mother",
        recorded_at=act["at"],
        recorded_by_id=viewer.user_id,
        recorded_by_name=viewer.name,
    )


def lesson_records(
    school: School, pupil_id: int, word: str, known: str, act: dict[str, Any]
) -> dict[str, int]:
    """Lesson registers, a set with a lesson today, and an alert. Shape: ids by their place in addresses."""
    today = act["at"].date()
    switch_on(school, today)
    lesson_set = add_set(name=f"Set{known}", first_day=today, **act)
    choose_pupils(set_id=lesson_set.pk, shown=[], chosen=[pupil_id], first_day=today, **act)
    wanted = Wanted(
        subject=f"Subject{known}",
        group_id=None,
        set_id=lesson_set.pk,
        room=f"Room{known}",
        teacher_id=act["viewer"].user_id,
        weekday=today.weekday(),
        starts_at=time(8, 45),
        ends_at=time(9, 30),
        first_day=today,
    )
    (lesson,) = add_lessons(wanted=wanted, weekdays=[today.weekday()], **act)
    alert = LessonAlert.objects.create(
        school=school,
        lesson=lesson,
        on=today,
        pupil_id=pupil_id,
        kind="missing",
        because=f"Alert{word}",
        raised_at=act["at"],
        raised_by_name=f"Raiser{word}",
    )
    return {"lesson_id": lesson.pk, "set_id": lesson_set.pk, "alert_id": alert.pk}


def background_records(school: School, pupil_id: int, word: str, known: str) -> dict[str, Any]:
    """A message that failed and a piece of background work that did. Shape: an id for each place in an address."""
    message = Message.objects.create(
        school=school,
        key="one",
        channel=Message.Channel.EMAIL,
        purpose="one.of.no.table",
        to_name=f"To{word}",
        to_address=f"to{word}@example.org",
        subject=f"Subject{word}",
        body=f"Body{word}",
        pupil_id=pupil_id,
        by_name="Ola Office",
        at=at(8),
        until=at(18),
        reference=uuid4(),
        state=Message.State.FAILED,
        problem=f"Problem{word}",
    )
    Attempt.objects.create(message=message, at=at(8), outcome=Attempt.Outcome.REFUSED, words=f"Problem{word}")
    run = Run.objects.create(
        school=school,
        job="Weekly e-mails of kept views",
        slot="2026-09-14",
        due_at=at(7),
        until=at(23),
        state=Run.State.FAILED,
        problem=f"Trouble{known}",
    )
    return {"message_id": message.pk, "run_id": run.pk}


def contact_records(pupil_id: int, contact_id: int, word: str, act: dict[str, Any]) -> dict[str, int]:
    """A call and a concern about a pupil. Shape: the concern's id by its place in addresses."""
    record_call(
        pupil_id=pupil_id,
        contact_id=contact_id,
        number="0121 496 0000",
        result="message",
        note=f"Said{word}",
        key=uuid4(),
        **act,
    )
    draft = StepDraft(StepKind.CONCERN, {"note": f"Concern{word}"})
    return {"step_id": record_step(pupil_id=pupil_id, draft=draft, key=uuid4(), **act).pk}
