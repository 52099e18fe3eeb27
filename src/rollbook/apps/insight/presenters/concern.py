"""The pupils of concern, as their template takes them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.insight.presenters.words import call_url
from rollbook.apps.insight.queries.concern import Concerns, PupilConcern
from rollbook.apps.support.queries.meetings import MeetingStanding
from rollbook.apps.support.queries.supports import OpenSupport
from rollbook.domain.concern import CHANGE, FEW_SESSIONS, Reason, Tier
from rollbook.domain.meetings import About, Origin
from rollbook.domain.periods import Period
from rollbook.domain.rates import round_half_up

_LOOKS = {Tier.SEVERE: "alarm", Tier.PERSISTENT: "warn", Tier.AT_RISK: "info"}


def concern_context(found: Concerns) -> dict[str, Any]:
    """How many there are in each tier and for the reasons that are acted on first, each leading to its pupils."""
    tiers = [
        {
            "words": tier.words,
            "count": sum(row.concern.tier is tier for row in found.rows),
            "url": f"?{urlencode({'tier': tier.value})}",
            "action": tier.action,
        }
        for tier in Tier
        if tier is not Tier.NONE
    ]
    reasons = [
        {
            "words": reason.words,
            "count": sum(row.concern.has(reason) for row in found.rows),
            "url": f"?{urlencode({'reason': reason.value})}",
        }
        for reason in (Reason.THRESHOLD, Reason.FALLING)
    ]
    return {"tiers": tiers, "reasons": reasons, "few": FEW_SESSIONS, "change": round_half_up(CHANGE * 100, 0)}


def concern_row(
    row: PupilConcern,
    year: Period,
    supports: Sequence[OpenSupport],
    meeting: MeetingStanding | None,
    today: date,
) -> dict[str, Any]:
    """One pupil with the reasons in words, good news among them, and what is done; links to the marks and to more."""
    member = row.member
    return {
        "member": member,
        "year_group": row.year_group,
        "rate": row.concern.rate,
        "totals": row.totals,
        "tier": row.concern.tier,
        "look": _LOOKS.get(row.concern.tier, ""),
        "causes": [
            {
                "words": cause.reason.words,
                "because": cause.finding.because,
                "citation": str(cause.finding.citation),
                "is_good": not cause.weight,
            }
            for cause in row.concern.causes
        ],
        "supports": [
            {
                "title": each.title,
                "url": reverse("support:support", args=[each.pk]),
                "is_due": each.review_on <= today,
            }
            for each in supports
        ],
        "meeting": meeting,
        "call_url": call_url(member.id, Origin.CONCERN, About.ABSENCE)
        if meeting is None or meeting.is_settled
        else "",
        "start_url": f"{reverse('support:start')}?{urlencode({'pupil': member.id})}",
        "url": f"{reverse('registers:pupil', args=[member.id])}?{urlencode({'on': year.last_day})}",
    }
