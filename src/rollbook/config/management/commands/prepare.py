"""Makes a database and the static files ready for the version that is installed."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Run once before the first start and again after each update; running it twice does no harm."""

    help = "Bring the database up to date and collect the static files."

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrates, makes the table of the shared cache and collects the static files."""
        verbosity = 0 if options["verbosity"] < 2 else options["verbosity"]
        call_command("migrate", verbosity=verbosity, interactive=False)
        call_command("createcachetable", verbosity=verbosity)
        call_command("collectstatic", verbosity=verbosity, interactive=False)
        if options["verbosity"]:
            self.stdout.write("The database and the static files are up to date.")
