"""Parts that an app puts on another app's page: a figure, a chart, a card of its own making."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from rollbook.domain.access import Viewer


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a page: its template, which finds `context` under the name `part`."""

    template: str
    context: Mapping[str, Any]


def parts_for(page: str, viewer: Viewer, now: datetime, *about: Any) -> dict[str, list[Part]]:
    """What the apps above put on a page, by the place on it; `ROLLBOOK_PARTS` names who makes them, in their order.

    Shape: each maker is asked (viewer, now, *about) and answers with a part for each place where it has one. `about` is
    what the page is about, such as the pupil's id. In the template: `{% for part in parts.main %}{% include
    part.template with part=part.context %}{% endfor %}`.
    """
    makers: Sequence[str] = getattr(settings, "ROLLBOOK_PARTS", {}).get(page, ())
    found: dict[str, list[Part]] = {}
    for maker in makers:
        for place, part in import_string(maker)(viewer, now, *about).items():
            found.setdefault(place, []).append(part)
    return found
