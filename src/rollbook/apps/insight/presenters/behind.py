"""The pupils behind a figure, as their template takes them."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse

from rollbook.apps.insight.presenters.words import share
from rollbook.apps.insight.queries.behind import Asked, Behind, PupilFigures
from rollbook.apps.insight.queries.narrowing import SEPARATOR
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.periods import Period
from rollbook.domain.rates import attendance_rate

_ON_A_PAGE = 100


def behind_context(found: Behind, period: Period, asked: Asked, page: str = "") -> dict[str, Any]:
    """Everything `insight/behind.html` needs but its form; `page` is the part of a long list that is asked for."""
    shown: Page[PupilFigures] = Paginator(found.rows, _ON_A_PAGE).get_page(page)
    groups = [asked.label if asked.dimension is not None else "", asked.only.partition(SEPARATOR)[2]]
    which = f"With a mark of {asked.code}: {BY_SYMBOL[asked.code].title}" if asked.code else asked.which.words
    if asked.is_comparable:
        groups.append("as the DfE counts them")
    return {
        "found": found,
        "period": period,
        "which": which,
        "group": ", ".join(filter(None, groups)),
        "code": asked.code,
        "dimension": asked.dimension,
        "rate": attendance_rate(found.measures.totals),
        "of": f"{found.measures.totals.attended:,} of {found.measures.totals.possible:,} possible sessions",
        "persistent": share(found.measures.persistent, found.measures.pupils),
        "page": shown,
        "rows": [_row(row, period) for row in shown],
    }


def _row(row: PupilFigures, period: Period) -> dict[str, Any]:
    return {
        "member": row.member,
        "totals": row.totals,
        "coded": row.coded,
        "rate": row.rate,
        "is_persistent": row.is_persistent,
        "is_severe": row.is_severe,
        "url": f"{reverse('registers:pupil', args=[row.member.id])}?{urlencode({'on': period.last_day})}",
    }
