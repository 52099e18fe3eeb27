"""The columns of the DfE's attendance tables: keys, counts, and which rate is of which count.

The codes changed on 19 August 2024 and the columns with them. Which set a file has is read from the file.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.dfe_windows import DfeYear


class Period(StrEnum):
    """Of which days is a row of the table: of a week, or of the academic year so far?"""

    WEEK = "week"
    YEAR_TO_DATE = "ytd"


class TotalRule(StrEnum):
    """How are the rates of all schools made of those of primary, secondary and special schools?

    WEIGHTED: each phase's rate counts by its enrolments in the census. POOLED: their sessions are put together.
    """

    WEIGHTED = "weighted"
    POOLED = "pooled"


POOLED_FROM = DfeYear(2025)
"""The first academic year whose tables are pooled. Source: found in the published tables; the DfE doesn't say."""

GEOGRAPHY = (
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "new_la_code",
    "la_name",
    "old_la_code",
)
PHASE_HEADINGS = ("school_type", "education_phase")
TOTAL = "Total"
NATIONAL, REGIONAL, AUTHORITY = "National", "Regional", "Local authority"
SUMS = (
    "present_sessions",
    "overall_attendance",
    "approved_educational_activity",
    "overall_absence",
    "authorised_absence",
    "unauthorised_absence",
    "late_sessions",
    "possible_sessions",
)
# As the published tables have them: marks of presence, then the codes of each class. X is there for its use under
# Covid only, D was printed until 2023/24 though it is in no total; F, Y, Z and # never are.
_PUBLISHED = (
    *("present_am", "present_pm", "present", "l", "i", "m", "r", "s", "t", "h", "e", "c", "c1", "j1", "c2"),
    *("b", "d", "j", "p", "v", "w", "k", "g", "u", "o", "n", "x"),
)
_REASON = re.compile(r"reason_(present_am|present_pm|present|[a-z]\d?)(?:_|$)")
_COVID = "covid"
_RATE_OF_SUM: Mapping[str, str] = MappingProxyType(
    {
        "attendance_perc": "overall_attendance",
        "overall_absence_perc": "overall_absence",
        "authorised_absence_perc": "authorised_absence",
        "unauthorised_absence_perc": "unauthorised_absence",
    }
)
_RATE_OF_CODE: Sequence[tuple[str, str]] = (
    ("illness_perc", "i"),
    ("appointments_perc", "m"),
    ("unauth_hol_perc", "g"),
    ("unauth_oth_perc", "o"),
    ("unauth_late_registers_closed_perc", "u"),
    ("unauth_not_yet_perc", "n"),
    ("auth_religious_perc", "r"),
    ("auth_study_perc", "s"),
    ("auth_grt_perc", "t"),
    ("auth_mob_perc", "t"),
    ("auth_holiday_perc", "h"),
    ("auth_excluded_perc", "e"),
    ("auth_performance_perc", "c1"),
    ("auth_interview_perc", "j1"),
    ("auth_part_time_perc", "c2"),
    ("auth_other_perc", "c"),
    ("covid_non_compulsory_perc", "x"),
)
# Only in tables with the codes until August 2024, and only in those with today's.
_OLD_RATES = frozenset({"auth_grt_perc", "auth_holiday_perc"})
_NEW_RATES = frozenset({"auth_mob_perc"})


class Columns:
    """Which columns has the published table of a raw file with these headings?

    Shape: `counts` are summed, `rates` say for each rate of which count it is the share of the possible sessions.
    """

    def __init__(self, headings: Sequence[str]) -> None:
        by_code: dict[str, str] = {}
        for heading in headings:
            found = _REASON.match(heading)
            if found and (found[1] != "x" or _COVID in heading):
                by_code.setdefault(found[1], heading)
        self.phase = next((heading for heading in PHASE_HEADINGS if heading in headings), "")
        self.has_new_codes = "c2" in by_code
        shown = [code for code in _PUBLISHED if code in by_code and not (code == "d" and self.has_new_codes)]
        self.counts = (*SUMS, *(by_code[code] for code in shown))
        absent = _OLD_RATES if self.has_new_codes else _NEW_RATES
        self.rates = dict(_RATE_OF_SUM) | {
            rate: by_code[code] for rate, code in _RATE_OF_CODE if code in shown and rate not in absent
        }


def columns_of(columns: Columns, period: Period) -> list[str]:
    """The headings of the published table, in its order."""
    keys = [*GEOGRAPHY, columns.phase, "num_schools", "enrolments"]
    figures = [*columns.counts, "total_num_schools", "total_enrolments", *columns.rates]
    if period is Period.WEEK:
        return ["time_period", "time_identifier", *keys, *figures]
    return ["time_period", *keys, *figures, "time_identifier"]
