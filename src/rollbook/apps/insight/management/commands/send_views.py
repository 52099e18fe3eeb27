"""`rollbook send views`: sends the kept views of figures that are due, as the schedule does each morning."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rollbook.apps.insight.weekly import send_views


class Command(BaseCommand):
    help = "Send the views of figures that are due, each reader once a week, and only what they may see."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds where the server is reached."""
        parser.add_argument(
            "--address", default=settings.ROLLBOOK_ADDRESS, help="where this server is reached, for the links"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many were sent. Errors: CommandError where some did not get out; the next run tries again."""
        sent = send_views(options["address"])
        self.stdout.write(f"{sent.count} sent.")
        if sent.failed:
            raise CommandError("Not sent: " + "; ".join(sent.failed))
