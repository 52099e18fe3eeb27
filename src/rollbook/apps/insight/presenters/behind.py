"""The pupils behind a figure, as their template takes them."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.insight.presenters.words import share
from rollbook.apps.insight.queries.behind import Behind, PupilFigures, Which
from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.domain.periods import Period
from rollbook.domain.rates import attendance_rate


def behind_context(
    found: Behind, period: Period, which: Which, dimension: Dimension | None, label: str
) -> dict[str, Any]:
    """Everything `insight/behind.html` needs but its form."""
    group = label if dimension is not None else ""
    return {
        "found": found,
        "period": period,
        "which": which,
        "group": group,
        "dimension": dimension,
        "rate": attendance_rate(found.measures.totals),
        "persistent": share(found.measures.persistent, found.measures.pupils),
        "rows": [_row(row, period) for row in found.rows],
    }


def _row(row: PupilFigures, period: Period) -> dict[str, Any]:
    return {
        "member": row.member,
        "totals": row.totals,
        "rate": row.rate,
        "is_persistent": row.is_persistent,
        "is_severe": row.is_severe,
        "url": f"{reverse('registers:pupil', args=[row.member.id])}?{urlencode({'on': period.last_day})}",
    }
