"""A module is read at one sitting and a function at one glance."""

import ast

import pytest

from tests.architecture.source import Module, functions, modules

MODULE_LINES = 400
FUNCTION_LINES = 50
# Tables of data, which are long and simple: dotted name of the module or function.
LONG_MODULES: frozenset[str] = frozenset()
LONG_FUNCTIONS: frozenset[str] = frozenset()


@pytest.mark.parametrize("module", modules(), ids=str)
def test_module_is_short(module: Module) -> None:
    lines = module.text.count("\n")
    assert lines < MODULE_LINES or module.name in LONG_MODULES, f"{module.name} has {lines} lines"


@pytest.mark.parametrize("module", modules(), ids=str)
def test_functions_are_short(module: Module) -> None:
    long = {
        f"{module.name}.{function.name}": length
        for function in functions(module.tree)
        if (length := (function.end_lineno or 0) - function.lineno + 1) >= FUNCTION_LINES
    }
    assert not long.keys() - LONG_FUNCTIONS, long


@pytest.mark.parametrize(
    "module", [each for each in modules() if each.path.name not in {"apps.py", "urls.py"}], ids=str
)
def test_says_what_it_is_for(module: Module) -> None:
    """Every module opens with what it answers; an empty one needs no words."""
    assert not module.tree.body or ast.get_docstring(module.tree), f"{module.name} has no docstring"
