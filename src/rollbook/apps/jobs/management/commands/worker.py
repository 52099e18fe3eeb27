"""`rollbook worker`: does the background's work until it is told to stop."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rollbook.apps.jobs.worker import Worker


class Command(BaseCommand):
    help = "Do the background's work: what is due by the schedule, and the messages. Ends on SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds how it is started beside a server."""
        parser.add_argument(
            "--beside", action="store_true", help="end when the process that started it ends (demonstration)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Works; several may run at once."""
        Worker(beside=options["beside"]).run()
