"""`rollbook import marks FILE`: reads marks of past days and adds them to the registers, or says why not."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from tqdm import tqdm

from rollbook import clock
from rollbook.apps.accounts.queries import person_with_address, viewer_for
from rollbook.apps.registers.actions.history_import import import_marks
from rollbook.apps.registers.queries.history_plan import HistoryPlan, plan_history
from rollbook.apps.schools.queries import all_schools
from rollbook.domain.access import Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.marks_file import MarksFile, read_marks
from rollbook.formats.tables import Unreadable, rows_of
from rollbook.ui.words import sentence_list

REASONS_SHOWN = 40


class Command(BaseCommand):
    """Imports marks of past days from a CSV file."""

    help = (
        "Import marks of past days from a CSV file with the columns pupil (UPN or admission number), date, session, "
        "code and, if there is one, minutes_late. Nothing is imported while any row is bad, unless --load-good-rows "
        "is given. A mark that is there already is amended."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declares what can be typed after the command."""
        parser.add_argument("file", metavar="FILE", type=Path, help="a CSV file with a line of headings")
        parser.add_argument(
            "--by", metavar="EMAIL", required=True, help="the member of staff in whose name this is done"
        )
        parser.add_argument("--school", help="name or URN, where more than one school is installed")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--load-good-rows", action="store_true", help="import what can be taken, leave out bad rows"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the import; the exit code is 1 where nothing was imported or could be."""
        at = clock.now()
        viewer = self._viewer(options["school"], options["by"])
        file = self._read(options["file"])
        plan = plan_history(viewer, file, at.date())
        self._report(plan)
        if options["dry_run"]:
            self.stdout.write("Nothing was imported, as asked.")
            if plan.refused_count:
                sys.exit(1)
            return
        with _bar(plan.new_count + plan.changed_count, "Importing") as bar:
            try:
                made = import_marks(
                    viewer=viewer,
                    plan=plan,
                    file_name=options["file"].name,
                    good_rows_only=options["load_good_rows"],
                    by=viewer.actor,
                    at=at,
                    on_entries=bar.update,
                )
            except Refused as refused:
                self._stop(str(refused))
        self.stdout.write(
            self.style.SUCCESS(f"Imported: {made.new_count:,} new marks, {made.changed_count:,} amended.")
        )

    def _read(self, path: Path) -> MarksFile:
        try:
            with _bar(None, "Reading") as bar:
                return read_marks(rows_of(path), bar.update)
        except Unreadable as problem:
            self._stop(f"{path.name}: {problem}")
        except OSError as problem:
            self._stop(f"{path} can't be read: {problem.strerror}.")

    def _viewer(self, wanted: str | None, email: str) -> Viewer:
        """In whose name the import is done, and at which school."""
        schools = all_schools()
        names = sentence_list([school.name for school in schools], "or")
        if wanted:
            schools = [each for each in schools if wanted.casefold() in (each.name.casefold(), each.urn)]
        if len(schools) != 1:
            self._stop(
                f"Say which school with --school: {names}." if names else "No school is set up here yet."
            )
        person = person_with_address(email)
        viewer = (
            viewer_for(person.pk, person.name, person.email, clock.today(), schools[0].pk) if person else None
        )
        if viewer is None or viewer.school_id != schools[0].pk:
            self._stop(f"Nobody with the address {email} holds a role at {schools[0].name} today.")
        return viewer

    def _report(self, plan: HistoryPlan) -> None:
        self.stdout.write(
            f"{plan.new_count:,} new marks, {plan.changed_count:,} to amend, {plan.unchanged_count:,} unchanged, "
            f"{_rows(plan.refused_count)} that can't be taken."
        )
        if plan.file.without_mark_count:
            self.stdout.write(f"Passed over: {_rows(plan.file.without_mark_count)} without a mark.")
        reasons = plan.reasons()
        for each in reasons[:REASONS_SHOWN]:
            rows = "" if each.count == 1 else f" ({each.count:,} rows)"
            self.stdout.write(f"  Line {each.first_line}: {each.message}{rows}")
        if len(reasons) > REASONS_SHOWN:
            self.stdout.write(f"  ... and {len(reasons) - REASONS_SHOWN:,} more.")

    def _stop(self, sentence: str) -> NoReturn:
        self.stderr.write(self.style.ERROR(sentence))
        sys.exit(1)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _bar(total: int | None, words: str) -> "tqdm[Any]":
    return tqdm(total=total, desc=words, unit=" marks", file=sys.stderr, leave=False, disable=None)
