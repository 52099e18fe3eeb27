"""A roll call as its pages show it: the list now, the one that is running, the report."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rollbook.apps.registers.models import RollCall
from rollbook.apps.registers.queries.roll_calls import Call, Line, Ticked
from rollbook.apps.registers.queries.whereabouts import Placed
from rollbook.apps.schools.queries import natural
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.on_site import Whereabouts, is_elsewhere
from rollbook.ui.words import clock_time, local

NO_GROUP = "In no group"
_OFF = (Whereabouts.ELSEWHERE, Whereabouts.LEFT, Whereabouts.ABSENT)


def now_context(viewer: Viewer, placed: Sequence[Placed], mine: Iterable[str]) -> dict[str, Any]:
    """Who is on site now: not known first, then those expected to be away, the groups, and those off site.

    A teacher reads no reasons.
    """
    sees_why = viewer.may(Permission.PUPIL_VIEW_ANY)
    on_site = [each for each in placed if each.is_where is Whereabouts.ON_SITE]
    own = set(mine)
    return {
        "on_site_count": len(on_site),
        "not_known": _rows(placed, Whereabouts.NOT_KNOWN, sees_why=sees_why),
        "expected_away": _rows(placed, Whereabouts.EXPECTED_AWAY, sees_why=sees_why),
        "groups": [
            {"name": name or NO_GROUP, "rows": rows, "mine": name in own}
            for name, rows in _by_group(on_site, own)
        ],
        "off": [{"words": where.words, "rows": _rows(placed, where, sees_why=sees_why)} for where in _OFF],
        "off_count": sum(1 for each in placed if each.is_where in _OFF),
        "sees_why": sees_why,
    }


def _rows(placed: Iterable[Placed], where: Whereabouts, *, sees_why: bool) -> list[dict[str, Any]]:
    return [_row(each, sees_why=sees_why) for each in placed if each.is_where is where]


def _row(placed: Placed, *, sees_why: bool) -> dict[str, Any]:
    pupil = placed.pupil
    # That nobody has marked a pupil is what "not known" says already.
    says_more = placed.marks or placed.moved or placed.is_where is Whereabouts.EXPECTED_AWAY
    return {
        "surname": pupil.surname,
        "forename": pupil.forename,
        "group": pupil.group_name or NO_GROUP,
        "why": _place_or_why(placed) if sees_why and says_more else "",
    }


def _place_or_why(placed: Placed) -> str:
    """Of those at an activity where and with whom, of those expected to be away what was recorded; else why."""
    plan, is_expected = placed.plan, placed.is_where is Whereabouts.EXPECTED_AWAY
    is_there = placed.is_where is Whereabouts.ELSEWHERE and plan and plan.code == placed.marks[-1].code
    if plan is None or not (is_expected or is_there):
        return placed.found.because
    code = BY_SYMBOL[plan.code]
    words = [code.title] if is_expected else []
    if is_elsewhere(code):
        place = plan.provider or plan.note
        words += [place, "" if plan.supervisor in place else plan.supervisor]
    return ", ".join(filter(None, words)) or placed.found.because


def _by_group(placed: Iterable[Placed], own: set[str]) -> list[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in placed:
        found.setdefault(each.pupil.group_name, []).append(_row(each, sees_why=False))
    return sorted(found.items(), key=lambda group: (group[0] not in own, natural(group[0])))


def print_context(placed: Sequence[Placed], *, whole_school: bool) -> dict[str, Any]:
    """Lists to tick by hand: a page a group, or one list of the school; those off site named below."""
    pages: dict[str, list[Placed]] = {}
    for each in placed:
        pages.setdefault("" if whole_school else each.pupil.group_name or NO_GROUP, []).append(each)
    return {
        "pages": [
            {
                "name": name,
                "to_find": [each for each in rows if each.is_where.must_be_found],
                "expected_away": [each for each in rows if each.is_where is Whereabouts.EXPECTED_AWAY],
                "off": [each for each in rows if each.is_where in _OFF],
            }
            for name, rows in sorted(pages.items(), key=lambda page: natural(page[0]))
        ],
        "whole_school": whole_school,
    }


# --- The roll call that is running -----------------------------------------------------------------------------------


def call_context(
    call: Call, now: datetime, group: str | None, mine: Iterable[str], *, sees_why: bool
) -> dict[str, Any]:
    """A roll call to tick: the missing and the not known on top, then the groups; `group` narrows it to one.

    Apart from them, for whoever is here after all, those expected to be away and those who were off site.
    """
    own = set(mine)
    here = reverse("registers:call", args=[call.roll_call.pk])
    shown = [line for line in call.lines if group is None or line.group_name == group]
    unknown = [line for line in shown if line.whereabouts is Whereabouts.NOT_KNOWN]
    present = [line for line in shown if line.whereabouts is Whereabouts.ON_SITE]
    away = [line for line in shown if line.whereabouts is Whereabouts.EXPECTED_AWAY]
    off = [line for line in shown if line.whereabouts in _OFF]
    names = sorted(
        {line.group_name for line in call.lines}, key=lambda name: (name not in own, natural(name))
    )
    groups: dict[str, list[Line]] = {}
    for line in present:
        groups.setdefault(line.group_name, []).append(line)
    return {
        "call": call,
        "kind": RollCall.Kind(call.roll_call.kind).label,
        "seconds": seconds_since(call, now),
        "elapsed": span_words(timedelta(seconds=seconds_since(call, now))),
        "accounted": call.accounted_count,
        "total": len(call.to_find),
        "missing": [_line(line) for line in call.missing],
        "sections": [
            {"name": "Not known: look for them first", "slug": "unknown", "is_unknown": True}
            | _counts(unknown, here, names_group=True),
            *(
                {"name": name or NO_GROUP, "slug": f"g{number}", "is_unknown": False}
                | _counts(groups[name], here, names_group=False)
                for number, name in enumerate(names)
                if name in groups
            ),
        ],
        "expected_away": [_drawn(line, here, names_group=True, sees_why=sees_why) for line in away],
        "off": [_drawn(line, here, names_group=True, sees_why=sees_why) for line in off],
        "choices": [
            {"name": name or NO_GROUP, "value": name, "mine": name in own, "current": name == group}
            for name in names
        ],
        "group": group,
        "group_words": None if group is None else group or NO_GROUP,
    }


def _counts(lines: Sequence[Line], here: str, *, names_group: bool) -> dict[str, Any]:
    return {
        "rows": [_drawn(line, here, names_group=names_group) for line in lines],
        "done": sum(1 for line in lines if line.ticked is not None and line.ticked.is_accounted),
        "count": len(lines),
    }


# Drawn here and not in the template: so a roll call of 1,500 pupils opens in a fraction of the time.
_ROW = (
    '<li class="rc__row" id="p{id}" data-pupil="{id}" data-state="{state}">'
    '<span class="rc__who"><b>{surname}</b>, {forename}{group}{why}<span class="rc__said">{said}</span></span>'
    '<span class="rc__acts"><button class="rc__here" name="tick" value="here:{id}">Here{whom}</button>'
    '<button class="rc__miss" name="tick" value="missing:{id}">Missing{whom}</button>'
    '<a class="rc__else" href="{here}elsewhere/{id}/">Elsewhere{whom}</a>'
    '<button class="rc__back" name="tick" value="open:{id}">Take back{whom}</button></span></li>'
)


def _drawn(line: Line, here: str, *, names_group: bool, sees_why: bool = False) -> SafeString:
    """A pupil's row with what can be pressed; the style sheet leaves away what is said already."""
    group = line.group_name or NO_GROUP
    return format_html(
        _ROW,
        id=line.pupil_id,
        state=line.state,
        surname=line.surname,
        forename=line.forename,
        group=format_html(' <span class="quiet">{}</span>', group) if names_group else "",
        why=format_html(' <span class="quiet">· {}</span>', line.because) if sees_why else "",
        said=said_words(line.ticked),
        whom=format_html('<span class="vh"> {}</span>', line.name),
        here=here,
    )


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.pupil_id,
        "surname": line.surname,
        "forename": line.forename,
        "group": line.group_name or NO_GROUP,
        "state": line.state,
        "said": said_words(line.ticked),
        "where": line.whereabouts.words,
    }


