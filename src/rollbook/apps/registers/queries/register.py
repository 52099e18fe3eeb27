"""Everything the screen of one register shows, in seven queries."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localtime

from rollbook.analytics.packed import PackedYear
from rollbook.apps.registers.models import Movement, Save
from rollbook.apps.registers.queries.facts import Known, is_closed_by, known_about
from rollbook.apps.registers.queries.marks import Versions, is_marked, versions_of
from rollbook.apps.registers.queries.whereabouts import movements_of
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.roll.queries import RollPupil, pupils_of_group
from rollbook.apps.schools.queries import Group, group_on, groups_on, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.law import Finding
from rollbook.domain.marks import (
    RegisterState,
    RegisterTimes,
    SchoolSession,
    register_state,
    was_submitted_in_time,
)

RECENT_DAYS = 5


@dataclass(frozen=True)
class RegisterSheet:
    """One group's register for one half-day, as far as it is. `paper` is the save that keyed it in, where one did.

    `moved` is what the desk wrote down before the session's end, by pupil id.
    Shape: `versions` and `known` by pupil id, `known` for every pupil; `counts[i]` is (attended, possible) of
    `pupils[i]` this year up to the day before.
    """

    group: Group
    on: date
    session: SchoolSession
    times: RegisterTimes
    pupils: list[RollPupil]
    versions: dict[int, Versions]
    known: dict[int, Known]
    moved: dict[int, list[Movement]]
    year: PackedYear
    counts: list[tuple[int, int]]
    recent_days: list[date]
    state: Finding[RegisterState]
    within_minutes: int
    low_percent: int
    calendar: SchoolCalendar
    paper: Save | None


def may_see_group(viewer: Viewer, group: Group | None) -> bool:
    """Whether this viewer may look at a group's registers: any where their role sees every pupil, else their own.

    `group` is the group as it is today: who takes it now sees its earlier days, who took it then no longer does.
    """
    if viewer.may(Permission.PUPIL_VIEW_ANY):
        return True
    is_theirs = group is not None and viewer.user_id in group.teacher_ids
    return is_theirs and viewer.may(Permission.REGISTER_TAKE_OWN)


def group_to_see(viewer: Viewer, group_id: int, on: date, today: date) -> Group | None:
    """A group as it is on a day; None where this viewer may not look at its registers today."""
    group = group_on(viewer, group_id, on)
    if group is None:
        return None
    now = group if on == today or viewer.may(Permission.PUPIL_VIEW_ANY) else group_on(viewer, group_id, today)
    return group if may_see_group(viewer, now) else None


def groups_taken(viewer: Viewer, today: date) -> frozenset[int]:
    """The groups whose registers this viewer takes today."""
    return frozenset(group.id for group in groups_on(viewer, today) if viewer.user_id in group.teacher_ids)


def register_sheet(
    viewer: Viewer, group_id: int, on: date, school_session: SchoolSession, now: datetime
) -> RegisterSheet | None:
    """The register of a group; None where the viewer may not see it or no register is taken that day."""
    group = group_to_see(viewer, group_id, on, now.date())
    rules = timetable(viewer)
    times = rules.calendar.times(on, school_session)
    if group is None or times is None:
        return None
    pupils = pupils_of_group(viewer, group_id, on)
    ids = [pupil.id for pupil in pupils]
    versions = versions_of(viewer.school_id, on, school_session, ids)
    year = packed_year(viewer.school_id, year_bounds(rules.calendar, on))
    counts = year.counts(ids, up_to_column=year.column(on, is_pm=False))
    within = rules.setting("submit_within_minutes", on)
    state = state_of(times, on, now, len(pupils), sum(map(is_marked, versions.values())), within)
    return RegisterSheet(
        group=group,
        on=on,
        session=school_session,
        times=times,
        pupils=pupils,
        versions=versions,
        known=known_about(
            viewer,
            on,
            school_session,
            {pupil.id: pupil.born_on for pupil in pupils},
            is_site_closed=is_closed_by(versions.values()),
        ),
        moved=_moved(viewer, on, times, ids),
        year=year,
        counts=[(int(attended), int(possible)) for attended, possible in counts],
        recent_days=list(rules.calendar.previous_school_days(on, RECENT_DAYS)),
        state=state,
        within_minutes=within,
        low_percent=rules.setting("low_attendance_percent", on),
        calendar=rules.calendar,
        paper=_keyed_in(versions, times, on, within) if state.answer is RegisterState.SUBMITTED else None,
    )


def _moved(viewer: Viewer, on: date, times: RegisterTimes, ids: list[int]) -> dict[int, list[Movement]]:
    return {
        pupil_id: before
        for pupil_id, moved in movements_of(viewer, on, ids).items()
        if (before := [each for each in moved if each.moved_at < times.session_ends_at])
    }


def _keyed_in(
    versions: dict[int, Versions], times: RegisterTimes, on: date, within_minutes: int
) -> Save | None:
    """The last save of these first marks that was keyed in from paper. One query, none where all were saved in time."""
    last = localtime(max(each[0].at for each in versions.values()))
    if last.date() == on and was_submitted_in_time(times, last.time(), within_minutes).answer:
        return None
    firsts = {each[0].save_made_id for each in versions.values()}
    return Save.objects.filter(pk__in=firsts, taken_on_paper_at__isnull=False).order_by("number").last()


def state_of(
    times: RegisterTimes, on: date, now: datetime, on_roster: int, marked: int, within_minutes: int
) -> Finding[RegisterState]:
    """How far a register is at a moment."""
    today = now.date()
    return register_state(
        times,
        now.time() if on == today else None,
        on_roster,
        marked,
        within_minutes,
        is_past_day=on < today,
        is_future_day=on > today,
    )
