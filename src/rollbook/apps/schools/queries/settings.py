"""What a school's policy may choose, between which bounds, and what it has chosen from which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from rollbook.apps.schools.models import PolicySetting
from rollbook.apps.schools.queries.follow_up_settings import FOLLOW_UP
from rollbook.apps.schools.queries.setting import Setting as Setting
from rollbook.domain.access import Viewer
from rollbook.domain.calendar_checks import LONGEST_OPEN_MINUTES
from rollbook.domain.law import (
    GUIDANCE,
    POLICY,
    REGULATION_10_URL,
    REGULATIONS_2024,
    Citation,
    Confirmation,
)

_LONGEST = max(LONGEST_OPEN_MINUTES, key=lambda dated: dated.first_day)


def _attendance(*, section: str, default: int, lowest: int, **words: Any) -> Setting:
    """A percentage of attendance, which persistent absence bounds from below."""
    return Setting(
        unit="%",
        default=default,
        lowest=lowest,
        highest=100,
        citation=Citation(POLICY, f"section {section}"),
        bound_citation=Citation(GUIDANCE, "persistent absence", Confirmation.SECONDARY),
        **words,
    )


def _lateness(*, unit: str, default: int, lowest: int, highest: int, **words: Any) -> Setting:
    """A part of what counts as repeated lateness, which is the school's own measure."""
    its = Citation(POLICY, "section 4.4")
    return Setting(
        unit=unit, default=default, lowest=lowest, highest=highest, citation=its, bound_citation=its, **words
    )


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        setting.name: setting
        for setting in (
            Setting(
                name="submit_within_minutes",
                title="Registers are submitted within",
                explanation="How long after a register opens its teacher has to submit it before it counts as late.",
                unit="minutes",
                default=15,
                lowest=1,
                highest=_LONGEST.value,
                because=f"A register may not be open for more than {_LONGEST.value} minutes, "
                "so nobody can be given longer than that to submit it.",
                citation=Citation(POLICY, "section 3.5"),
                bound_citation=_LONGEST.citation,
            ),
            _attendance(
                name="low_attendance_percent",
                section="8.4",
                title="Attendance is shown in red below",
                explanation="A pupil whose attendance this year is below this stands out on the register.",
                default=90,
                lowest=90,
                because="A pupil who misses 10% of sessions is persistently absent, so the line can't be below 90%.",
            ),
            _attendance(
                name="aim_percent",
                section="3.1",
                title="The school's aim for attendance is",
                explanation="The line that charts of the school's attendance show beside what was reached.",
                default=95,
                lowest=90,
                because="A pupil who misses 10% of sessions is persistently absent, so the aim can't be below 90%.",
            ),
            _attendance(
                name="concern_percent",
                section="8.3",
                title="A pupil is at risk below",
                explanation="Pupils below it are listed among the pupils of concern, before they are persistently "
                "absent.",
                default=95,
                lowest=91,
                because="At 90% a pupil is persistently absent already, so who is at risk must be told from above it.",
            ),
            _lateness(
                name="late_repeat_lates",
                title="Lateness is repeated from",
                explanation="So many late sessions (L or U) within the school days below mark a pupil on the list of "
                "punctuality.",
                unit="late sessions",
                default=3,
                lowest=2,
                highest=10,
                because="One late session is not a repeat, and a list that waits for more than ten comes too late.",
            ),
            _lateness(
                name="late_repeat_days",
                title="Late sessions are counted within",
                explanation="How many school days in a row are looked at for repeated lateness.",
                unit="school days",
                default=10,
                lowest=5,
                highest=40,
                because="Less than a week says little, and more than eight weeks is no longer the same habit.",
            ),
            Setting(
                name="call_within_minutes",
                title="First-day calls are made within",
                explanation="How long after the morning register closes a parent of every pupil missing without a "
                "reason is to have been rung: 60 minutes after 09:30 is 10:30. In the afternoon the same.",
                unit="minutes",
                default=60,
                lowest=10,
                highest=180,
                because="The policy says on the morning of the first day, and three hours later it is no morning.",
                citation=Citation(POLICY, "section 4.5"),
                bound_citation=Citation(POLICY, "section 4.5"),
            ),
            Setting(
                name="welfare_officer_day",
                title="A welfare officer is considered at",
                explanation="At so many school days in a row without a reason somebody decides whether an education "
                "welfare officer is involved.",
                unit="school days",
                default=3,
                lowest=2,
                highest=10,
                because="On the first day the school is still asking, and after ten days the authority must be told.",
                citation=Citation(POLICY, "section 4.5"),
                bound_citation=Citation(POLICY, "section 4.5"),
            ),
            Setting(
                name="visits_for_illness",
                title="A home visit is thought of on the second day",
                explanation="The policy speaks of two or more days of absence, whatever the reason. A school may leave "
                "illness that a parent has told to the rules on medical evidence.",
                unit="",
                default=1,
                lowest=0,
                highest=1,
                because="The law asks for no visit; the policy names the day.",
                citation=Citation(POLICY, "section 8.4"),
                bound_citation=Citation(POLICY, "section 8.4"),
                words=("Not for illness a parent told", "Of every absence that rests on a parent’s word"),
            ),
            Setting(
                name="claim_minutes",
                title="Who takes a call on has it for",
                explanation="For so long nobody else is offered the same parent’s number, unless they take it over.",
                unit="minutes",
                default=15,
                lowest=5,
                highest=60,
                because="A call takes some minutes, and one that was forgotten must not stop the next person.",
                citation=Citation(POLICY, "section 4.5"),
                bound_citation=Citation(POLICY, "section 4.5"),
            ),
            Setting(
                name="parents_call_minutes_before",
                title="Parents tell of an absence",
                explanation="So many minutes before the morning register opens, at the latest: 15 before 09:00 is "
                "08:45. A later call is marked as such.",
                unit="minutes before the morning register opens",
                default=15,
                lowest=0,
                highest=90,
                because="The policy names a time before school begins; the law names none.",
                citation=Citation(POLICY, "section 4.2"),
                bound_citation=Citation(POLICY, "section 4.2"),
            ),
            Setting(
                name="calls_accepted_minutes_before",
                title="Calls are taken without a word until",
                explanation="The policy names two times (before 09:00 and by 08:45). A call between the two is shown "
                "as later than asked for and not flagged as late.",
                unit="minutes before the morning register opens",
                default=0,
                lowest=0,
                highest=90,
                because="Section 3.7 names the beginning of the school day.",
                citation=Citation(POLICY, "section 3.7"),
                bound_citation=Citation(POLICY, "section 3.7"),
            ),
            Setting(
                name="reported_absence_mail",
                title="The pastoral lead is told of reported absence",
                explanation="By e-mail, with the pupil’s name and group and a link, never the reason.",
                unit="",
                default=1,
                lowest=0,
                highest=2,
                because="The policy asks for an e-mail and names no time.",
                citation=Citation(POLICY, "section 4.2"),
                bound_citation=Citation(POLICY, "section 4.2"),
                words=("Not by e-mail", "At once, one e-mail a call", "Once a morning, at 09:45"),
            ),
            Setting(
                name="leave_notice_days",
                title="Leave is asked for at least",
                explanation="How long before its first day leave of absence should be asked for. A later request is "
                "shown as late, and may be granted all the same.",
                unit="days before",
                default=14,
                lowest=1,
                highest=60,
                because="Leave is never granted afterwards, and nobody can foresee a funeral two months ahead.",
                citation=Citation(POLICY, "section 5.1"),
                bound_citation=Citation(POLICY, "section 5.1"),
            ),
            Setting(
                name="lesson_registers",
                title="Lesson registers",
                explanation="A register for each lesson of the timetable, beside the attendance register and never in "
                "it. A pupil present at registration but missing from a lesson raises an alert.",
                unit="",
                default=0,
                lowest=0,
                highest=1,
                because="The law asks for a register twice a day; lessons are the school's own choice.",
                citation=Citation(POLICY, "section 3.8"),
                bound_citation=Citation(
                    REGULATIONS_2024, "regulation 10", Confirmation.CONFIRMED, REGULATION_10_URL
                ),
                words=("Off", "On"),
            ),
            Setting(
                name="duty_digest",
                title="Each morning’s e-mail of what is to be done",
                explanation="On school mornings everybody with something overdue or due today gets an e-mail with how "
                "many of each, and no names. The list itself is always under To do.",
                unit="",
                default=1,
                lowest=0,
                highest=1,
                because="How people are reminded is the school’s own choice.",
                citation=Citation(POLICY, "section 3"),
                bound_citation=Citation(POLICY, "section 3"),
                words=("Not sent", "Sent"),
            ),
            *FOLLOW_UP,
        )
    }
)

