"""The letters that bring a kept view each week: each shows what its reader may see, and no more."""

from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.mail import EmailMessage
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from rollbook.apps.insight.forms.explore import ExploreForm
from rollbook.apps.insight.forms.habits import PatternsForm, PunctualityForm
from rollbook.apps.insight.forms.keepable import question_form
from rollbook.apps.insight.forms.periods import GroupedForm
from rollbook.apps.insight.presenters.explore import explore_context
from rollbook.apps.insight.presenters.exporting import notes_of, table_of
from rollbook.apps.insight.presenters.habit_files import patterns_table, punctuality_table
from rollbook.apps.insight.queries.exploring import explore
from rollbook.apps.insight.queries.patterns import patterns
from rollbook.apps.insight.queries.punctuality import punctuality
from rollbook.apps.insight.queries.saved_views import Due
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.periods import Period
from rollbook.formats.spreadsheet import csv_file
from rollbook.ui.answers import file_name
from rollbook.ui.words import long_day


class NotSent(Exception):
    """The letter did not get out; the text says why."""


def send_letter(due: Due, address: str, now: datetime) -> None:
    """Sends one letter. `address` is where the server is reached. Errors: NotSent."""
    letter = letter_of(due, address, now)
    try:
        letter.send()
    except (OSError, SMTPException) as error:
        raise NotSent(str(error)) from error


def letter_of(due: Due, address: str, now: datetime) -> EmailMessage:
    """The letter with its table as a file. Errors: NotSent where the reader may not ask this question."""
    reader, view = due.reader, due.view
    form = question_form(reader, view.page, QueryDict(view.query), now.date())
    if not form.is_valid():
        raise NotSent(f"{reader.name} may not see this view, or its period has no school days.")
    asked = urlencode([*parse_qsl(view.query), ("view", view.pk)])
    context = {
        "reader": reader,
        "view": view,
        "day": long_day(due.on).split()[0],
        "link": f"{address.rstrip('/')}{reverse(f'insight:{view.page}')}?{asked}",
    }
    letter = _explored(reader, form, now) if isinstance(form, ExploreForm) else _habits(reader, form, now)
    text = render_to_string(letter.template, context | letter.context)
    subject = f"{view.name}: {letter.period.words}, {reader.school_name}"
    message = EmailMessage(" ".join(subject.split()), text, to=[reader.email])
    message.attach(f"{file_name(view.name, due.on)}.csv", letter.table, "text/csv")
    return message


@dataclass(frozen=True, slots=True)
class _Letter:
    """What a letter is made of, whichever page it is of."""

    template: str
    context: dict[str, Any]
    period: Period
    table: bytes


def _explored(reader: Viewer, form: ExploreForm, now: datetime) -> _Letter:
    found = explore(reader, form.question, now)
    context = explore_context(found, form.query, names=reader.may(Permission.MEASURES_VIEW))
    headings, rows = table_of(found)
    table = csv_file(headings, [*rows, [""], *notes_of(found, reader.school_name, now)])
    return _Letter("insight/email/view.txt", context, found.question.period, table)


def _habits(reader: Viewer, form: GroupedForm, now: datetime) -> _Letter:
    """Groups only: whom a letter goes astray to must not learn a pupil's name."""
    if isinstance(form, PunctualityForm):
        made = punctuality_table(punctuality(reader, form.asked, now), form.asked, reader.school_name, now)
    elif isinstance(form, PatternsForm):
        made = patterns_table(patterns(reader, form.asked, now), form.asked, reader.school_name, now)
    else:
        raise NotSent("Nothing of this page can be sent.")
    table = csv_file(made.headings, [*made.rows, [""], *made.notes])
    return _Letter("insight/email/groups.txt", {"made": made, "period": made.period}, made.period, table)
