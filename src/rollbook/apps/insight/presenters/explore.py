"""The answer to a question of figures: in a sentence, as a picture, as a table, and where each figure leads."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.insight.presenters.words import behind_url, change
from rollbook.apps.insight.queries.exploring import Explored, Row
from rollbook.apps.insight.queries.measures import Counted, Measure
from rollbook.domain.benchmarks import ATTRIBUTION, LICENCE
from rollbook.domain.periods import Period
from rollbook.domain.rates import amount
from rollbook.ui.charts import DotChart, dot_chart
from rollbook.ui.words import plain_day

Query = Mapping[str, str]


def explore_context(found: Explored, query: Query, *, names: bool) -> dict[str, Any]:
    """Everything `insight/explore.html` needs but its form; figures lead on only for those who may see the pupils."""
    question = found.question
    return {
        "found": found,
        "question": question,
        "measure": question.measure,
        "period": question.period,
        "chart": chart_of(found),
        "rows": [_row(row, found, names=names) for row in found.rows],
        "total": _row(found.total, found, names=names),
        "columns": _columns(found, query),
        "rank_url": "" if found.comparison.figure is None else _url(query, sort=_worst_first(found, "gap")),
        "compared": [
            {
                "words": each.words,
                "figure": figure_words(each.figure, question.measure),
                "gap": gap(found.total.value, each.figure, question.measure),
                "is_chosen": each == found.comparison.chosen,
            }
            for each in found.comparison.lines
        ],
        "compared_name": _compared_name(found),
        "has_groups": any(row.published is not None for row in found.rows),
        "attribution": f"{ATTRIBUTION}. Contains public sector information licensed under the {LICENCE}.",
        "query": urlencode(query),
    }


def gap(own: Fraction | None, other: Fraction | None, measure: Measure) -> Any:
    """How far a figure lies from another, in points, and whether that is for the worse."""
    moved = change(own, other, more_is_better=bool(measure.more_is_better), is_share=measure.is_share)
    if moved is None or measure.more_is_better is not None:
        return moved
    return type(moved)(moved.words, is_worse=False, is_better=False)


def title_of(found: Explored) -> str:
    """The one message of the picture: which group is worst off, and by how much."""
    measure, worst = found.question.measure, found.worst
    together = found.total.value
    if together is None:
        return "No possible session of any pupil in these days."
    if worst is None:
        return f"{measure.words}: {_in_full(together, measure)} {_of_all(measure)} together."
    end = "lowest" if measure.more_is_better else "highest"
    text = f"{measure.words} is {end} in {worst.label}: {_in_full(worst.value, measure)}"
    if found.comparison.chosen is not None and found.comparison.figure is not None:
        figure = figure_words(found.comparison.figure, measure)
        return f"{text}, against {figure} in {found.comparison.chosen.words}."
    return f"{text}, against {_in_full(together, measure)} together."


def figure_words(value: Fraction | None, measure: Measure) -> str:
    """A figure in its unit: 92.3%, 6.3 min; a dash where there is none."""
    return amount(value, measure.unit, measure.places)


def _in_full(value: Fraction | None, measure: Measure) -> str:
    words = figure_words(value, measure)
    return words if measure.is_share else f"{words} a pupil"


def _of_all(measure: Measure) -> str:
    return f"of all {measure.of}" if measure.is_share else "of all pupils"


def subtitle_of(found: Explored) -> str:
    """What a picture that leaves the page must say of itself: whose figures, of which days, of how many pupils."""
    question = found.question
    parts = [
        f"{question.measure.words} by {question.dimension.words.lower()}",
        period_words(question.period),
        f"{0 if found.total.now is None else found.total.now.pupils} pupils",
    ]
    if question.only:
        parts.append(f"only {question.only.partition(':')[2]}")
    if question.is_comparable and not found.why_not_comparable:
        parts.append("pupils the DfE counts")
    return " · ".join(parts)


def period_words(period: Period) -> str:
    """The name and the days of a period."""
    days = f"{plain_day(period.first_day)} to {plain_day(period.last_day)}"
    return days if period.kind.value == "days" else f"{period.words} ({days})"


def chart_of(found: Explored) -> DotChart:
    """The groups as dots, the school and the chosen published figure as lines."""
    measure = found.question.measure
    chosen = found.comparison.chosen
    markers = [(found.total.label, found.total.value, "own")]
    if chosen is not None:
        markers.append((chosen.words, chosen.figure, "benchmark"))
    groups = [(row.label, row.value) for row in found.rows if row.now is not None]
    return dot_chart(title_of(found), groups, markers, places=measure.places, unit=measure.unit)


def _row(row: Row, found: Explored, *, names: bool) -> dict[str, Any]:
    if row.now is None:
        return {"label": row.label, "is_hidden": True}
    measure = found.question.measure
    is_total = row is found.total
    return {
        "label": row.label,
        "url": _behind(row, found, is_total=is_total, everybody=True) if names else "",
        "figure_url": _behind(row, found, is_total=is_total, everybody=False)
        if names and row.now.part
        else "",
        "figure": figure_words(row.value, measure),
        "part": f"{row.now.part:,} of {row.now.whole:,}"
        if measure.is_share
        else f"{row.now.part:,} {measure.unit} in all",
        "pupils": row.now.pupils,
        "before": _moved(row.now, row.before, measure),
        "last_year": _moved(row.now, row.last_year, measure),
        "gap": gap(row.value, found.comparison.figure, measure),
        "published": figure_words(row.published, measure) if row.published is not None else "",
    }


def _moved(now: Counted, then: Counted | None, measure: Measure) -> Any:
    return None if then is None else gap(now.value, then.value, measure)


def _behind(row: Row, found: Explored, *, is_total: bool, everybody: bool) -> str:
    question = found.question
    choices = {"only": question.only, "comparable": "on" if question.is_comparable else ""}
    if not is_total:
        choices |= {"by": question.dimension.name, "group": row.label}
    if everybody:
        return behind_url(question.period, which="all", **choices)
    return behind_url(
        question.period, which=question.measure.which.value, code=question.measure.code, **choices
    )


def _columns(found: Explored, query: Query) -> list[dict[str, str]]:
    """The headings one can sort by, each with its link."""
    question = found.question
    columns = [
        ("group", question.dimension.words, ""),
        ("pupils", "Pupils", "num"),
        ("figure", question.measure.words, "num"),
    ]
    if found.before is not None:
        columns.append(("before", _than(question.period, "before"), "num"))
    if found.last_year is not None:
        columns.append(("last-year", "On last year", "num"))
    if found.comparison.figure is not None:
        columns.append(("gap", f"Gap to {_compared_name(found)}", "num"))
    return [
        {
            "name": name,
            "words": words,
            "class": kind,
            "url": _url(query, sort=_next_sort(name, question.sort)),
            "sorted": _sorted_words(name, question.sort),
        }
        for name, words, kind in columns
    ]


def _than(period: Period, _when: str) -> str:
    return "On the days before" if period.kind.value == "days" else f"On the {period.kind.words} before"


def _sorted_words(name: str, sort: str) -> str:
    if sort.removeprefix("-") != name:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


def _next_sort(name: str, sort: str) -> str:
    return f"-{name}" if sort == name else name


def _worst_first(found: Explored, name: str) -> str:
    return name if found.question.measure.more_is_better else f"-{name}"


def _compared_name(found: Explored) -> str:
    chosen = found.comparison.chosen
    return "" if chosen is None else chosen.area.name


def _url(query: Query, **changed: str) -> str:
    return f"{reverse('insight:explore')}?{urlencode({**query, **changed})}"