def said_words(ticked: Ticked | None) -> str:
    """What was last said, by whom and when: "Here, 10:04, Ola Office"; "" where nothing stands."""
    if ticked is None or ticked.state == "open":
        return ""
    what = {"here": "Here", "missing": "Missing", "elsewhere": "Safe elsewhere"}[ticked.state]
    what = f"{what}: {ticked.note}" if ticked.note else what
    return f"{what}, {clock_time(ticked.at)}, {ticked.by_name}"


def news_of(call: Call, after: int, now: datetime) -> dict[str, Any]:
    """What has changed since a tick, for the page that keeps itself fresh; all that is said, if anything has."""
    changed = call.lines if call.last_tick > after else []
    return {
        "after": call.last_tick,
        "pupils": [[line.pupil_id, line.state, said_words(line.ticked)] for line in changed if line.ticked],
        "missing": [
            [line.pupil_id, line.surname, line.forename, f"{line.group_name} · {said_words(line.ticked)}"]
            for line in call.missing
        ],
        "accounted": call.accounted_count,
        "total": len(call.to_find),
        "seconds": seconds_since(call, now),
        "ended": call.end is not None,
    }


def seconds_since(call: Call, now: datetime) -> int:
    """For how long a roll call has been running, or ran."""
    until = call.end.at if call.end else now
    return max(0, int((until - call.roll_call.at).total_seconds()))


