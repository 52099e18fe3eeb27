"""`rollbook simulate`: invented schools with years of registers, for trials and measurements."""

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rollbook import clock
from rollbook.config.simulation.environment import bank_holidays_round
from rollbook.config.simulation.invented import invented_school
from rollbook.config.simulation.loading import count_schools, load_school
from rollbook.config.simulation.school import make_school
from rollbook.config.simulation.shares import PHASES

_MOST_YEARS = 8


class Command(BaseCommand):
    """Makes schools one after another, each wholly or not at all."""

    help = "Add invented schools with registers. Nobody can sign in to them: their staff have no passwords."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, how large, of which kind, and up to which day."""
        parser.add_argument("--schools", type=int, default=1, help="how many schools (1)")
        parser.add_argument("--pupils", type=int, default=1200, help="how many pupils each (1200)")
        parser.add_argument("--years", type=int, default=1, help="how many academic years of registers (1)")
        parser.add_argument(
            "--phase", choices=PHASES, default="secondary", help="which kind of school (secondary)"
        )
        parser.add_argument("--seed", type=int, default=1, help="another number makes other schools (1)")
        parser.add_argument(
            "--until", type=date.fromisoformat, help="the first day without registers, YYYY-MM-DD (today)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the schools and says how quickly."""
        _check(options)
        until = options["until"] or clock.today()
        first = count_schools() + 1
        started, marks = time.perf_counter(), 0
        for number in range(first, first + options["schools"]):
            marks += _add_school(number, until, options)
        seconds = time.perf_counter() - started
        print(
            f"{options['schools']} schools with {marks:,} marks in {seconds:.1f} s: {marks / seconds:,.0f} a second"
        )


def _add_school(number: int, until: date, options: dict[str, Any]) -> int:
    years = options["years"]
    with tqdm(total=years, unit=" years", desc=f"School {number}: drawing", leave=False, disable=None) as bar:
        outline = invented_school(
            number=number,
            phase=options["phase"],
            pupils=options["pupils"],
            years=years,
            until=until,
            seed=options["seed"],
            bank_holidays=bank_holidays_round(until, years),
        )
        school = make_school(outline, bar.update)
    total = sum(len(marks.pupils) for save in school.saves for marks in save.marks)
    with tqdm(total=total, unit=" marks", desc=school.facts.name, leave=False, disable=None) as bar:
        _, loaded = load_school(
            school,
            email_domain=lambda school_id: f"school{school_id}.example.org",
            password=make_password(None),
            seed=outline.seed,
            at=clock.now(),
            on_entries=bar.update,
        )
    return loaded.entry_count


def _check(options: dict[str, Any]) -> None:
    if not 1 <= options["years"] <= _MOST_YEARS:
        raise CommandError(f"Give 1 to {_MOST_YEARS} years.")
    if options["schools"] < 1:
        raise CommandError("Give at least one school.")
    if not 10 <= options["pupils"] <= 10_000:
        raise CommandError("Give 10 to 10000 pupils a school.")
