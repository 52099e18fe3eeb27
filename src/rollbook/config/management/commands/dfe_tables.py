"""`rollbook dfe-tables RAW`: the DfE's weekly or year-to-date table from its daily counts; no database."""

import csv
import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import holidays

from rollbook.config.figures.running import FileCommand, a_day
from rollbook.formats.dfe_tables import HIDDEN, Census, Period, TotalRule, make_table, read_census, read_raw

_YEARS = range(2014, 2100)


class Command(FileCommand):
    """Writes a table as the DfE publishes it."""

    help = (
        "Make the weekly or the year-to-date table of the DfE's Pupil attendance in schools from its daily file of "
        "marks by area, school type and code, as CSV. Bank holidays of England are left out. The file does not say how "
        "many schools and enrolments there are in all; give a table that does with --census, such as a published one: "
        "without it those columns and the weighted rates of all schools are empty."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declares what can be typed after the command."""
        parser.add_argument("file", metavar="RAW", type=Path, help="the DfE's daily file, CSV")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "--weekly", action="store_const", const=Period.WEEK, dest="period", help="a row a week"
        )
        which.add_argument(
            "--ytd", action="store_const", const=Period.YEAR_TO_DATE, dest="period", help="the year to date"
        )
        parser.add_argument(
            "--census", metavar="FILE", type=Path, help="a table with total_num_schools and total_enrolments"
        )
        parser.add_argument(
            "--total",
            type=TotalRule,
            choices=list(TotalRule),
            help="how the rates of all schools are made (weighted to 2024/25, pooled from 2025/26)",
        )
        parser.add_argument(
            "--exclude-date",
            dest="excluded",
            metavar="DAY",
            type=a_day,
            action="append",
            default=[],
            help="leave out another day",
        )
        parser.add_argument(
            "--with-bank-holidays", action="store_true", help="keep the marks made on bank holidays"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes the table to standard output; the exit code is 1 where any row can't be read."""
        path = options["file"]
        left_out = set(options["excluded"])
        if not options["with_bank_holidays"]:
            left_out |= set(holidays.country_holidays("GB", subdiv="ENG", years=_YEARS))
        census = self.opened(options["census"], read_census) if options["census"] else Census()
        raw = self.opened(path, lambda each: read_raw(each, left_out))
        self.refuse(path, raw.refusals, "Line")
        table = make_table(raw, options["period"], census, options["total"])
        hidden = sum(HIDDEN in row for row in table.rows)
        if hidden:
            self.tell(
                [f"{hidden:,} rows show c: they rest on a single school, whose numbers are not published."]
            )
        if not options["census"]:
            self.tell(
                [
                    "Without --census the totals of schools and enrolments are empty, and so are weighted rates."
                ]
            )
        self.tell(table.doubts)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([table.headings, *table.rows])
        self.show(out.getvalue())
