"""Makes the bundled figures from the files that the DfE publishes: one line for each table, area and phase."""

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

from rollbook.domain.rates import round_half_up
from rollbook.formats.benchmarks.reading import rows_of

PLACES = 5
"""Decimal places kept of a percentage: enough for the second one to be rounded as the DfE's own tables do."""

_RATES = {
    "attendance": "attendance_perc",
    "absence": "overall_absence_perc",
    "authorised": "authorised_absence_perc",
    "unauthorised": "unauthorised_absence_perc",
    "persistent": "pa_perc",
    "I": "illness_perc",
}
# A year's tables have the count of each code; what is published of it is a share of the possible sessions.
_COUNTS = {
    "late": "late_sessions",
    "present": "reason_present",
    "L": "reason_l_present_late_before_registers_closed",
    "B": "reason_b_aea_education_off_site",
    "K": "reason_k_aea_education_arranged_by_la",
    "P": "reason_p_aea_approved_sporting_activity",
    "V": "reason_v_aea_educational_visit_trip",
    "W": "reason_w_aea_work_experience",
    "M": "reason_m_authorised_medical_dental",
    "C": "reason_c_authorised_other",
    "C1": "reason_c1_authorised_regulated_performance",
    "C2": "reason_c2_authorised_temp_reduced_timetable",
    "E": "reason_e_authorised_excluded",
    "J1": "reason_j1_authorised_interview",
    "R": "reason_r_authorised_religious_observance",
    "S": "reason_s_authorised_study_leave",
    "T": "reason_t_authorised_mobile_child",
    "G": "reason_g_unauthorised_holiday",
    "N": "reason_n_no_reason_yet",
    "O": "reason_o_other_unauthorised",
    "U": "reason_u_unauthorised_late_after_registers_closed",
}
MEASURES = (*_RATES, *_COUNTS)

_PHASES = {
    "Total": "all",
    "All schools": "all",
    "Primary": "primary",
    "Secondary": "secondary",
    "Special": "special",
}
_SUPPRESSED = {"", "c", "x", "z"}
# To 2024/25 the rows of all schools together are weighted by enrolments, so no count in them gives a published share.
_POOLED_SINCE = 2025

Row = Mapping[str, str]


def make(folder: Path, windows: Iterable[Row]) -> tuple[list[list[str]], list[list[str]]]:
    """The lines of areas.csv and daily.csv.gz, headings first, from the files of a folder.

    `windows` are the rows of windows.csv. Errors: FileNotFoundError; KeyError where a file has not the columns of one.
    """
    areas: dict[str, list[str]] = {}
    figures: list[list[str]] = []
    for window in windows:
        if not window["file"]:
            continue
        rows = [row for row in rows_of(folder / window["file"]) if row["time_identifier"] == window["rows"]]
        if not rows:
            raise KeyError(f"{window['file']} has no rows of '{window['rows']}'.")
        for row in rows:
            area = _area(row)
            areas[area[0]] = area
            phase = _PHASES[row.get("education_phase") or row["school_type"]]
            values = _values(row, phase, window)
            if any(values):
                figures.append(_trimmed([window["key"], area[0], phase, *values]))
    return (
        [["code", "name", "level", "region"], *sorted(areas.values())],
        [["window", "area", "phase", *MEASURES], *sorted(figures)],
    )


def _area(row: Row) -> list[str]:
    level = row["geographic_level"]
    if level == "National":
        return [row["country_code"], row["country_name"], "nation", ""]
    if level == "Regional":
        return [row["region_code"], row["region_name"], "region", ""]
    return [row["new_la_code"], row["la_name"], "authority", row["region_code"]]


def _values(row: Row, phase: str, window: Row) -> list[str]:
    if window["stretch"] == "to-week":
        return [
            "" if name != "persistent" else _share(row["persistent_absence_percent"]) for name in MEASURES
        ]
    is_pooled = phase != "all" or int(window["begins_in"]) >= _POOLED_SINCE
    found = [_share(row[column]) for column in _RATES.values()]
    return found + [_part(row, column) if is_pooled else "" for column in _COUNTS.values()]


def _share(text: str) -> str:
    return "" if text in _SUPPRESSED else _plain(Fraction(text))


def _part(row: Row, column: str) -> str:
    count, possible = row.get(column, ""), row["possible_sessions"]
    if count in _SUPPRESSED or possible in _SUPPRESSED:
        return ""
    return _plain(Fraction(count) * 100 / Fraction(possible))


def _plain(value: Fraction) -> str:
    text = str(round_half_up(value, PLACES))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _trimmed(line: list[str]) -> list[str]:
    while not line[-1]:
        line.pop()
    return line


def write(path: Path, lines: Iterable[Iterable[str]]) -> None:
    """Writes a CSV file as the others of the folder are; packed where its name ends in .gz, the same each time."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
