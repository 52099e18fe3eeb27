"""Was a back-up made each month (SI 2024/208 regs 5 and 7)?"""

from datetime import date, datetime, timedelta
from itertools import pairwise

from django.urls import reverse

from rollbook.apps.keeping.models import Backup
from rollbook.domain.access import Viewer
from rollbook.domain.duties import Owed
from rollbook.domain.keeping import LONGEST_DAYS_BETWEEN_BACKUPS


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """The back-up after each one, due 31 days later: made on these days, or still to come. One query.

    The installation's, whichever school looks. Before the first one nothing is owed here: pages warn that none is made.
    """
    del viewer
    made: list[datetime | None] = [
        *Backup.objects.order_by("made_at").values_list("made_at", flat=True),
        None,
    ]
    url = reverse("keeping:keeping")
    found = []
    for before, after in pairwise(made):
        if before is None:
            continue
        due_at = before + timedelta(days=LONGEST_DAYS_BETWEEN_BACKUPS)
        on = (after or due_at).astimezone(now.tzinfo).date()
        is_open_then = after is None and due_at.date() >= first_day
        if first_day <= on <= last_day or is_open_then:
            found.append(
                Owed("keeping.backup", "Everything", "Make a back-up", before, due_at, url, done_at=after)
            )
    return found
