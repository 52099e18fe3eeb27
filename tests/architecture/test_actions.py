"""Every write is told who and when, happens wholly or not at all, and leaves its event in the audit log."""

import ast
from typing import NamedTuple

import pytest

from tests.architecture.source import Module, modules


class Action(NamedTuple):
    """One function of a module of actions."""

    module: Module
    node: ast.FunctionDef

    def __str__(self) -> str:
        return f"{self.module.name}.{self.node.name}"


def _is_of_actions(module: Module) -> bool:
    parts = module.name.split(".")
    return parts[1:2] == ["apps"] and parts[3:4] == ["actions"] and parts[2] != "audit"


FUNCTIONS = [
    Action(module, node)
    for module in modules()
    if _is_of_actions(module)
    for node in module.tree.body
    if isinstance(node, ast.FunctionDef)
]
WRITES = [
    function
    for function in FUNCTIONS
    if not function.node.name.startswith("_")
    and "by" in {argument.arg for argument in (*function.node.args.args, *function.node.args.kwonlyargs)}
]


def _called(node: ast.AST) -> set[str]:
    names = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            names.add(each.func.attr if isinstance(each.func, ast.Attribute) else ast.unparse(each.func))
    return names


def _closed_over(names: set[str]) -> set[str]:
    """The names of functions that call one of `names`, directly or through another function of actions."""
    while True:
        more = {each.node.name for each in FUNCTIONS if _called(each.node) & names} | names
        if more == names:
            return names
        names = more


def _is_atomic(node: ast.FunctionDef) -> bool:
    managers = [
        item.context_expr for each in ast.walk(node) if isinstance(each, ast.With) for item in each.items
    ]
    return any("atomic" in ast.unparse(each) for each in (*node.decorator_list, *managers))


RECORDING = _closed_over({"record"})
ATOMIC = _closed_over({each.node.name for each in FUNCTIONS if _is_atomic(each.node)})


def test_there_are_actions() -> None:
    assert WRITES


@pytest.mark.policy("P-4.1-7", "P-4.1-8")
@pytest.mark.parametrize("action", WRITES, ids=str)
def test_is_told_who_and_when_by_name(action: Action) -> None:
    by_name = {argument.arg for argument in action.node.args.kwonlyargs}
    assert {"by", "at"} <= by_name, f"{action} must take `by` and `at` by keyword only"
    assert not action.node.args.args, f"{action} takes arguments by position"


@pytest.mark.parametrize("action", WRITES, ids=str)
def test_records_an_event(action: Action) -> None:
    assert action.node.name in RECORDING, f"{action} changes something and records no audit event"


@pytest.mark.parametrize("action", WRITES, ids=str)
def test_happens_wholly_or_not_at_all(action: Action) -> None:
    assert action.node.name in ATOMIC, f"{action} is not inside transaction.atomic()"