SETTING_DEFAULTS: Mapping[str, int] = MappingProxyType(
    {each.name: each.default for each in SETTINGS.values()}
)


@dataclass(frozen=True, slots=True)
class SettingHistory:
    """A setting with everything that was, is and will be chosen, newest first; `now` is what holds on the day asked."""

    setting: Setting
    now: int
    since: date | None
    rows: tuple[PolicySetting, ...]

    @property
    def in_words(self) -> str:
        """What holds on the day asked, with its unit."""
        return self.setting.with_unit(self.now)

    @property
    def choices(self) -> list[tuple[PolicySetting, str]]:
        """The rows, each with its value in words."""
        return [(row, self.setting.with_unit(row.value)) for row in self.rows]


def settings_on(viewer: Viewer, on: date) -> list[SettingHistory]:
    """Every setting of the viewer's school as it stands on a day, with its history. One query."""
    rows = PolicySetting.objects.filter(school_id=viewer.school_id).order_by("-effective_from")
    by_name: dict[str, list[PolicySetting]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    found = []
    for setting in SETTINGS.values():
        own = by_name.get(setting.name, [])
        current = next((row for row in own if row.effective_from <= on), None)
        found.append(
            SettingHistory(
                setting,
                current.value if current else setting.default,
                current.effective_from if current else None,
                tuple(own),
            )
        )
    return found


def setting_row(viewer: Viewer, row_id: int) -> PolicySetting | None:
    """One choice of the viewer's school; None for any other."""
    return PolicySetting.objects.filter(school_id=viewer.school_id, pk=row_id).first()
