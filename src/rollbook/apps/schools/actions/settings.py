"""What the school's policy chooses, from a day on and by which meeting; never beyond what the law leaves open."""

from datetime import date, datetime

from django.db import transaction

from rollbook.apps.schools.actions.changing import note_change, one_at_a_time
from rollbook.apps.schools.models import PolicySetting
from rollbook.apps.schools.queries.settings import SETTINGS, Setting
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import plain_day

BEGUN = (
    "A choice that has begun stays as it is: registers were judged by it. Record a new one from a later day."
)
_MEETING_LENGTH = 200


def set_policy_setting(
    *,
    viewer: Viewer,
    name: str,
    value: int,
    effective_from: date,
    approved_at_meeting: str,
    by: Actor,
    at: datetime,
) -> PolicySetting:
    """Records a choice of the policy from a day on. Errors: Refused; a bound that the law sets can't be passed."""
    setting = SETTINGS.get(name)
    if setting is None:
        raise Refused.one("", "There is no such setting.")
    meeting = approved_at_meeting.strip()
    with transaction.atomic():
        one_at_a_time(viewer)
        own = PolicySetting.objects.filter(school_id=viewer.school_id, name=name)
        days = set(own.values_list("effective_from", flat=True))
        refusals = _refusals(setting, value, effective_from, meeting, days, at.date())
        if refusals:
            raise Refused(refusals)
        row = PolicySetting.objects.create(
            school_id=viewer.school_id,
            name=name,
            value=value,
            effective_from=effective_from,
            approved_at_meeting=meeting,
        )
        note_change(
            school_id=viewer.school_id,
            type="policy.setting.chosen",
            subject=f"policy-setting:{row.pk}",
            facts=_facts(row),
            by=by,
            at=at,
        )
    return row


def remove_policy_setting(*, viewer: Viewer, row_id: int, by: Actor, at: datetime) -> None:
    """Takes back a choice that has not begun. Errors: Refused."""
    with transaction.atomic():
        one_at_a_time(viewer)
        row = PolicySetting.objects.filter(school_id=viewer.school_id, pk=row_id).first()
        if row is None:
            raise Refused.one("", "This choice is no longer there.")
        if row.effective_from <= at.date():
            raise Refused.one("", BEGUN)
        facts = _facts(row)
        row.delete()
        note_change(
            school_id=viewer.school_id,
            type="policy.setting.taken_back",
            subject=f"policy-setting:{row_id}",
            facts=facts,
            by=by,
            at=at,
        )


def _refusals(
    setting: Setting, value: int, effective_from: date, meeting: str, days: set[date], today: date
) -> list[Refusal]:
    refusals = []
    if not setting.lowest <= value <= setting.highest:
        lowest = setting.with_unit(setting.lowest) if setting.words else setting.lowest
        bounds = f"Choose from {lowest} to {setting.with_unit(setting.highest)}."
        refusals.append(Refusal("value", f"{bounds} {setting.because}"))
    if effective_from <= today and any(day <= today for day in days):
        refusals.append(Refusal("effective_from", f"Choose a day after today. {BEGUN}"))
    elif effective_from in days:
        message = f"There is a choice from {plain_day(effective_from)} already. Take that one back first."
        refusals.append(Refusal("effective_from", message))
    if not meeting:
        message = "Name the meeting that approved this, with its date."
        refusals.append(Refusal("approved_at_meeting", message))
    if len(meeting) > _MEETING_LENGTH:
        message = f"Keep the meeting's name to {_MEETING_LENGTH} characters."
        refusals.append(Refusal("approved_at_meeting", message))
    return refusals


def _facts(row: PolicySetting) -> dict[str, object]:
    return {
        "name": row.name,
        "value": row.value,
        "effective_from": row.effective_from.isoformat(),
        "approved_at_meeting": row.approved_at_meeting,
    }
