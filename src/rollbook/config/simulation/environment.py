"""What the demonstration needs in its environment before the settings are read: its own database and its own clock."""

import argparse
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import holidays

from rollbook import clock
from rollbook.config.simulation.demonstration import STARTS_AT, last_school_day

DAY = "ROLLBOOK_DEMO_DAY"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rollbook demo`."""
    parser.add_argument("--port", type=int, default=8000, help="the port to serve on (8000)")
    parser.add_argument(
        "--date",
        type=date.fromisoformat,
        help="show the school as on this day (YYYY-MM-DD) or the school day before it",
    )
    parser.add_argument(
        "--clock",
        choices=("demo", "real"),
        default="demo",
        help="demo: the product's clock starts at 09:02 on the day shown; real: it keeps the true time",
    )
    parser.add_argument("--seed", type=int, default=1, help="another number makes another school (1)")
    parser.add_argument("--no-serve", action="store_true", help="only make the data")


def prepare(arguments: Sequence[str]) -> None:
    """Sets the environment for `rollbook demo ARGUMENTS`. What is set already for the database stays."""
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    try:
        chosen, _ = parser.parse_known_args(list(arguments))
    except SystemExit:
        # The command itself says what is wrong, with its own usage.
        chosen = parser.parse_args([])
    for name in ("ROLLBOOK_DEMO", "ROLLBOOK_CLOCK_OFFSET"):
        os.environ.pop(name, None)
    today = last_school_day(chosen.date or clock.today(), bank_holidays_round(chosen.date or clock.today()))
    if chosen.clock == "demo":
        start_clock_at(datetime.combine(today, STARTS_AT, clock.LONDON))
    os.environ["ROLLBOOK_DEMO"] = "1"
    os.environ[DAY] = today.isoformat()
    seed = "" if chosen.seed == 1 else f"-{chosen.seed}"
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{_data_directory()}/demo-{today}{seed}.sqlite3")


def start_clock_at(moment: datetime) -> None:
    """Lets the product's clock show this moment now and go on from there."""
    is_demo = os.environ.pop("ROLLBOOK_DEMO", None)
    # In UTC: two times of one zone are subtracted by the wall clock, which is an hour out across a change of clocks.
    offset = round((moment.astimezone(UTC) - clock.now().astimezone(UTC)).total_seconds())
    os.environ["ROLLBOOK_CLOCK_OFFSET"] = str(offset)
    if is_demo is not None:
        os.environ["ROLLBOOK_DEMO"] = is_demo


def bank_holidays_round(day: date, years_back: int = 2) -> dict[date, str]:
    """The bank holidays of England from so many years back to the next year."""
    years = range(day.year - years_back - 1, day.year + 2)
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=years, language="en_GB"))


def _data_directory() -> Path:
    """Where the settings will put data too."""
    if named := os.environ.get("ROLLBOOK_DATA"):
        return Path(named).resolve()
    checkout = Path(__file__).resolve().parents[4]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "var"
