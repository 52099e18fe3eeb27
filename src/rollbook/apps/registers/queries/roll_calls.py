"""Roll calls: the one that is running, what was ticked, how long it took."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rollbook.apps.registers.models import RollCall, RollCallEnd, RollCallPupil, RollCallTick
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.on_site import Whereabouts

_ACCOUNTED = {RollCallTick.State.HERE.value, RollCallTick.State.ELSEWHERE.value}


@dataclass(frozen=True, slots=True)
class Ticked:
    """What was last said of a pupil."""

    state: str
    note: str
    at: datetime
    by_name: str

    @property
    def is_accounted(self) -> bool:
        """Whether nobody needs to look for the pupil any more."""
        return self.state in _ACCOUNTED


@dataclass(frozen=True, slots=True)
class Line:
    """A pupil on the list, as they were at the start, and what was last said of them."""

    pupil_id: int
    surname: str
    forename: str
    group_name: str
    whereabouts: Whereabouts
    because: str
    ticked: Ticked | None

    @property
    def name(self) -> str:
        """First name then surname, as called out."""
        return f"{self.forename} {self.surname}"

    @property
    def state(self) -> str:
        """What was last said, "open" where nothing was or it was taken back."""
        return self.ticked.state if self.ticked else RollCallTick.State.OPEN.value

    @property
    def counts(self) -> bool:
        """Whether the pupil is one of those to be found: on site or not known at the start, or ticked since."""
        return self.whereabouts.must_be_found or self.state != RollCallTick.State.OPEN.value


@dataclass(frozen=True)
class Call:
    """A roll call with its list. Shape: `lines` by surname; `last_tick` is the id of the newest tick, 0 for none."""

    roll_call: RollCall
    end: RollCallEnd | None
    lines: list[Line]
    last_tick: int
    tick_count: int
    took_part: list[str]

    @property
    def to_find(self) -> list[Line]:
        """Those who count: to be accounted for."""
        return [line for line in self.lines if line.counts]

    @property
    def missing(self) -> list[Line]:
        """Those somebody called and did not find."""
        return [line for line in self.lines if line.state == RollCallTick.State.MISSING.value]

    @property
    def open_lines(self) -> list[Line]:
        """Those nobody has ticked yet."""
        return [line for line in self.to_find if line.state == RollCallTick.State.OPEN.value]

    @property
    def accounted_count(self) -> int:
        """How many of those who count are accounted for."""
        return sum(1 for line in self.to_find if line.ticked is not None and line.ticked.is_accounted)

    @property
    def all_accounted_after(self) -> timedelta | None:
        """How long it took until the last pupil was accounted for; None where somebody still is not."""
        ticks = [line.ticked for line in self.to_find]
        found = [ticked.at for ticked in ticks if ticked is not None and ticked.is_accounted]
        if not found or len(found) < len(ticks):
            return None
        return max(found) - self.roll_call.at


def running_call(viewer: Viewer, on: date) -> RollCall | None:
    """The roll call of the viewer's school that began on this day and is not over. One query."""
    start = datetime(on.year, on.month, on.day, tzinfo=LONDON)
    return (
        RollCall.objects.filter(school_id=viewer.school_id, at__gte=start, end=None)
        .order_by("-number")
        .first()
    )


def last_number(viewer: Viewer) -> int:
    """The number of the school's newest roll call, 0 where there was none. One query."""
    newest = RollCall.objects.filter(school_id=viewer.school_id).order_by("-number").first()
    return newest.number if newest else 0


def roll_call_of(viewer: Viewer, call_id: int) -> RollCall | None:
    """A roll call of the viewer's school; None for any other. One query."""
    return RollCall.objects.select_related("end").filter(school_id=viewer.school_id, pk=call_id).first()


def call_of(viewer: Viewer, call_id: int) -> Call | None:
    """A roll call with its whole list and what was ticked; None for another school's. Three queries."""
    found = roll_call_of(viewer, call_id)
    if found is None:
        return None
    newest: dict[int, Ticked] = {}
    people: dict[str, None] = {}
    last_tick = count = 0
    for tick_id, pupil_id, state, note, at, by_name in _ticks(call_id):
        newest[pupil_id] = Ticked(state, note, at, by_name)
        people[by_name] = None
        last_tick, count = tick_id, count + 1
    rows = RollCallPupil.objects.filter(roll_call_id=call_id).values_list(
        "pupil_id", "surname", "forename", "group_name", "whereabouts", "because"
    )
    lines = [
        Line(pupil_id, surname, forename, group, Whereabouts(where), because, newest.get(pupil_id))
        for pupil_id, surname, forename, group, where, because in rows
    ]
    return Call(found, getattr(found, "end", None), lines, last_tick, count, list(people))


def _ticks(call_id: int) -> Iterable[tuple[int, int, str, str, datetime, str]]:
    rows = RollCallTick.objects.filter(roll_call_id=call_id).order_by("id")
    return rows.values_list("id", "pupil_id", "state", "note", "at", "by_name")


def newest_tick(call_id: int, pupil_id: int) -> RollCallTick | None:
    """What was last said of a pupil in a roll call. One query."""
    return RollCallTick.objects.filter(roll_call_id=call_id, pupil_id=pupil_id).order_by("-id").first()


def is_on_list(call_id: int, pupil_id: int) -> bool:
    """Whether a pupil is on the list of a roll call. One query."""
    return RollCallPupil.objects.filter(roll_call_id=call_id, pupil_id=pupil_id).exists()


def past_calls(viewer: Viewer, count: int) -> list[RollCall]:
    """The latest roll calls of the viewer's school, newest first, each with its end. One query."""
    return list(
        RollCall.objects.select_related("end").filter(school_id=viewer.school_id).order_by("-number")[:count]
    )


def history_of_call(call_id: int) -> list[RollCallTick]:
    """Every tick of a roll call in the order it was made, each with its pupil. One query."""
    return list(RollCallTick.objects.select_related("pupil").filter(roll_call_id=call_id).order_by("id"))
