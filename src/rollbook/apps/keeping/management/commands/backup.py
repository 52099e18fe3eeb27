"""`rollbook backup`: everything the installation holds, in one file that any machine can be filled from."""

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rollbook import clock
from rollbook.apps.keeping.actions.backing_up import back_up
from rollbook.apps.keeping.queries.tables import backed_up_models, row_count
from rollbook.domain.access import Actor
from rollbook.domain.refusals import Refused
from rollbook.formats.backup_archive import BadArchive, check
from rollbook.ui.words import plain_day

POSITION = "On the server"
_MANY = 20_000


class Command(BaseCommand):
    help = "Back up every school of this installation into one file, or check such a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds --to and --check."""
        parser.add_argument(
            "--to", type=Path, default=settings.ROLLBOOK_BACKUPS, metavar="FOLDER", help="where the file goes"
        )
        parser.add_argument(
            "--check",
            type=Path,
            metavar="FILE",
            help="only check that this back-up is whole; no database is needed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the file, its size and its digest. Errors: CommandError."""
        if options["check"]:
            self._check(options["check"])
            return
        total = sum(row_count(model) for model in backed_up_models())
        try:
            with tqdm(
                total=total, unit=" rows", desc="Back-up", file=sys.stderr, disable=total < _MANY or None
            ) as bar:
                made = back_up(folder=options["to"], by=on_the_server(), at=clock.now(), progress=bar.update)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{made.path}")
        self.stdout.write(
            f"  {made.row.row_count:,} rows, {made.row.size:,} bytes, SHA-256 {made.row.sha256}"
        )
        self.stdout.write(f"  Keep it until {plain_day(made.row.kept_until)}, on another machine than this.")

    def _check(self, path: Path) -> None:
        try:
            manifest = check(path)
        except (BadArchive, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{path}: whole. {manifest.row_count:,} rows, made {manifest.made_at} by Rollbook {manifest.version}."
        )
        for school, (saves, digest) in manifest.heads.items():
            self.stdout.write(f"  school {school}: {saves:,} saves, digest {digest}")


def on_the_server() -> Actor:
    """Who runs a command: the name of their account on the machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "Rollbook"
    return Actor(None, name, POSITION)
