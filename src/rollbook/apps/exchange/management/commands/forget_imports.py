"""`rollbook forget imports`: removes uploaded files after 14 days, and what an import changed after 90."""

from typing import Any

from django.core.management.base import BaseCommand

from rollbook import clock
from rollbook.apps.exchange.actions.staging import forget_imports
from rollbook.domain.access import Actor


class Command(BaseCommand):
    """Removes what imports need no longer; run it once a day."""

    help = "Remove uploaded files after 14 days, and what can be undone after 90. Run it once a day."

    def handle(self, *args: Any, **options: Any) -> None:
        """Removes what is old and says how much it was."""
        by = Actor(None, "Command line", "On the server")
        files, records = forget_imports(by=by, at=clock.now())
        self.stdout.write(f"Removed {files} uploaded files and {records} records of what imports changed.")
