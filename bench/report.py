"""The figures as a table beside the aims."""

from typing import Any

# What issues 2 and 3 ask for: the row, the figure, the most (or for a rate the least) it may be.
AIMS = {
    ("save", "p95"): 25,
    ("open", "p95"): 30,
    ("board", "median"): 60,
    ("grid of half a term", "p95"): 150,
    ("1,000 marks amended", "p95"): 1_000,
    ("certificate of a year", "median"): 100,
    ("16 save at once", "p95"): 150,
    ("16 save at once", "per_second"): 200,
    ("past marks imported", "per_second"): 100_000,
}
# What issue 4 asks for of the figures of a school of 2,000 pupils. Units: ms, medians.
INSIGHT_AIMS = {"cold": 1_500, "measures": 20, "page": 150}
_COLUMNS = ("median", "p95", "p99", "per_second", "errors")


def table(found: dict[str, Any]) -> str:
    """Everything that was measured, a line each."""
    lines = [_machine(found["machine"])]
    for name, figures in found["databases"].items():
        lines += [
            "",
            f"{name}: disk flush {figures['flush']['median']:.2f} ms, core {figures['counting_ms']:.0f} ms",
        ]
        lines.append(
            f"{'ms':<22}{'median':>9}{'p95':>9}{'p99':>9}{'/s':>9}{'errors':>8}   CPU ms: server, database"
        )
        lines += [_line(key, row) for key, row in figures["http"].items()]
        lines += [*_inside(figures), *_insight(figures["insight"])]
    lines += ["", "Aims:", *_aims(found)]
    return "\n".join(lines)


def _machine(machine: dict[str, Any]) -> str:
    load = ", ".join(str(each) for each in machine["load_before"])
    return f"{machine['processors']} processors, {machine['system']}, load before {load}"


def _line(key: str, row: dict[str, Any]) -> str:
    cells = "".join(f"{row[column]:>9.1f}" for column in _COLUMNS[:4])
    cpu = row["cpu_ms"]
    return f"{key:<22}{cells}{row['errors']:>8}   {cpu['server']:.1f}, {cpu['database']:.1f}"


def _inside(figures: dict[str, Any]) -> list[str]:
    fold, pages = figures["inside"]["fold"], figures["inside"]["pages"]
    return [
        f"fold of {fold['marks']:,} marks of {fold['pupils']:,} pupils: cold {fold['cold_ms']:.0f} ms, "
        f"warm {fold['warm']['median']:.2f} ms (p95 {fold['warm']['p95']:.2f}), every code of every pupil counted in "
        f"{fold['counts_of_all_ms']:.0f} ms, {fold['bytes'] / 1e6:.1f} MB",
        "queries: " + ", ".join(f"{name} {page['queries']}" for name, page in pages.items()),
        "bytes: " + ", ".join(f"{name} {page['bytes']:,}" for name, page in pages.items() if "bytes" in page),
        f"simulate: {figures['simulate']}; verify: {figures['verify_seconds']} s",
    ]


def _insight(insight: dict[str, Any]) -> list[str]:
    """The figures of the larger school: once cold, every measure, and each page with what it costs after a change."""
    pages = ", ".join(
        f"{words} {page['median']:.0f} ({page['after_a_change']:.0f} after a change, {page['queries']} queries)"
        for words, page in insight["pages"].items()
    )
    cold, measures = insight["cold"]["median"], insight["measures"]["median"]
    return [
        f"figures of {insight['marks']:,} marks of {insight['pupils']:,} pupils: cold {cold:.0f} ms, "
        f"every measure from a warm matrix {measures:.1f} ms",
        f"pages of figures, ms: {pages}",
    ]


def _insight_aims(name: str, insight: dict[str, Any]) -> list[str]:
    values = {
        "figures, cold": (insight["cold"]["median"], INSIGHT_AIMS["cold"]),
        "every measure of a year": (insight["measures"]["median"], INSIGHT_AIMS["measures"]),
    } | {f"page {words}": (page["median"], INSIGHT_AIMS["page"]) for words, page in insight["pages"].items()}
    return [
        f"  {'met   ' if value <= aim else 'MISSED'} {name}: {key}, median {value:.1f} (at most {aim} ms)"
        for key, (value, aim) in values.items()
    ]


def _aims(found: dict[str, Any]) -> list[str]:
    lines = []
    for (key, figure), aim in AIMS.items():
        for name, figures in found["databases"].items():
            value = figures["http"][key][figure]
            is_rate = figure == "per_second"
            is_met = value >= aim if is_rate else value <= aim
            words = f"at least {aim}/s" if is_rate else f"at most {aim} ms"
            lines.append(
                f"  {'met   ' if is_met else 'MISSED'} {name}: {key}, {figure} {value:.1f} ({words})"
            )
    for name, figures in found["databases"].items():
        lines += _insight_aims(name, figures["insight"])
    return lines
