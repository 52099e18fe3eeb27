"""`rollbook create trust`: a trust of several schools on this server, and whoever leads attendance in it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rollbook import clock
from rollbook.apps.accounts.actions.trusts import appoint_lead
from rollbook.apps.accounts.queries import password_path
from rollbook.domain.access import Actor, Role
from rollbook.domain.refusals import Refused


class Command(BaseCommand):
    help = "Set up a trust with its attendance lead, or give a trust one more. Its schools then join on their pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds the trust's name and the person's particulars."""
        parser.add_argument("name", help="the trust's name")
        parser.add_argument("--lead", required=True, help="the attendance lead's name")
        parser.add_argument("--email", required=True, help="the address they sign in with")
        parser.add_argument(
            "--position",
            default=Role.TRUST_LEAD.words,
            help="how their looks are signed in the schools' logs",
        )
        parser.add_argument(
            "--address", default="http://localhost:8000", help="where this server is reached, for the link"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the link at which somebody new chooses a password. Errors: CommandError."""
        now = clock.now()
        try:
            post = appoint_lead(
                trust_name=options["name"],
                name=options["lead"],
                email=options["email"],
                position=options["position"],
                first_day=now.date(),
                by=Actor(None, "Rollbook", "Set up on the server"),
                at=now,
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{post.user.name} is an attendance lead of {post.trust.name}.")
        self.stdout.write("A school joins on its page Staff, Trust; nothing is seen of it before.")
        if not post.user.has_usable_password():
            self.stdout.write("Within three days they choose their password at")
            self.stdout.write(f"  {options['address'].rstrip('/')}{password_path(post.user)}")
