"""`rollbook threshold FILE`: whose unauthorised absence calls for thought about a penalty notice; no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rollbook.config.figures.printing import FORMATS, reached_in
from rollbook.config.figures.running import FileCommand, add_selection
from rollbook.config.figures.thresholds import find_reached
from rollbook.domain.thresholds import SESSIONS_MET, Alignment
from rollbook.formats.marks_blocks import layout_of

_MOST = 100


class Command(FileCommand):
    """Lists the pupils with ten sessions of G, N, O or U within ten school weeks."""

    help = (
        "List who has 10 sessions marked G, N, O or U within any 10 school weeks, when that was first so, and which "
        "sessions they are, N apart. A school week is one in which the school met: in which the file has a possible "
        "session of it, or the calendar an open day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declares what can be typed after the command."""
        parser.add_argument("file", metavar="FILE", type=Path, help="a CSV or Parquet file of pupils' marks")
        parser.add_argument("--format", choices=FORMATS, default="json", help="how to print (json)")
        parser.add_argument(
            "--sessions",
            type=int,
            default=SESSIONS_MET,
            metavar="N",
            help="how many sessions (10; warnings: 5, 8)",
        )
        parser.add_argument(
            "--alignment",
            choices=[each.value for each in Alignment],
            default=Alignment.CALENDAR.value,
            help="ten weeks from a Monday, or sliding from the first session (calendar)",
        )
        add_selection(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints who meets it; the exit code is 1 where any row can't be taken."""
        path = options["file"]
        if not 1 <= options["sessions"] <= _MOST:
            self.stop(f"Give 1 to {_MOST} sessions.")
        source = self.source(path)
        layout = self.or_stop(path, lambda: layout_of(source.headings))
        if layout.is_counts:
            self.stop(f"{path.name}: This is a file of counts. The threshold needs the marks of each pupil.")
        selection = self.selection(options)
        answer = self.reading(
            path,
            source.size,
            lambda update: find_reached(
                source,
                layout,
                selection,
                least=options["sessions"],
                alignment=Alignment(options["alignment"]),
                on_bytes=update,
            ),
        )
        self.tell(answer.notes)
        self.refuse(path, answer.refusals, source.row_word)
        self.show(reached_in(options["format"], answer.reached))
