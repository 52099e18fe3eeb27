"""`rollbook send views`: sends the kept views of figures that are due. Meant for a timer, once each morning."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rollbook import clock
from rollbook.apps.insight.actions.saved_views import give_back, note_sent, take_on
from rollbook.apps.insight.letters import NotSent, send_letter
from rollbook.apps.insight.queries.saved_views import due_letters
from rollbook.domain.access import Actor

_BY = Actor(None, "Rollbook", "Weekly letters")


class Command(BaseCommand):
    help = "Send the views of figures that are due, each reader once a week, and only what they may see."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds where the server is reached."""
        parser.add_argument(
            "--address", default="http://localhost:8000", help="where this server is reached, for the links"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many were sent. Errors: CommandError where some did not get out; the next run tries again."""
        sent, failed = 0, []
        for due in due_letters(clock.now()):
            letter = take_on(due, clock.now())
            if letter is None:
                continue
            try:
                send_letter(due, options["address"], clock.now())
            except NotSent as problem:
                give_back(letter)
                failed.append(f"{due.view.name} to {due.reader.email}: {problem}")
                continue
            note_sent(letter=letter, by=_BY, at=clock.now())
            sent += 1
        self.stdout.write(f"{sent} sent.")
        if failed:
            raise CommandError("Not sent: " + "; ".join(failed))
