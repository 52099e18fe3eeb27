"""Asks axe whether a page can be used by everyone: WCAG 2.0 to 2.2, A and AA, and good practice."""

from functools import cache
from pathlib import Path
from typing import Any

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Any, within: str = "html") -> list[str]:
    """What axe finds wrong on the page as it stands, one plain line for each element."""
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate(_source())
    result = page.evaluate(
        "([within, tags]) => axe.run(within, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        [within, TAGS],
    )
    return [
        f"{violation['id']}: {violation['help']} at {' '.join(map(str, node['target']))}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
