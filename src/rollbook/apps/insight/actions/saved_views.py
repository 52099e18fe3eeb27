"""Keeping a question of figures, sharing it, saying to whom it is sent each week, and removing it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.insight.models import SavedView, ViewLetter, ViewRecipient
from rollbook.apps.insight.queries.saved_views import TAKEN_FOR, Due, may_change, readers_of, view_of
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused

LONGEST_NAME = 80
MOST_VIEWS = 50
_LONGEST_QUERY = 1000


def save_view(
    *,
    viewer: Viewer,
    name: str,
    query: str,
    is_shared: bool,
    by: Actor,
    at: datetime,
    page: str = SavedView.Page.EXPLORE,
) -> SavedView:
    """Keeps a question of a page under a name. `query` is what the form of that page made of it. Errors: Refused."""
    _refuse_others(viewer)
    own = SavedView.objects.filter(school_id=viewer.school_id, owner_id=viewer.user_id)
    if own.count() >= MOST_VIEWS:
        raise Refused.one(
            "name", f"You keep {MOST_VIEWS} views already. Remove one that is no longer needed."
        )
    if len(query) > _LONGEST_QUERY:
        raise Refused.one("name", "This question is too long to be kept.")
    view = SavedView(
        school_id=viewer.school_id,
        owner_id=viewer.user_id,
        name=_name(name),
        page=SavedView.Page(page),
        query=query,
        is_shared=is_shared and viewer.may(Permission.MEASURES_VIEW),
        made_at=at,
    )
    with transaction.atomic():
        _write(view)
        _record("figures.view.saved", view, by, at, {"shared": view.is_shared})
    return view


def change_view(
    *, viewer: Viewer, view_id: int, name: str, is_shared: bool, by: Actor, at: datetime
) -> SavedView:
    """Gives a view another name, shares it or takes it back. Errors: Refused."""
    view = _own(viewer, view_id)
    view.name = _name(name)
    view.is_shared = is_shared and viewer.may(Permission.MEASURES_VIEW)
    with transaction.atomic():
        _write(view)
        _record("figures.view.changed", view, by, at, {"shared": view.is_shared})
    return view


def remove_view(*, viewer: Viewer, view_id: int, by: Actor, at: datetime) -> None:
    """Removes a view; it is sent to nobody any more. Errors: Refused."""
    view = _own(viewer, view_id)
    with transaction.atomic():
        _record("figures.view.removed", view, by, at, {"name": view.name})
        view.delete()


def send_weekly(
    *, viewer: Viewer, view_id: int, weekday: int | None, people: Collection[int], by: Actor, at: datetime
) -> SavedView:
    """Says on which day of the week (None: no more) and to whom of the school's own staff a view is sent.

    Errors: Refused.
    """
    view = _own(viewer, view_id)
    if not viewer.may(Permission.MEASURES_VIEW):
        raise Refused.one("", "Only the staff team may have figures sent.")
    if weekday is not None and not people:
        raise Refused.one("people", "Choose at least one person, or no day.")
    if weekday is not None and weekday not in SavedView.Weekday.values:
        raise Refused.one("weekday", "Choose a day from Monday to Friday.")
    known = {reader.id for reader in readers_of(viewer, at.date())}
    if not set(people) <= known:
        raise Refused.one("people", "Choose people of this school who may see figures.")
    with transaction.atomic():
        if weekday != view.weekday:
            view.weekday, view.sent_since = weekday, None if weekday is None else at.date()
            view.save(update_fields=["weekday", "sent_since"])
        view.recipients.exclude(user_id__in=people).delete()
        ViewRecipient.objects.bulk_create(
            [ViewRecipient(view=view, user_id=person) for person in people], ignore_conflicts=True
        )
        facts = {"weekday": weekday, "people": sorted(people)}
        _record("figures.view.sending_set", view, by, at, facts)
    return view


def take_on(due: Due, at: datetime) -> ViewLetter | None:
    """Takes a letter on, so that no other run sends it too; None where one has already."""
    try:
        with transaction.atomic():
            return ViewLetter.objects.create(
                view=due.view, user_id=due.reader.user_id, on=due.on, taken_at=at
            )
    except IntegrityError:
        # One that was cut off is taken over, by whoever comes first.
        cut_off = ViewLetter.objects.filter(
            view=due.view, user_id=due.reader.user_id, on=due.on, sent_at=None, taken_at__lte=at - TAKEN_FOR
        )
        if cut_off.update(taken_at=at):
            return ViewLetter.objects.get(view=due.view, user_id=due.reader.user_id, on=due.on)
        return None


def note_sent(*, letter: ViewLetter, by: Actor, at: datetime) -> None:
    """Records that a letter went out."""
    letter.sent_at = at
    with transaction.atomic():
        letter.save(update_fields=["sent_at"])
        _record("figures.view.sent", letter.view, by, at, {"to": letter.user.name})


def give_back(letter: ViewLetter) -> None:
    """A letter that did not get out may be taken on by the next run."""
    letter.delete()


def _write(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise Refused.one(
            "name", f"There is a view called '{view.name}' already. Give another name."
        ) from None


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise Refused.one("name", "Give the view a name.")
    if len(plain) > LONGEST_NAME:
        raise Refused.one("name", f"Give a name of at most {LONGEST_NAME} signs.")
    return plain


def _own(viewer: Viewer, view_id: int) -> SavedView:
    _refuse_others(viewer)
    view = view_of(viewer, view_id)
    if view is None:
        raise Refused.one("", "There is no such view in your school.")
    if not may_change(viewer, view):
        raise Refused.one("", f"Only {view.owner.name} may change this view.")
    return view


def _refuse_others(viewer: Viewer) -> None:
    if not viewer.may(Permission.FIGURES_KEEP):
        raise Refused.one("", "Your role may not keep views of the figures.")


def _record(type: str, view: SavedView, by: Actor, at: datetime, facts: Mapping[str, object]) -> None:
    record(type=type, by=by, at=at, school_id=view.school_id, subject=f"view:{view.pk}", facts=facts)
