"""The `rollbook` command: Django's commands and our own, which may be written as two words."""

import os
import sys
from importlib import import_module

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line, get_commands
from django.core.management.base import BaseCommand

from rollbook.config.simulation import environment

FILE_COMMANDS = {"measures", "threshold", "dfe-tables"}
"""Commands that work on files alone: they run without a database and without a single setting."""


def main() -> None:
    """Runs one command, for example `rollbook import pupils FILE`."""
    if sys.argv[1:2] and sys.argv[1] in FILE_COMMANDS:
        module = import_module(f"rollbook.config.management.commands.{sys.argv[1].replace('-', '_')}")
        command: BaseCommand = module.Command()
        try:
            command.run_from_argv(sys.argv)
        except KeyboardInterrupt:
            sys.exit("Stopped.")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollbook.config.settings")
    if sys.argv[1:2] == ["demo"]:
        # Its own database, key and clock must be known before the settings are read.
        environment.prepare(sys.argv[2:])
    try:
        django.setup()
    except ImproperlyConfigured as problem:
        sys.exit(f"Rollbook can't start: {problem}")
    execute_from_command_line(joined(sys.argv, set(get_commands())))


def joined(arguments: list[str], commands: set[str]) -> list[str]:
    """The arguments with two leading words made one, where a command of that name exists.

    `rollbook import pupils FILE` runs the command `import_pupils`; anything else is left as it was typed.
    """
    program, *words = arguments
    if len(words) > 1 and (name := f"{words[0]}_{words[1]}") in commands:
        return [program, name, *words[2:]]
    return arguments
