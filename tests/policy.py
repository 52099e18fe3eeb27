"""`pytest --policy` prints which tests show which item of the policy checklist, instead of running them."""

from collections import defaultdict
from pathlib import Path

import pytest

ITEMS = Path(__file__).resolve().parents[1] / "docs" / "policy-items.txt"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --policy."""
    parser.addoption("--policy", action="store_true", help="print the coverage of the policy checklist")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Prints the coverage and ends the run."""
    if not session.config.getoption("policy"):
        return
    shown_by: dict[str, set[str]] = defaultdict(set)
    for item in session.items:
        for mark in item.iter_markers("policy"):
            for number in mark.args:
                shown_by[number].add(item.nodeid.split("[", maxsplit=1)[0])
    write = session.config.get_terminal_writer().line
    numbers = []
    for line in ITEMS.read_text(encoding="utf-8").splitlines():
        number, _, words = line.partition("  ")
        if not number.startswith("P-"):
            if line.startswith("# "):
                write(f"\n{line[2:]}")
            continue
        numbers.append(number)
        tests = sorted(shown_by[number])
        write(f"{'shown' if tests else '     '}  {number:<10} {words}")
        for test in tests:
            write(f"{'':18} {test}")
    shown = sum(bool(shown_by[number]) for number in numbers)
    write(f"\n{shown} of {len(numbers)} items are shown by at least one test.")
    pytest.exit("the coverage of the policy is printed above", returncode=0)
