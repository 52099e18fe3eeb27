"""From cells to pupils: each row with its values, or one sentence for each thing that is wrong with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from rollbook.domain.roll import age_on, upn_problem, year_group
from rollbook.formats.pupil_file.contacts import ContactRow, contacts_of
from rollbook.formats.pupil_file.fields import FIELD_WORDS, FIELDS, proposed, recognise
from rollbook.formats.tables import (
    Cells,
    RowProblem,
    Sheet,
    Unreadable,
    cells_of,
    read_table,
    sheet_of,
    values,
)

_YOUNGEST, _OLDEST = 2, 20


@dataclass(frozen=True, slots=True)
class PupilRow:
    """One pupil of the file. `particulars` holds every other field by the name the admission register gives it."""

    line: int
    surname: str
    forename: str
    sex: str
    born_on: date
    group: str
    upn: str = ""
    admission_number: str = ""
    starting_day: date | None = None
    year_offset: int | None = None
    is_boarder: bool | None = None
    agreed_on: date | None = None
    agreed_with: str = ""
    particulars: Mapping[str, str | bool] = field(default_factory=dict)
    contacts: tuple[ContactRow, ...] = ()

    @property
    def name(self) -> str:
        """Surname, then first name, as in a list."""
        return f"{self.surname}, {self.forename}"


@dataclass(frozen=True, slots=True)
class PupilSheet:
    """A pupil file as it was read. `rows` are those without an error; `problems` come in the order of the file."""

    rows: tuple[PupilRow, ...]
    problems: tuple[RowProblem, ...]
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    row_count: int

    @property
    def errors(self) -> tuple[RowProblem, ...]:
        """The problems that stop a row."""
        return tuple(problem for problem in self.problems if not problem.is_warning)


def read_pupils(data: bytes, on: date) -> PupilSheet:
    """Every pupil of a file whose headings say which column is which, judged as on the day it is loaded.

    Errors: Unreadable, with one clear sentence, for a file that is no pupil file as a whole.
    """
    sheet = sheet_of(read_table(data), proposed)
    return read_pupil_rows(sheet, recognise(sheet.headings), on)


def read_pupil_rows(sheet: Sheet, places: Mapping[str, int], on: date) -> PupilSheet:
    """The same for a sheet of which somebody has said which column holds which field.

    Errors: Unreadable where there is no row.
    """
    reader = _Rows(on)
    for row in cells_of(sheet, places, FIELDS, ("legal_surname", "legal_forename")):
        reader.add(row)
    if not sheet.rows:
        raise Unreadable("The file has headings but no pupils below them.")
    taken = set(places.values())
    return PupilSheet(
        rows=tuple(reader.rows),
        problems=tuple(reader.problems),
        columns={name: sheet.headings[place] for name, place in places.items()},
        ignored=tuple(
            heading for place, heading in enumerate(sheet.headings) if heading and place not in taken
        ),
        notes=sheet.notes,
        row_count=len(sheet.rows),
    )


# How each plain field is read. What is not here is read below, because it depends on other fields.
_READ: Mapping[str, Callable[[str], str | bool]] = {
    "middle_names": values.person(200),
    "preferred_surname": values.person(),
    "preferred_forename": values.person(),
    "postcode": values.postcode,
    "last_school_name": values.text(200),
    "ethnicity": values.ethnicity,
    "sen_status": values.sen,
    "is_fsm": values.yes,
    "is_looked_after": values.yes,
    "has_child_protection_plan": values.yes,
    "is_child_in_need": values.yes,
    "social_worker": values.text(200),
    "home_local_authority": values.text(100),
    "commissioning_local_authority": values.text(100),
    "medical_note": values.text(2000),
    "transport": values.text(200),
    "interpreter_language": values.text(60),
}
# What the admission register calls them.
_REGISTER_NAMES = {"preferred_surname": "surname", "preferred_forename": "forename"}
_ADDRESS = [f"address_{number}" for number in range(1, 6)]


class _Rows:
    """Reads row after row and remembers what may occur only once."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.rows: list[PupilRow] = []
        self.problems: list[RowProblem] = []
        self._seen: dict[tuple[str, str], int] = {}

    def add(self, row: Cells) -> None:
        """Takes one row: into `rows` if all is well, and its problems into `problems`."""
        if not any(problem.field == "" for problem in row.problems):
            pupil = _pupil(row, self.on)
            self._refuse_repeated(row)
            if pupil is not None and not row.has_error:
                self.rows.append(pupil)
        self.problems += row.problems

    def _refuse_repeated(self, row: Cells) -> None:
        for name in ("upn", "admission_number"):
            value = row.text(name)
            if not value:
                continue
            first = self._seen.setdefault((name, value), row.line)
            if first != row.line:
                words = FIELD_WORDS[name] if name == "upn" else "admission number"
                row.refuse(name, f"The same {words} is on line {first}. Two pupils can't share it.")


