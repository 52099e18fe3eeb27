"""The cards of follow-up on other pages: concerns handed over on Today, what was done on a pupil's page."""

from datetime import datetime, timedelta

from django.urls import reverse

from rollbook.apps.followup.actions.recording import may_take_over
from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.queries.steps import Written, may_read, open_concerns, written_about
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.contact_steps import StepKind
from rollbook.ui.cards import Card, CardLine
from rollbook.ui.words import clock_time, local, short_day

_MOST_LINES = 5
_LOOK_BACK = timedelta(days=90)


def concerns_card(viewer: Viewer, _now: datetime) -> Card | None:
    """The safeguarding concerns that wait for this person; None where none does. One query."""
    if not (viewer.may(Permission.CONTACT_RECORD) and may_take_over(viewer)):
        return None
    lines = [
        CardLine(
            words=f"{each.pupil.forename} {each.pupil.surname}",
            href=f"{reverse('followup:sheet', args=[each.pupil_id])}#step-{each.pk}",
            more=f"from {each.by_name}, {_when(each)}",
        )
        for each in open_concerns(viewer)
    ]
    if not lines:
        return None
    return Card(
        id="concerns",
        title="Concerns handed over",
        lines=lines,
        href=reverse("followup:missing"),
        href_words="Missing now",
        is_alarm=True,
    )


def pupil_card(viewer: Viewer, now: datetime, pupil_id: int) -> Card | None:
    """What was done about a pupil's absences lately, and where more is written down; None for others. One query."""
    if not viewer.may(Permission.CONTACT_RECORD):
        return None
    written = [
        each for each in written_about(viewer, pupil_id, now.date() - _LOOK_BACK) if each.put_right is None
    ]
    return Card(
        id="contact",
        title="When missing",
        lines=[_line(viewer, each) for each in written[:_MOST_LINES]],
        summary="" if written else "No call and no visit is written down in the last 90 days.",
        href=reverse("followup:sheet", args=[pupil_id]),
        href_words="Call sheet",
    )


def _line(viewer: Viewer, written: Written) -> CardLine:
    step, rule = written.step, written.kind.rule
    result = rule.result_words(step.result) if may_read(viewer, step) else ""
    is_open = written.kind is StepKind.CONCERN and not written.is_taken_over
    return CardLine(
        words=rule.title,
        href="",
        more=", ".join(each for each in (result, _when(step), step.by_name) if each),
        urgent="nobody has taken it over" if is_open else "",
    )


def _when(step: ContactStep) -> str:
    at = local(step.happened_at)
    return f"{short_day(at.date())}, {clock_time(at)}"
