"""What the audit log asks of the apps above it: the names of pupils, groups and people, and where their pages are."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from rollbook.apps.absence.queries.sources import sources_of
from rollbook.apps.accounts.models import User
from rollbook.apps.insight.queries.saved_views import view_names
from rollbook.apps.lessons.queries.names import lesson_names
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import TeachingGroup
from rollbook.apps.support.queries.meetings import meetings_called
from rollbook.apps.support.queries.supports import supports_called
from rollbook.domain.access import Permission, Viewer

# More pupils of one name than this are better told apart by the pupil's page.
_MOST_PUPILS = 50


def names_of(viewer: Viewer, subjects: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Words and address of each subject ("pupil:12") of the viewer's school that the viewer may know.

    One query for each kind that occurs.
    """
    found: dict[str, tuple[str, str]] = {}
    if (pupils := _ids(subjects, "pupil")) and viewer.may(Permission.PUPIL_VIEW_ANY):
        for pupil in Pupil.objects.filter(school_id=viewer.school_id, pk__in=pupils).only(
            "surname", "forename"
        ):
            words = f"{pupil.forename} {pupil.surname}"
            found[f"pupil:{pupil.pk}"] = (words, _address("registers:pupil", pupil.pk))
    if groups := _ids(subjects, "group"):
        for group in TeachingGroup.objects.filter(school_id=viewer.school_id, pk__in=groups).only("name"):
            found[f"group:{group.pk}"] = (group.name, "")
    if people := _ids(subjects, "person"):
        rows = User.objects.filter(appointments__school_id=viewer.school_id, pk__in=people).distinct()
        may_open = viewer.may(Permission.STAFF_MANAGE)
        for person in rows.only("name"):
            url = _address("accounts:person", person.pk) if may_open else ""
            found[f"person:{person.pk}"] = (person.name, url)
    if f"school:{viewer.school_id}" in subjects:
        found[f"school:{viewer.school_id}"] = ("the whole school", "")
    found |= view_names(viewer, _ids(subjects, "view"))
    return (
        found
        | lesson_names(viewer, subjects)
        | _records(viewer, subjects)
        | supports_called(viewer, subjects)
        | meetings_called(viewer, subjects)
    )


def _records(viewer: Viewer, subjects: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Activities and agreements, for those who may see pupils: some are named after what happened to one."""
    return sources_of(viewer, subjects) if viewer.may(Permission.PUPIL_VIEW_ANY) else {}


def pupils_called(viewer: Viewer, name: str) -> list[str]:
    """The pupils of the viewer's school whose names hold every word of `name`, as subjects. One query."""
    if not viewer.may(Permission.PUPIL_VIEW_ANY):
        return []
    pupils = Pupil.objects.filter(school_id=viewer.school_id)
    for word in name.split():
        pupils = pupils.filter(Q(surname__icontains=word) | Q(forename__icontains=word))
    return [f"pupil:{number}" for number in pupils.values_list("pk", flat=True)[:_MOST_PUPILS]]


def _ids(subjects: Iterable[str], kind: str) -> list[int]:
    pairs = (subject.partition(":") for subject in subjects)
    return [int(number) for name, _, number in pairs if name == kind and number.isdigit()]


def _address(name: str, number: int) -> str:
    try:
        return reverse(name, args=[number])
    except NoReverseMatch:
        return ""
