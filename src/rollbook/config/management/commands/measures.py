"""`rollbook measures FILE`: attendance figures of any file of marks, by whatever its columns say; no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rollbook.config.figures.measures import Result, measure_counts, measure_marks
from rollbook.config.figures.printing import FORMATS, measures_in
from rollbook.config.figures.running import FileCommand, add_selection
from rollbook.formats.marks_blocks import Pupils, layout_of, read_pupils


class Command(FileCommand):
    """Prints possible sessions, attendance, absence, lateness, PA and SA of a file."""

    help = (
        "Measure a CSV or Parquet file of marks (school, pupil, date, session, code and, if there is one, "
        "minutes_late), or of counts (code, count and any other columns). Without --by the figures are of the whole "
        "file. Columns are those of the file and of --pupils; where there is a date also week, month, academic_year, "
        "dfe_term and weekday."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declares what can be typed after the command."""
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="a CSV or Parquet file of marks or counts"
        )
        parser.add_argument(
            "--by",
            metavar="COLUMN",
            nargs="+",
            action="extend",
            default=[],
            help="one or more columns to go by",
        )
        parser.add_argument(
            "--pupils",
            metavar="FILE",
            type=Path,
            help="what else is known of each pupil: pupil, school, any others",
        )
        parser.add_argument("--format", choices=FORMATS, default="table", help="how to print (table)")
        add_selection(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the figures; the exit code is 1 where any row can't be taken."""
        path, by = options["file"], list(dict.fromkeys(options["by"]))
        source = self.source(path)
        layout = self.or_stop(path, lambda: layout_of(source.headings))
        selection = self.selection(options)
        if layout.is_counts:
            self._check_counts(options, has_days="date" in layout.roles)
            result: Result = self.reading(
                path, source.size, lambda update: measure_counts(source, layout, selection, by, update)
            )
        else:
            pupils = self._pupils(options["pupils"], with_schools="school" in layout.roles)
            result = self.reading(
                path, source.size, lambda update: measure_marks(source, layout, selection, by, pupils, update)
            )
        self.tell(result.notes)
        self.refuse(path, result.refusals, source.row_word)
        self.show(measures_in(options["format"], by, result.measures))

    def _pupils(self, path: Path | None, *, with_schools: bool) -> Pupils | None:
        if path is None:
            return None
        pupils = self.opened(path, lambda each: read_pupils(each, with_schools=with_schools))
        self.refuse(path, pupils.refusals, pupils.row_word)
        return pupils

    def _check_counts(self, options: dict[str, Any], *, has_days: bool) -> None:
        if options["pupils"]:
            self.stop("A file of counts names no pupils, so --pupils can't be used with it.")
        if options["calendar"]:
            self.stop(
                "A file of counts has no sessions, so --calendar can't be used with it. Use --exclude-date."
            )
        if (options["first"] or options["last"] or options["excluded"]) and not has_days:
            self.stop("This file of counts has no column date, so days can't be chosen.")
