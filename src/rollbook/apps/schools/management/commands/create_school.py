"""`rollbook create school`: the first step on a new server, and for each further school of a trust."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rollbook import clock
from rollbook.apps.accounts.queries import password_path
from rollbook.apps.schools.actions.founding import found_school
from rollbook.apps.schools.models import School
from rollbook.domain.access import Actor
from rollbook.domain.refusals import Refused


class Command(BaseCommand):
    help = "Add a school and its first administrator, who sets up the rest on the pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds the school's particulars and the administrator's."""
        parser.add_argument("name", help="the school's name")
        parser.add_argument("--phase", default=School.Phase.SECONDARY, choices=School.Phase.values)
        parser.add_argument(
            "--legal-type", default=School.LegalType.MAINTAINED, choices=School.LegalType.values
        )
        parser.add_argument("--administrator", required=True, help="the administrator's name")
        parser.add_argument("--email", required=True, help="the address the administrator signs in with")
        parser.add_argument(
            "--address", default="http://localhost:8000", help="where this server is reached, for the link"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Adds both and prints the link at which the administrator chooses a password."""
        try:
            school, added = found_school(
                name=options["name"],
                phase=options["phase"],
                legal_type=options["legal_type"],
                administrator_name=options["administrator"],
                administrator_email=options["email"],
                by=Actor(None, "Rollbook", "Set up on the server"),
                at=clock.now(),
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{school.name} is set up. {added.person.name} is its administrator.")
        if added.is_new:
            self.stdout.write("Within three days they choose their password at")
            self.stdout.write(f"  {options['address'].rstrip('/')}{password_path(added.person)}")
        else:
            self.stdout.write("They sign in with the password they have.")
