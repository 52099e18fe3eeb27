"""The pages whose question can be kept under a name: what each is asked by, and which period it has by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.http import QueryDict

from rollbook.apps.insight.forms.explore import ExploreForm
from rollbook.apps.insight.forms.habits import PatternsForm, PunctualityForm
from rollbook.apps.insight.forms.periods import GroupedForm
from rollbook.apps.insight.models import SavedView
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.periods import PeriodKind


@dataclass(frozen=True, slots=True)
class Keepable:
    """One such page."""

    form: type[GroupedForm]
    usual: PeriodKind


KEEPABLE: Mapping[str, Keepable] = MappingProxyType(
    {
        SavedView.Page.EXPLORE: Keepable(ExploreForm, PeriodKind.YEAR),
        SavedView.Page.PUNCTUALITY: Keepable(PunctualityForm, PeriodKind.WEEK),
        SavedView.Page.PATTERNS: Keepable(PatternsForm, PeriodKind.YEAR),
    }
)


def question_form(viewer: Viewer, page: str, asked: QueryDict, today: date) -> GroupedForm:
    """The question of a page as this viewer may ask it. Errors: KeyError for a page of which nothing is kept."""
    return KEEPABLE[page].form(asked, **asking(viewer, page, today))


def asking(viewer: Viewer, page: str, today: date) -> dict[str, Any]:
    """With what the form of a page is made for a viewer. Errors: KeyError for a page of which nothing is kept."""
    return {
        "names": viewer.may(Permission.MEASURES_VIEW),
        "calendar": timetable(viewer).calendar,
        "today": today,
        "usual": KEEPABLE[page].usual,
    }
