"""Pupils, their time on roll, their group and up to three contacts: the rules are those of the roll."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from rollbook.apps.exchange.actions.kinds.groups import put_group_back
from rollbook.apps.exchange.actions.kinds.kind import ImportKind
from rollbook.apps.exchange.actions.kinds.roll_undo import put_roll_back
from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.exchange.queries.group_undoing import preview_groups
from rollbook.apps.exchange.queries.plans import (
    Options,
    Order,
    Outcome,
    Plan,
    PlannedRow,
    Shown,
    put_together,
)
from rollbook.apps.exchange.queries.undoing import Step, preview_roll
from rollbook.apps.roll.actions.loading import load_pupils
from rollbook.apps.roll.queries.file_plan import LoadOptions, LoadPlan, PlannedPupil, plan_load
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.domain.access import Actor, Viewer
from rollbook.formats.pupil_file import FIELDS, TEMPLATE, proposed, read_pupil_rows
from rollbook.formats.tables import Sheet
from rollbook.ui.words import plain_day, sentence_list


def plan_pupils(viewer: Viewer, sheet: Sheet, places: Mapping[str, int], options: Options) -> Plan:
    """What loading these pupils would do."""
    load = LoadOptions(options.takes_effect_on, makes_groups=options.makes_groups)
    plan = plan_load(viewer, read_pupil_rows(sheet, places, options.today), load)
    rows = [PlannedRow(each.row.line, each.row.name, Outcome.NEW, _new(each)) for each in plan.new]
    rows += [
        PlannedRow(
            each.row.line,
            each.row.name,
            Outcome.CHANGED,
            tuple(Shown(change.words, change.before_words, change.after_words) for change in each.changes),
        )
        for each in plan.changed
    ]
    rows += [PlannedRow(each.row.line, each.row.name, Outcome.UNCHANGED) for each in plan.unchanged]
    return put_together(rows, plan.problems, plan.digest, _notes(plan))


def _new(planned: PlannedPupil) -> tuple[Shown, ...]:
    enrolment, membership = planned.new_enrolment, planned.new_membership
    shown = []
    if enrolment is not None:
        shown.append(Shown("Starting day", "", plain_day(enrolment.first_day)))
    if membership is not None:
        shown.append(
            Shown(f"On the register of {planned.row.group} from", "", plain_day(membership.first_day))
        )
    names = [contact.name for contact in planned.row.contacts]
    if names:
        shown.append(Shown("Contacts", "", sentence_list(names)))
    return tuple(shown)


def _notes(plan: LoadPlan) -> list[str]:
    if not plan.groups_to_make:
        return []
    names = sentence_list(list(plan.groups_to_make))
    return [
        f"These groups are made, from {plain_day(plan.groups_begin_on)}: {names}. Say afterwards who takes them."
    ]


def load_pupil_file(*, viewer: Viewer, order: Order, by: Actor, at: datetime) -> Sequence[Footprint]:
    """Loads pupils. Errors: Refused."""
    loaded = load_pupils(
        viewer=viewer,
        name=order.name,
        sheet=read_pupil_rows(order.sheet, order.places, at.date()),
        options=LoadOptions(order.options.takes_effect_on, makes_groups=order.options.makes_groups),
        good_rows_only=order.good_rows_only,
        seen=order.seen,
        by=by,
        at=at,
    )
    return loaded.footprints


def _is_group(row: ImportedRow) -> bool:
    return row.subject.startswith("teachinggroup:")


def preview_pupils(viewer: Viewer, rows: Sequence[ImportedRow], today: date) -> list[Step]:
    """What undoing would do to each record; the groups that were made come first, so they are put back last."""
    groups = preview_groups(viewer, [row for row in rows if _is_group(row)], today)
    return [*groups, *preview_roll(viewer, [row for row in rows if not _is_group(row)], today)]


def put_pupil_back(*, viewer: Viewer, row: ImportedRow, reason: str, by: Actor, at: datetime) -> None:
    """Sets one record of the roll back, or withdraws a group that was made. Errors: Refused."""
    if _is_group(row):
        put_group_back(viewer=viewer, row=row, reason=reason, by=by, at=at)
    else:
        put_roll_back(viewer=viewer, row=row, reason=reason, by=by, at=at)


PUPILS = ImportKind(
    name="pupils",
    title="Pupils",
    noun="pupil,pupils",
    about=(
        "One pupil a row. Needed: surname, first name, sex, date of birth and teaching group.",
        "Also read: UPN, admission number, starting day, year, names used at school, address, last school, ethnicity, "
        "SEN, free school meals, looked after, and up to three contacts.",
        "A pupil who is there already is found by UPN, then admission number, then name and date of birth, and brought "
        "up to date. Nobody is doubled. An empty cell changes nothing, and a pupil who is not in the file stays.",
    ),
    fields=FIELDS,
    plan=plan_pupils,
    load=load_pupil_file,
    preview_undo=preview_pupils,
    undo_row=put_pupil_back,
    day_help="Changed groups change on this day. It is the starting day of new pupils whose row has none.",
    can_make_groups=True,
    template=TEMPLATE,
    recognise=proposed,
)
