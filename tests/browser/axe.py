"""Asks axe whether a page can be used by everyone: WCAG 2.0 to 2.2, A and AA, and good practice."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Error

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a browser says of a script whose page was replaced while it ran, or before its next part.
REPLACED = ("Execution context was destroyed", "axe is not defined")


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Any, within: str = "html") -> list[str]:
    """What axe finds wrong on the page as it stands, one plain line for each element.

    A click returns before the page it leads to has come; where that replaces the page under axe, the new page is
    looked at instead.
    """
    for _ in range(3):
        page.wait_for_load_state()
        try:
            return _found(page, within)
        except Error as error:
            if not any(sign in error.message for sign in REPLACED):
                raise
    return _found(page, within)


def _found(page: Any, within: str) -> list[str]:
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
