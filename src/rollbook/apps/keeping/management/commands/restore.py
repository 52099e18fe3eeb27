"""`rollbook restore FILE`: fills an empty installation from a back-up and proves that every entry arrived."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rollbook import clock
from rollbook.apps.keeping.actions.restoring import restore
from rollbook.apps.keeping.management.commands.backup import on_the_server
from rollbook.domain.refusals import Refused


class Command(BaseCommand):
    help = "Fill this empty, prepared database from a back-up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds the file."""
        parser.add_argument("file", type=Path, help="a file that `rollbook backup` made")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what arrived, a line a school. Errors: CommandError."""
        try:
            with tqdm(unit=" rows", desc="Restore", file=sys.stderr, disable=None) as bar:
                done = restore(
                    source=options["file"], by=on_the_server(), at=clock.now(), progress=bar.update
                )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(
            f"Restored {done.manifest.row_count:,} rows, made {done.manifest.made_at}. "
            "Every table is as it was backed up."
        )
        amiss = False
        for name, proof in done.proofs.items():
            amiss = amiss or not proof.is_whole
            words = "whole" if proof.is_whole else f"NOT WHOLE, {len(proof.faults)} faults"
            self.stdout.write(f"{name}: {words}. {proof.save_count} saves, {proof.entry_count} entries.")
            self.stdout.write(f"  digest {proof.digest or 'none yet'}")
        if amiss:
            raise CommandError(
                "The register is as it was backed up, but it was not whole then: run `rollbook verify`, and compare "
                "with an earlier back-up."
            )
