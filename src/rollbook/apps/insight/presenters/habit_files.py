"""Punctuality and patterns as tables that leave the page: groups for everybody, pupils for the staff team."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from rollbook.apps.insight.presenters.explore import period_words
from rollbook.apps.insight.presenters.exporting import HIDDEN, Cell
from rollbook.apps.insight.presenters.punctuality import minutes_words
from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.group_patterns import WHOLE_SCHOOL
from rollbook.apps.insight.queries.narrowing import SEPARATOR
from rollbook.apps.insight.queries.patterns import Patterns, PatternsAsked
from rollbook.apps.insight.queries.punctuality import LateAsked, Lateness, Punctuality
from rollbook.domain.patterns import Verdict, chance_words
from rollbook.domain.periods import Period
from rollbook.domain.rates import percent, round_half_up
from rollbook.ui.words import moment

PATTERN_HEADINGS = (
    "Surname", "Forename", "Group", "Pattern", "Seen", "Of", "Counted in", "Expected", "Chances", "By chance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The groups of a page as a table. `lines` say each of them in a sentence, `message` all together."""

    period: Period
    message: str
    headings: list[str]
    rows: list[list[Cell]]
    lines: list[str]
    notes: list[tuple[str, str]]


def punctuality_table(found: Punctuality, asked: LateAsked, school: str, made_at: datetime) -> GroupTable:
    """Lateness of each group, all together last."""
    groups = [*found.groups.items(), ("All together", found.total)]
    total = found.total
    return GroupTable(
        period=found.period,
        message=(
            f"{total.sessions} late sessions, {percent(total.rate)} of those possible; {minutes_words(total.lost)} "
            f"lost. {total.late} of {total.pupils} pupils came late, {total.repeated} again and again."
        ),
        headings=[
            *(
                asked.dimension.words,
                "Pupils",
                "Late sessions",
                "Possible sessions",
                "Late (%)",
                "Code L",
                "Code U",
            ),
            *("Minutes", "Sessions without minutes", "Pupils late", "Late again and again"),
        ],
        rows=[_lateness(label, each) for label, each in groups],
        lines=[f"{label}: {_lateness_words(each)}" for label, each in groups],
        notes=[
            *_notes(asked.dimension, asked.only, found.period, school, made_at),
            (
                "Late",
                "Sessions marked L, before the register closed, or U, after it; U is an absence as well",
            ),
            (
                "Late again and again",
                f"{found.trigger.lates} late sessions within {found.trigger.school_days} school days in a row",
            ),
            (
                "Provisional",
                f"{found.unexplained_count} marks still without a reason, {found.missing_count} missing",
            ),
        ],
    )


def _lateness(label: str, each: Lateness | None) -> list[Cell]:
    if each is None:
        return [label, HIDDEN, *[""] * 9]
    rate: Cell = "" if each.rate is None else round_half_up(each.rate * 100, 1)
    return [
        *(label, each.pupils, each.sessions, each.possible, rate, each.before_close, each.after_close),
        *(each.lost.minutes, each.lost.unknown, each.late, each.repeated),
    ]


def _lateness_words(each: Lateness | None) -> str:
    if each is None:
        return "not shown, too few pupils"
    lost = minutes_words(each.lost)
    return (
        f"{percent(each.rate)} late ({each.sessions} of {each.possible} sessions, {lost}), "
        f"{each.repeated} again and again"
    )


def patterns_table(found: Patterns, asked: PatternsAsked, school: str, made_at: datetime) -> GroupTable:
    """What stands out of each group, all together first."""
    rows: list[list[Cell]] = []
    lines = []
    for group in found.groups:
        if group.found is None:
            rows.append([group.label, HIDDEN, ""])
            lines.append(f"{group.label}: not shown, too few pupils")
            continue
        marked = [
            each.because for each in group.found if each.answer.verdict in (Verdict.PATTERN, Verdict.PERHAPS)
        ]
        said = " ".join(marked) or "Nothing that chance would not do."
        rows.append([group.label, group.pupils, said])
        lines.append(f"{group.label}: {said}")
    standing_out = sum(
        any(each.answer.verdict is Verdict.PATTERN for each in group.found or ()) for group in found.groups
    )
    many = f"{len(found.rows)} of {found.pupils} pupils"
    named = f" {many} have a pattern; the page names them." if found.rows else ""
    return GroupTable(
        period=found.period,
        message=f"A pattern stands out in {standing_out} of {len(found.groups)} groups, {WHOLE_SCHOOL.lower()} among "
        f"them.{named}",
        headings=[asked.dimension.words, "Pupils", "What stands out"],
        rows=rows,
        lines=lines,
        notes=[
            *_notes(asked.dimension, asked.only, found.period, school, made_at),
            (
                "A pattern",
                "What chance alone would do at most once in 100, everything counted that was looked at",
            ),
            ("Provisional", f"{found.unexplained_count} marks still without a reason"),
        ],
    )


def pattern_rows(found: Patterns) -> Iterator[list[Cell]]:
    """The pupils with a pattern, a row for each of them and each pattern."""
    for row in found.rows:
        for each in row.found:
            of = each.finding.facts["counted"]
            words = each.look.words if each.sibling is None else f"Together with {each.sibling.name}"
            expected: Decimal = round_half_up(of.expected, 1)  # type: ignore[attr-defined]
            yield [
                *(row.member.surname, row.member.forename, row.member.group_name, words),
                *(of.happened_inside, of.happened, each.look.unit.value, expected, of.chances),  # type: ignore[attr-defined]
                chance_words(each.finding.answer.chance),
            ]


def _notes(
    dimension: Dimension, only: str, period: Period, school: str, made_at: datetime
) -> list[tuple[str, str]]:
    notes = [("School", school), ("Period", period_words(period)), ("Made", moment(made_at))]
    if only:
        notes.append(("Only", only.partition(SEPARATOR)[2]))
    return [*notes, (dimension.words, "As the pupils are on the last day of the period")]
