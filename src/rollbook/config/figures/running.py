"""What the commands on files share: what can be typed, opening, progress, notes, and refusing in plain words."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from django.core.management.base import BaseCommand
from tqdm import tqdm

from rollbook.config.figures.groups import UnknownColumn
from rollbook.config.figures.selection import Selection
from rollbook.formats.marks_blocks import Refusals, Source, open_blocks, read_open_days
from rollbook.formats.marks_file.words import read_day
from rollbook.formats.tables import Unreadable

T = TypeVar("T")
REFUSALS_SHOWN = 200


def a_day(written: str) -> date:
    """The day of an option. Errors: ArgumentTypeError."""
    found = read_day(written.strip())
    if isinstance(found, str):
        raise ArgumentTypeError(found)
    return date.fromordinal(found)


def add_selection(parser: ArgumentParser) -> None:
    """Adds the options that say which days are asked about."""
    parser.add_argument("--from", dest="first", metavar="DAY", type=a_day, help="only marks from this day on")
    parser.add_argument("--to", dest="last", metavar="DAY", type=a_day, help="only marks up to this day")
    parser.add_argument(
        "--exclude-date",
        dest="excluded",
        metavar="DAY",
        type=a_day,
        action="append",
        default=[],
        help="leave out a day, such as a bank holiday; may be given several times",
    )
    parser.add_argument(
        "--calendar",
        metavar="FILE",
        type=Path,
        help="a CSV file with the columns date and status (open or closed), and if wanted last_day, session, school: "
        "marks on days closed are left out",
    )


class FileCommand(BaseCommand):
    """A command that reads files and prints figures; it needs neither a database nor settings.

    Nothing stands on standard output unless everything could be read.
    """

    requires_system_checks = ()

    def opened(self, path: Path, open_file: Callable[[Path], T]) -> T:
        """What a function makes of a file; where it can't be had, one sentence and exit code 1."""
        return self.or_stop(path, lambda: open_file(path))

    def source(self, path: Path) -> Source:
        """A file of marks or counts, its headings read."""
        return self.opened(path, open_blocks)

    def selection(self, options: dict[str, Any]) -> Selection:
        """The days asked about."""
        first, last = options["first"], options["last"]
        if first and last and last < first:
            self.stop("The day after --to is before the one after --from.")
        calendar = None
        if options["calendar"]:
            calendar = self.opened(options["calendar"], read_open_days)
            self.refuse(options["calendar"], calendar.refusals, calendar.row_word)
        return Selection(first, last, frozenset(options["excluded"]), calendar)

    def reading(self, path: Path, size: int, work: Callable[[Callable[[int], object]], T]) -> T:
        """Does the work with a progress bar on standard error; problems end it with one sentence."""
        with tqdm(
            total=size,
            desc="Reading",
            unit="B",
            unit_scale=True,
            file=sys.stderr,
            leave=False,
            disable=None,
        ) as bar:
            return self.or_stop(path, lambda: work(bar.update))

    def or_stop(self, path: Path, work: Callable[[], T]) -> T:
        """Does the work; a file that can't be read or a column that isn't there ends it with one sentence."""
        try:
            return work()
        except (Unreadable, UnknownColumn) as problem:
            self.stop(f"{path.name}: {problem}")
        except OSError as problem:
            self.stop(f"{path} can't be read: {problem.strerror or problem}.")

    def refuse(self, path: Path, refusals: Refusals, row_word: str) -> None:
        """Lists the rows that can't be taken and ends the command with exit code 1; returns if there are none."""
        if not refusals:
            return
        for line, message in sorted(refusals.kept)[:REFUSALS_SHOWN]:
            self.stderr.write(f"{row_word} {line}: {message}")
        more = refusals.count - min(len(refusals.kept), REFUSALS_SHOWN)
        if more:
            self.stderr.write(f"... and {more:,} more.")
        rows = "1 row" if refusals.count == 1 else f"{refusals.count:,} rows"
        self.stop(
            f"{path.name}: {rows} can't be taken, so there are no figures. Correct them and run it again."
        )

    def show(self, text: str) -> None:
        """Prints the answer, all at once."""
        try:
            self.stdout.write(text, ending="")
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever reads it has had enough, as `head` has; Python must not try to write the rest on its way out.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def tell(self, notes: Sequence[str]) -> None:
        """Says on standard error what was passed over."""
        for note in notes:
            self.stderr.write(f"Note: {note}", style_func=str)

    def stop(self, sentence: str) -> NoReturn:
        """Ends the command with a sentence and exit code 1."""
        self.stderr.write(self.style.ERROR(sentence))
        sys.exit(1)
