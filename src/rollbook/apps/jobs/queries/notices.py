"""What those who see to the background are told on the first pages."""

from datetime import datetime

from django.urls import reverse

from rollbook.apps.jobs.queries.runs import is_alive, open_failures
from rollbook.domain.access import Permission, Viewer


def notices_for(viewer: Viewer, now: datetime) -> list[dict[str, str]]:
    """That nothing goes on in the background, or that something failed. Two queries; none for others."""
    if not viewer.may(Permission.JOBS_VIEW):
        return []
    act = {"href": reverse("jobs:work"), "act": "Background work"}
    found = []
    if not is_alive(now):
        title = "Nothing is being done in the background."
        text = "Messages wait and nothing is sent until “rollbook worker” runs on the server."
        found.append({"title": title, "text": text, **act})
    failed = sorted({run.job for run in open_failures(viewer)[:20]})
    if failed:
        found.append({"title": "Background work failed.", "text": f"{'; '.join(failed)}.", **act})
    return found
