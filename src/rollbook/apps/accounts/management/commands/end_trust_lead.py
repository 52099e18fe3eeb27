"""`rollbook end_trust_lead`: somebody leads a trust's attendance no more."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rollbook import clock
from rollbook.apps.accounts.actions.trusts import end_lead
from rollbook.domain.access import Actor
from rollbook.domain.refusals import Refused
from rollbook.ui.words import plain_day


class Command(BaseCommand):
    help = "End the role of a trust's attendance lead."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds the trust, the person and the last day."""
        parser.add_argument("name", help="the trust's name")
        parser.add_argument("--email", required=True, help="the address they sign in with")
        parser.add_argument("--last-day", type=date.fromisoformat, help="YYYY-MM-DD (today)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints until when they see the trust's schools. Errors: CommandError."""
        now = clock.now()
        try:
            post = end_lead(
                trust_name=options["name"],
                email=options["email"],
                last_day=options["last_day"] or now.date(),
                by=Actor(None, "Rollbook", "Set up on the server"),
                at=now,
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(
            f"{post.user.name} leads {post.trust.name} until {plain_day(post.last_day or now.date())}."
        )
