"""`rollbook verify`: proves that no past entry of any register was changed, removed or put in."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rollbook.apps.registers.models import Save
from rollbook.apps.registers.queries.proof import prove
from rollbook.apps.schools.queries import all_schools


class Command(BaseCommand):
    help = "Prove that the attendance registers are exactly what was saved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds --school and --expect."""
        parser.add_argument("--school", help="only this school, by name")
        parser.add_argument("--expect", help="the digest noted at an earlier time: it must be in the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints a line a school; ends with an error where anything is amiss."""
        amiss = 0
        schools = [school for school in all_schools() if options["school"] in (None, school.name)]
        if not schools:
            raise CommandError("There is no such school." if options["school"] else "There is no school yet.")
        for school in schools:
            total = Save.objects.filter(school_id=school.pk).count()
            with tqdm(
                total=total, unit=" saves", desc=school.name, file=sys.stderr, disable=total < 2000 or None
            ) as bar:
                proof = prove(school.pk, progress=lambda count, bar=bar: bar.update(count))  # type: ignore[misc]
            words = "whole" if proof.is_whole else f"NOT WHOLE, {len(proof.faults)} faults"
            self.stdout.write(
                f"{school.name}: {words}. {proof.save_count} saves, {proof.entry_count} entries."
            )
            self.stdout.write(f"  digest {proof.digest or 'none yet'}")
            for fault in proof.faults[:20]:
                self.stdout.write(f"  - {fault.message}")
            amiss += len(proof.faults)
        if options["expect"] and not Save.objects.filter(digest=options["expect"]).exists():
            raise CommandError(
                "The digest you expect is not in any chain: entries were removed or replaced since."
            )
        if amiss:
            raise CommandError(
                "The register is not what was saved. Keep this output and call whoever looks after it."
            )
