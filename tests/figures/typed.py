"""Runs a command on files as it is typed, and says what came of it."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from rollbook.config.management.commands import dfe_tables, measures, threshold

COMMANDS = {"measures": measures.Command, "threshold": threshold.Command, "dfe-tables": dfe_tables.Command}


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    out: str
    err: str
    code: int

    def json(self) -> Any:
        """The output as JSON; the command must have gone well."""
        assert self.code == 0, self.err
        return json.loads(self.out)


def typed(command: str, *arguments: object) -> Said:
    """Runs `rollbook COMMAND ARGUMENTS` in this process."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        runner = COMMANDS[command](stdout=out, stderr=err, no_color=True)
        try:
            runner.run_from_argv(["rollbook", command, *map(str, arguments)])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
    return Said(out.getvalue(), err.getvalue(), code)
