"""Patterns in words, each with its evidence and how likely chance alone would make it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.insight.presenters.words import behind_url, call_url, period_query
from rollbook.apps.insight.queries.group_patterns import WHOLE_SCHOOL, GroupPatterns
from rollbook.apps.insight.queries.narrowing import SEPARATOR
from rollbook.apps.insight.queries.patterns import (
    Found,
    Patterns,
    PatternsAsked,
    PupilPatterns,
    YearPatterns,
)
from rollbook.apps.support.queries.meetings import MeetingStanding
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.meetings import About, Origin
from rollbook.domain.patterns import LEAST, LOOKS, RARE, Kind, Verdict, chance_words
from rollbook.domain.periods import Period
from rollbook.domain.rates import round_half_up
from rollbook.ui.words import short_day

_TAGS = {
    Verdict.PATTERN: ("Pattern", "alarm"),
    Verdict.PERHAPS: ("Perhaps a pattern", "warn"),
    Verdict.CHANCE: ("Could easily be chance", ""),
    Verdict.TOO_FEW: ("Too few to say", ""),
}


def patterns_context(viewer: Viewer, found: Patterns, asked: PatternsAsked) -> dict[str, Any]:
    """Everything `insight/patterns.html` needs but its form."""
    names = viewer.may(Permission.MEASURES_VIEW)
    by_chance = int(found.pupils * RARE) or "fewer than one"
    return {
        "found": found,
        "period": found.period,
        "names": names,
        "only": asked.only.partition(SEPARATOR)[2],
        "dimension": asked.dimension,
        "rows": [_row(row, found.period) for row in found.rows],
        "by_chance": by_chance,
        "least": LEAST,
        "looks": len(LOOKS),
        "groups": [_group(group, found.period, asked, names=names) for group in found.groups],
    }


def pupil_context(
    viewer: Viewer,
    found: PupilPatterns,
    period: Period,
    earlier: list[YearPatterns],
    meeting: MeetingStanding | None,
) -> dict[str, Any]:
    """Everything `insight/pupil_patterns.html` needs but its form."""
    may_act = viewer.may(Permission.SUPPORT_RECORD)
    kinds = {each.look.kind for each in found.found if each.is_marked}
    about = About.LATENESS if kinds == {Kind.LATENESS} else About.ABSENCE
    told = [_told(each, found.member.id, period) for each in found.found]
    return {
        "found": found,
        "member": found.member,
        "period": period,
        "pupil_url": _pupil_url(found.member.id, period),
        "start_url": f"{reverse('support:start')}?{urlencode({'pupil': found.member.id})}" if may_act else "",
        "meeting": meeting,
        "call_url": call_url(found.member.id, Origin.PATTERN, about) if may_act else "",
        "marked": [each for each in told if each["is_marked"]],
        "others": [each for each in told if not each["is_marked"]],
        "looked_at": len(told),
        "earlier": [
            {
                "name": year.year.name,
                "url": f"?{urlencode(period_query(year.year))}",
                "found": [_told(each, found.member.id, year.year) for each in year.found],
            }
            for year in earlier
        ],
    }


def _row(row: PupilPatterns, period: Period) -> dict[str, Any]:
    pupil = row.member.id
    return {
        "member": row.member,
        "url": _pupil_url(pupil, period),
        "evidence_url": f"{reverse('insight:pupil_patterns', args=[pupil])}?{urlencode(period_query(period))}",
        "found": [_told(each, pupil, period) for each in row.found],
    }


def _told(each: Found, pupil_id: int, period: Period) -> dict[str, Any]:
    answer = each.finding.answer
    of = each.finding.facts["counted"]
    words, look = _TAGS[answer.verdict]
    return {
        "kind": each.look.kind.words,
        "words": each.look.words if each.sibling is None else f"Together with {each.sibling.name}",
        "sibling_url": "" if each.sibling is None else _pupil_url(each.sibling.id, period),
        "of": of,
        "unit": each.look.unit.value,
        "expected": round_half_up(of.expected, 1),  # type: ignore[attr-defined]
        "because": each.finding.because,
        "chance": chance_words(answer.chance),
        "tag": words,
        "tag_look": look,
        "is_marked": each.is_marked,
        "marks": [
            {
                "words": f"{short_day(day)}, {session.words}",
                "url": reverse("registers:mark", args=[pupil_id, day, session.value]),
            }
            for day, session in each.evidence
        ],
    }


def _group(group: GroupPatterns, period: Period, asked: PatternsAsked, *, names: bool) -> dict[str, Any]:
    """What stands out for a group, or the least likely of all where nothing does."""
    if group.found is None:
        return {"label": group.label, "is_hidden": True}
    label = "" if group.label == WHOLE_SCHOOL else group.label
    marked = [each for each in group.found if each.answer.verdict in (Verdict.PATTERN, Verdict.PERHAPS)]
    by = asked.dimension.name if label else ""
    return {
        "label": group.label,
        "is_hidden": False,
        "pupils": group.pupils,
        "url": behind_url(period, which="absent", by=by, group=label, only=asked.only) if names else "",
        "found": [each.because for each in marked],
        "otherwise": "" if marked else _otherwise(group),
    }


def _otherwise(group: GroupPatterns) -> str:
    least_likely = group.found[0] if group.found else None
    if least_likely is None or least_likely.answer.chance is None:
        return "Too few weeks to say."
    return f"Nothing that chance would not do. Least likely: {least_likely.because}"


def _pupil_url(pupil_id: int, period: Period) -> str:
    return f"{reverse('registers:pupil', args=[pupil_id])}?{urlencode({'on': period.last_day})}"
