"""What else is planned for pupils on the days of a record, as sentences for its page and for the check before it."""

from collections.abc import Iterable

from rollbook.apps.absence.queries.previews import Clash
from rollbook.ui.words import sentence_list, short_day

Notice = dict[str, str]
"""Shape: `title`, `text`, and `href` with `act` where there is something to open: what `ui/notice.html` takes."""


def suspended_pupils(clashes: Iterable[Clash], code: str) -> list[Notice]:
    """The pupils of an activity who are suspended on its days: E goes before the activity."""
    return [
        {
            "title": f"{clash.name} is suspended on {_days(clash)}.",
            "text": f"A suspended pupil does not go on the school’s activities: {code} is not filled in. "
            "Take the pupil off, unless the suspension is to be put right.",
            **_link(clash, "Open the suspension"),
        }
        for clash in clashes
        if clash.code == "E" and clash.stays
    ]


def activities_of_suspended(clashes: Iterable[Clash]) -> list[Notice]:
    """The activities that a suspended pupil is on: E goes before them, unless the pupil is taught there meanwhile."""
    return [
        {
            "title": f"{clash.name} is also on {clash.record or clash.words} on {_days(clash)} ({clash.code}).",
            "text": f"A suspended pupil does not go on the school’s activities: {clash.code} is not filled in. "
            "Take the pupil off. Where the pupil is taught meanwhile is recorded with the suspension.",
            **_link(clash, "Open the activity"),
        }
        for clash in clashes
        if clash.is_activity and not clash.stays
    ]


def _days(clash: Clash) -> str:
    more = [f"{clash.more_days} more {'day' if clash.more_days == 1 else 'days'}"] if clash.more_days else []
    return sentence_list([*map(short_day, clash.days), *more])


def _link(clash: Clash, act: str) -> dict[str, str]:
    return {"href": clash.url, "act": act} if clash.url else {}
