"""What those who see to the messages are told on the first pages."""

from datetime import datetime

from django.urls import reverse

from rollbook.apps.post.queries.messages import failed_count
from rollbook.domain.access import Permission, Viewer


def notices_for(viewer: Viewer, now: datetime) -> list[dict[str, str]]:
    """That messages did not get through. One query; none for others."""
    if not viewer.may(Permission.POST_VIEW):
        return []
    count = failed_count(viewer, now.date())
    if not count:
        return []
    title = "A message did not get through." if count == 1 else f"{count} messages did not get through."
    text = "Put the address right, send it again, or tell the person in another way."
    return [{"title": title, "text": text, "href": reverse("post:messages"), "act": "Messages sent"}]
