"""Pupil files for tests: sound ones of any length, with as many bad rows as wanted."""

from collections.abc import Iterable
from datetime import date, timedelta

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
HEADINGS = (
    "UPN", "Admission number", "Legal Surname", "Legal Forename", "Gender", "DOB", "NC Year", "Reg Group",
    "Date of admission", "Address line 1", "Postcode", "Last school", "SEN status", "FSM", "Contact 1 Name",
    "Contact 1 Relationship", "Contact 1 Telephone", "Contact 1 Lives with", "Contact 2 Name", "Contact 2 Telephone",
)  # fmt: skip
ON = date(2026, 11, 23)


def upn(number: int) -> str:
    """A sound UPN of a made-up school, one for each number."""
    body = f"33012342{number:04d}"[:12].ljust(12, "0")
    check = sum(place * int(digit) for place, digit in enumerate(body, 2)) % 23
    return f"{LETTERS[check]}{body}"


def pupil_row(number: int, **cells: str) -> dict[str, str]:
    """A sound row; `cells` replaces some of them, by heading with _ for a space."""
    row = dict(
        zip(
            HEADINGS,
            (
                upn(number), f"{number:05d}", f"Surname{_word(number)}", f"Forename{_word(number)}", "FM"[number % 2],
                f"{date(2012, 9, 1) + timedelta(days=number % 360):%d/%m/%Y}", "9", f"9{'ABCDEFGH'[number % 8]}",
                "03/09/2026", f"{number} High Street", "B1 1AA", "None", "N", "N", f"Mrs Ann Surname{_word(number)}",
                "Mother", f"01632 {960000 + number}", "Y", f"Mr Ben Surname{_word(number)}", f"07700 {900000 + number}",
            ),
            strict=True,
        )
    )  # fmt: skip
    return row | {heading.replace("_", " "): value for heading, value in cells.items()}


def _word(number: int) -> str:
    """A number as letters, since names have none."""
    return "".join(chr(97 + int(digit)) for digit in str(number))


def csv_bytes(rows: Iterable[dict[str, str]], headings: Iterable[str] = HEADINGS) -> bytes:
    """The rows as a CSV file in UTF-8."""
    named = list(headings)
    lines = [named, *([row.get(heading, "") for heading in named] for row in rows)]
    return "".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines).encode()


def school_file(count: int, bad: Iterable[int] = ()) -> bytes:
    """A file of `count` pupils in which the numbered ones have a date of birth that can't be one."""
    wrong = set(bad)
    return csv_bytes(
        pupil_row(number, **({"DOB": "31/02/2012"} if number in wrong else {})) for number in range(count)
    )