def span_words(span: timedelta | None) -> str:
    """4:07, or 1:02:09 from an hour; "" for none."""
    if span is None:
        return ""
    seconds = int(span.total_seconds())
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def report_context(call: Call, now: datetime, *, sees_why: bool) -> dict[str, Any]:
    """The report of a roll call that is over: when, who, how long, who was not found."""
    lines = sorted(call.to_find, key=lambda line: (natural(line.group_name), line.surname, line.forename))
    not_found = [line for line in lines if line.ticked is None or not line.ticked.is_accounted]
    return {
        "call": call,
        "kind": RollCall.Kind(call.roll_call.kind).label,
        "lasted": span_words(timedelta(seconds=seconds_since(call, now))),
        "all_after": span_words(call.all_accounted_after),
        "accounted": call.accounted_count,
        "total": len(lines),
        "not_found": [_line(line) for line in not_found],
        "rows": [_reported(line, call, sees_why=sees_why) for line in lines],
        "off": [
            {"name": line.name, "group": line.group_name or NO_GROUP, "why": _why(line, sees_why=sees_why)}
            for line in call.lines
            if not line.counts
        ],
        "took_part": call.took_part,
    }


def _reported(line: Line, call: Call, *, sees_why: bool) -> dict[str, Any]:
    ticked = line.ticked
    return _line(line) | {
        "start": _why(line, sees_why=sees_why),
        "after": span_words(ticked.at - call.roll_call.at) if ticked else "",
        "said": said_words(ticked) or "Nobody ticked this pupil",
        "is_open": ticked is None or not ticked.is_accounted,
    }


def _why(line: Line, *, sees_why: bool) -> str:
    return line.because if sees_why else line.whereabouts.words


def past_rows(calls: Sequence[RollCall]) -> list[dict[str, Any]]:
    """Earlier roll calls for the list."""
    return [
        {
            "id": call.pk,
            "kind": RollCall.Kind(call.kind).label,
            "on": local(call.at).date(),
            "at": clock_time(call.at),
            "lasted": span_words(call.end.at - call.at) if hasattr(call, "end") else "",
            "by": call.by_name,
        }
        for call in calls
    ]
