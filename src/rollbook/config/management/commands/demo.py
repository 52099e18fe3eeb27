"""`rollbook demo`: the demonstration school, made once a day and served on this machine."""

import os
import socket
import subprocess
import sys
from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rollbook import clock
from rollbook.config.simulation import environment
from rollbook.config.simulation.agreements import record_agreements
from rollbook.config.simulation.calls import record_calls
from rollbook.config.simulation.contacts import record_contacts
from rollbook.config.simulation.demonstration import (
    EMAIL_DOMAIN,
    PASSWORD,
    SCHOOL_NAME,
    TRIP_LEADER,
    demonstration_school,
    sign_ins,
)
from rollbook.config.simulation.leave import record_leaves
from rollbook.config.simulation.lessons import record_lessons
from rollbook.config.simulation.loading import is_loaded, last_moment, load_school
from rollbook.config.simulation.messages import record_messages

LOADED_AT = time(8, 59)


class Command(BaseCommand):
    """Makes the data where they are missing, then becomes the web server."""

    help = "Make the demonstration school of today and serve it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments; the environment was prepared from the same ones before Django started."""
        environment.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes, prints, serves."""
        if os.environ.get("ROLLBOOK_DEMO") != "1" or environment.DAY not in os.environ:
            raise CommandError("Start the demonstration from the command line: rollbook demo.")
        today = date.fromisoformat(os.environ[environment.DAY])
        if not options["no_serve"]:
            _refuse_used_port(options["port"])
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        if is_loaded(SCHOOL_NAME):
            print(f"{SCHOOL_NAME} is here already; what was done in it is kept.")
        else:
            _make(today, options["seed"])
        _go_on_where_it_stopped()
        print(_welcome(options["port"]), flush=True)
        if not options["no_serve"]:
            call_command("collectstatic", verbosity=0, interactive=False)
            _serve(options["port"])


def _make(today: date, seed: int) -> None:
    print(f"Making {SCHOOL_NAME} as on the morning of {today:%A} {today.day} {today:%B %Y}")
    school = demonstration_school(today, seed, environment.bank_holidays_round(today))
    total = sum(len(marks.pupils) for save in school.saves for marks in save.marks)
    with tqdm(total=total, unit=" marks", desc="Loading", leave=False, disable=None) as bar:
        load_school(
            school,
            email_domain=lambda _: EMAIL_DOMAIN,
            password=make_password(PASSWORD),
            seed=str(seed),
            at=datetime.combine(today, LOADED_AT, clock.LONDON),
            on_entries=bar.update,
        )
    record_agreements(school, today, f"head@{EMAIL_DOMAIN}", f"{TRIP_LEADER}@{EMAIL_DOMAIN}")
    record_lessons(school, today, seed)
    record_leaves(today, f"head@{EMAIL_DOMAIN}")
    record_calls(today, f"office@{EMAIL_DOMAIN}")
    record_contacts(school, today, seed)
    record_messages(today, f"attendance@{EMAIL_DOMAIN}")


def _go_on_where_it_stopped() -> None:
    """A second run must not go back behind what was done in the first."""
    latest = last_moment()
    if latest is not None and latest > clock.now() and "ROLLBOOK_CLOCK_OFFSET" in os.environ:
        environment.start_clock_at(latest + timedelta(minutes=1))


def _welcome(port: int) -> str:
    now = clock.now()
    rows = [("Role", "E-mail address", "Name"), *((each.role, each.email, each.name) for each in sign_ins())]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(
        [
            "",
            f"Rollbook shows {SCHOOL_NAME}, an invented school.",
            f"Its clock: {now:%A} {now.day} {now:%B %Y}, {now:%H:%M}. Its database: {_database_name()}",
            "",
            *lines,
            "",
            f"Password for everybody: {PASSWORD}",
            f"Open http://localhost:{port}/",
            f"What it sends by e-mail is put into {os.path.relpath(_mail_folder())}",
            "",
        ]
    )


def _database_name() -> str:
    name = os.environ["DATABASE_URL"]
    return (
        os.path.relpath(name.removeprefix("sqlite:///"))
        if name.startswith("sqlite:///")
        else name.split("?")[0]
    )


def _mail_folder() -> Path:
    return Path(settings.DATA_DIR).resolve() / "mail"


def _refuse_used_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise CommandError(
                f"Port {port} is in use or not allowed. Choose another: make demo PORT={port % 60000 + 1}"
            ) from None


def _serve(port: int) -> None:
    """Becomes the web server, with a worker beside it; Ctrl+C ends both."""
    worker = [sys.executable, "-c", "from rollbook.config.cli import main; main()", "worker", "--beside"]
    # To files, not to the terminal, where a morning's lists would push the sign-ins out of sight.
    mail = {"EMAIL_URL": os.environ.get("EMAIL_URL") or f"filemail:///{_mail_folder()}"}
    subprocess.Popen(worker, env=os.environ | mail)  # noqa: S603 - our own command
    command = [sys.executable, "-m", "gunicorn", "rollbook.config.wsgi:application"]
    workers = ["-w", "2", "-k", "gthread", "--threads", "4", "--no-control-socket"]
    os.execv(sys.executable, [*command, *workers, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"])  # noqa: S606
