"""The rules lean on nothing: what they import is themselves and the standard library."""

import ast
import sys

import pytest

from tests.architecture.source import Module, modules

MAY_ALSO_IMPORT = {
    "rollbook.domain": set(),
    "rollbook.formats": {"rollbook.domain", "rollbook.formats", "numpy", "openpyxl", "pyarrow", "xlsxwriter"},
    "rollbook.analytics": {"rollbook.domain", "rollbook.analytics", "numpy"},
}
# Rules are told the time and are the same each time they are asked.
NEVER_IN_RULES = {"os", "random", "socket", "sqlite3", "subprocess", "threading", "time", "urllib"}
CLOCKS = {"now", "today", "utcnow"}

PURE = [module for module in modules() if module.name.startswith(tuple(MAY_ALSO_IMPORT))]


def _imports(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_there_is_a_centre() -> None:
    assert {module.name.split(".")[1] for module in PURE} >= {"domain", "analytics"}


@pytest.mark.parametrize("module", PURE, ids=str)
def test_imports_itself_and_the_standard_library(module: Module) -> None:
    room = ".".join(module.name.split(".")[:2])
    allowed = {room} | MAY_ALSO_IMPORT[room]
    for name in _imports(module.tree):
        inside = any(name == each or name.startswith(f"{each}.") for each in allowed)
        assert inside or name.split(".")[0] in sys.stdlib_module_names, f"{module.name} imports {name}"


@pytest.mark.parametrize("module", [each for each in PURE if ".domain" in each.name], ids=str)
def test_rules_reach_for_nothing(module: Module) -> None:
    reached = {name for name in _imports(module.tree) if name.split(".")[0] in NEVER_IN_RULES}
    assert not reached, f"{module.name} imports {reached}"


@pytest.mark.parametrize("module", modules(), ids=str)
def test_only_the_clock_asks_the_time(module: Module) -> None:
    """`rollbook.clock` is the one module that calls now() or today() of datetime, date or Django's timezone."""
    if module.name == "rollbook.clock":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            owner = ast.unparse(node.func.value)
            assert owner == "clock", f"{module.name}:{node.lineno} asks {owner}.{node.func.attr}()"
