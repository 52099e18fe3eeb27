"""`rollbook import pupils FILE`: looks through a pupil file and loads it, or says line by line why not."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from tqdm import tqdm

from rollbook import clock
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.roll.actions.loading import Loaded, load_pupils
from rollbook.apps.roll.queries.file_plan import LoadOptions, LoadPlan, plan_load
from rollbook.apps.schools.queries import all_schools
from rollbook.domain.access import Actor, Role, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.pupil_file import PupilSheet, read_pupils
from rollbook.formats.tables import RowProblem, Unreadable, take
from rollbook.ui.words import plain_day, sentence_list


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day. Write it as 2026-09-03.") from None


class Command(BaseCommand):
    """Imports pupils from a CSV file or an Excel workbook."""

    help = "Import pupils from a CSV or Excel file. Nothing is loaded while a row is bad without --load-good-rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declares what can be typed after the command."""
        parser.add_argument(
            "file", metavar="FILE", help="a CSV file or Excel workbook with a line of headings"
        )
        parser.add_argument("--school", help="name or URN, where more than one school is installed")
        parser.add_argument("--by", metavar="EMAIL", help="the member of staff in whose name this is done")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--load-good-rows", action="store_true", help="load what can be loaded, leave out bad rows"
        )
        parser.add_argument(
            "--make-groups", action="store_true", help="make teaching groups that are not there yet"
        )
        parser.add_argument(
            "--starting",
            type=_day,
            metavar="YYYY-MM-DD",
            help="from when groups change, and starting day of pupils without one (today)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the import; the exit code is 1 where nothing was loaded or could be."""
        at = clock.now()
        path = Path(options["file"])
        content = self._content(path)
        viewer, by = self._viewer(options["school"], options["by"], at.date())
        load = LoadOptions(options["starting"] or at.date(), makes_groups=options["make_groups"])
        with tqdm(total=3, desc="Reading", unit="step", file=sys.stderr, leave=False, disable=None) as bar:
            try:
                sheet = read_pupils(content, at.date())
            except Unreadable as problem:
                self._stop(f"{path.name}: {problem}")
            bar.update()
            bar.set_description("Comparing with the roll")
            plan = plan_load(viewer, sheet, load)
            bar.update()
            bar.set_description("Loading")
            loaded = None
            refused = None
            if not options["dry_run"]:
                try:
                    loaded = self._load(
                        viewer, by, at, path.name, sheet, load, plan, options["load_good_rows"]
                    )
                except Refused as problem:
                    refused = str(problem)
            bar.update()
        self._report(sheet, plan)
        self._result(plan, loaded, refused, is_dry_run=options["dry_run"])

    def _load(
        self,
        viewer: Viewer,
        by: Actor,
        at: datetime,
        name: str,
        sheet: PupilSheet,
        load: LoadOptions,
        plan: LoadPlan,
        good_rows_only: bool,
    ) -> Loaded:
        return load_pupils(
            viewer=viewer,
            name=name,
            sheet=sheet,
            options=load,
            good_rows_only=good_rows_only,
            seen=plan.digest,
            by=by,
            at=at,
        )

    def _content(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                return take(file)
        except FileNotFoundError:
            self._stop(f"There is no file {path}.")
        except OSError as problem:
            self._stop(f"{path} can't be read: {problem.strerror}.")
        except Unreadable as problem:
            self._stop(f"{path.name}: {problem}")

    def _viewer(self, wanted: str | None, email: str | None, on: date) -> tuple[Viewer, Actor]:
        """In whose name the import is done, and at which school."""
        schools = all_schools()
        if wanted:
            schools = [
                school for school in schools if wanted.casefold() in (school.name.casefold(), school.urn)
            ]
        if len(schools) != 1:
            names = sentence_list([school.name for school in all_schools()], "or")
            self._stop(
                f"Say which school with --school: {names}." if names else "No school is set up here yet."
            )
        school = schools[0]
        if email is None:
            server = Actor(None, "Command line", "On the server")
            return (
                Viewer(
                    0,
                    server.name,
                    "",
                    school.pk,
                    school.name,
                    frozenset({Role.ADMINISTRATOR}),
                    server.position,
                ),
                server,
            )
        user = get_user_model().objects.filter(email__iexact=email, is_active=True).first()
        viewer = viewer_for(user.pk, user.name, user.email, on, school.pk) if user else None
        if viewer is None or viewer.school_id != school.pk:
            self._stop(f"Nobody with the address {email} holds a role at {school.name} today.")
        return viewer, viewer.actor

    def _report(self, sheet: PupilSheet, plan: LoadPlan) -> None:
        for note in sheet.notes:
            self.stdout.write(note)
        if sheet.ignored:
            self.stdout.write(f"Columns that Rollbook has no use for: {', '.join(sheet.ignored)}.")
        for title, problems in (("To put right", plan.errors), ("Loaded, but look at them", plan.warnings)):
            if problems:
                self.stdout.write(f"\n{title}:")
                self.stdout.write(_table(problems))

    def _result(
        self, plan: LoadPlan, loaded: Loaded | None, refused: str | None, *, is_dry_run: bool
    ) -> None:
        counts = f"{len(plan.new)} new, {len(plan.changed)} changed, {plan.unchanged_count} unchanged"
        bad = f"{plan.refused_count} of {plan.sheet.row_count} rows to put right"
        groups = f" Groups made from {plain_day(plan.groups_begin_on)}: {', '.join(plan.groups_to_make)}."
        made = groups if plan.groups_to_make else ""
        if loaded is not None:
            rows = "1 row was" if loaded.refused_count == 1 else f"{loaded.refused_count} rows were"
            left = f" {rows} left out." if loaded.refused_count else ""
            self.stdout.write(self.style.SUCCESS(f"\nLoaded: {counts}.{left}{made}"))
        elif is_dry_run:
            self.stdout.write(f"\nNothing was loaded, as asked. It would be: {counts}; {bad}.{made}")
            if plan.refused_count:
                sys.exit(1)
        else:
            why = f"{bad}. Mend the file, or add --load-good-rows." if plan.refused_count else refused
            self._stop(f"\nNothing was loaded: {why}")

    def _stop(self, sentence: str) -> NoReturn:
        self.stderr.write(self.style.ERROR(sentence))
        sys.exit(1)


def _table(problems: Iterable[RowProblem]) -> str:
    rows: list[Sequence[str]] = [("Line", "Pupil", "Column", "Value", "What is wrong")]
    rows += [(str(each.line), each.who, each.field, each.value, each.message) for each in problems]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([row[0].rjust(widths[0]), *(row[n].ljust(widths[n]) for n in (1, 2, 3)), row[4]])
        for row in rows
    )