def _pupil(row: Cells, on: date) -> PupilRow | None:
    """The row's pupil; None when anything in it was refused."""
    surname = row.required("legal_surname", "surname", values.person())
    forename = row.required("legal_forename", "first name", values.person())
    sex = row.required("sex", "sex", values.sex)
    born_on = _born_on(row, on)
    upn = _upn(row)
    admission_number = row.read("admission_number", values.number(20))
    group = row.required("group", "teaching group", values.text(40))
    starting_day = _starting_day(row, on, born_on)
    _refuse_leaver(row, on)
    offset = _year_offset(row, on, born_on, starting_day)
    is_boarder = row.read("is_boarder", values.boarder)
    agreed_on = row.read("agreed_on", values.day)
    agreed_with = row.read("agreed_with", values.text(200))
    particulars = dict(_particulars(row))
    contacts = tuple(contacts_of(row))
    if row.has_error or not (surname and forename and sex and born_on and group):
        return None
    return PupilRow(
        line=row.line,
        surname=surname,
        forename=forename,
        sex=sex,
        born_on=born_on,
        group=group,
        upn=upn,
        admission_number=admission_number or "",
        starting_day=starting_day,
        year_offset=offset,
        is_boarder=is_boarder,
        agreed_on=agreed_on,
        agreed_with=agreed_with or "",
        particulars=particulars,
        contacts=contacts,
    )


def _upn(row: Cells) -> str:
    upn = row.text("upn")
    if not upn:
        row.warn("upn", "There is no UPN. The pupil is loaded; add the UPN when it is known.")
    elif problem := upn_problem(upn):
        row.refuse("upn", problem)
    return upn


def _born_on(row: Cells, on: date) -> date | None:
    born_on = row.required("born_on", "date of birth", values.day)
    if born_on is None:
        return None
    if born_on > on:
        row.refuse("born_on", "The date of birth is in the future.")
        return None
    age = age_on(born_on, on)
    if not _YOUNGEST <= age <= _OLDEST:
        years = "1 year" if age == 1 else f"{age} years"
        row.refuse("born_on", f"The pupil would be {years} old today. Check the date of birth.")
        return None
    return born_on


def _starting_day(row: Cells, on: date, born_on: date | None) -> date | None:
    day = row.read("starting_day", values.day)
    if day is None:
        return None
    if day > on + timedelta(days=2 * 365):
        row.refuse("starting_day", "The starting day is more than two years away. Check it.")
        return None
    if born_on is not None and age_on(born_on, day) < _YOUNGEST:
        row.refuse("starting_day", "On the starting day the pupil would have been under 2. Check both dates.")
        return None
    return day


def _refuse_leaver(row: Cells, on: date) -> None:
    day = row.read("leaving_day", values.day)
    if day is None:
        return
    if day < on:
        row.refuse("leaving_day", "This pupil has left. Take the row out: the file is for pupils on roll.")
    else:
        row.warn("leaving_day", "The leaving day is not loaded. Enter it on the pupil's page.")


def _year_offset(row: Cells, on: date, born_on: date | None, starting_day: date | None) -> int | None:
    """How far the year in the file is from the year that goes with the age; usually 0."""
    year = row.read("year", values.year_group)
    if year is None or born_on is None:
        return None
    # A pupil who starts next September may stand in the file with next year's year group.
    days = {on, max(on, starting_day or on)}
    offset = min((year - max(-1, year_group(born_on, day)) for day in sorted(days)), key=abs)
    if abs(offset) > 2:
        row.refuse("year", "The year group and the date of birth don't go together. Check both.")
        return None
    if offset:
        count = "a year" if abs(offset) == 1 else "two years"
        where = "lower" if offset > 0 else "higher"
        row.warn("year", f"By age the pupil would be {count} {where}. The year in the file is kept.")
    return offset


def _particulars(row: Cells) -> Iterator[tuple[str, str | bool]]:
    for name, reader in _READ.items():
        value = row.read(name, reader)
        if value is not None:
            yield _REGISTER_NAMES.get(name, name), value
    for name, columns in (("address", _ADDRESS), ("last_school_address", ["last_school_address"])):
        address = "\n".join(filter(None, (values.lines(row.raw.get(column, "")) for column in columns)))
        if kept := row.take(columns[0], address, values.text(500)):
            yield name, kept
