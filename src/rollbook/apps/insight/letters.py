"""The letters that bring a kept view each week: each shows what its reader may see, and no more."""

from datetime import datetime
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from rollbook.apps.insight.forms.explore import ExploreForm
from rollbook.apps.insight.presenters.explore import explore_context
from rollbook.apps.insight.presenters.exporting import notes_of, table_of
from rollbook.apps.insight.queries.exploring import explore
from rollbook.apps.insight.queries.saved_views import Due
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission
from rollbook.domain.periods import PeriodKind
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
    names = reader.may(Permission.MEASURES_VIEW)
    form = ExploreForm(
        QueryDict(view.query),
        names=names,
        calendar=timetable(reader).calendar,
        today=now.date(),
        usual=PeriodKind.YEAR,
    )
    if not form.is_valid():
        raise NotSent(f"{reader.name} may not see this view, or its period has no school days.")
    found = explore(reader, form.question, now)
    headings, rows = table_of(found)
    context = explore_context(found, form.query, names=names) | {
        "reader": reader,
        "view": view,
        "day": long_day(due.on).split()[0],
        "link": f"{address.rstrip('/')}{reverse('insight:explore')}?{view.query}&view={view.pk}",
    }
    text = render_to_string("insight/email/view.txt", context)
    subject = f"{view.name}: {found.question.period.words}, {reader.school_name}"
    letter = EmailMessage(" ".join(subject.split()), text, to=[reader.email])
    content = csv_file(headings, [*rows, [""], *notes_of(found, reader.school_name, now)])
    letter.attach(f"{file_name(view.name, due.on)}.csv", content, "text/csv")
    return letter
