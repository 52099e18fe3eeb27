"""One cell at a time: dates, yes and no, sex, SEN, names. Each either gives a value or says what is wrong with it."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from rollbook.formats.spreadsheet import safe

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_NUMBER = (
    {name: number for number, name in enumerate(_MONTHS, 1)}
    | {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
    | {"sept": 9}
)

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_BRITISH = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{2,4})$")
_WORDS = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([a-z]+)[-/., ]*(\d{2,4})$")
_TIME = re.compile(r"[ t]00:00(:00(\.0+)?)?z?$")
# The control characters, and those that turn the direction of writing.
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPREADSHEET_NUMBER = re.compile(r"\d(\.\d+)?e\+\d+$", re.IGNORECASE)


_ROUNDED = "A spreadsheet has rounded this number. Give the column a text format and type it again."


class Unclear(Exception):
    """This cell can't be taken; the text is a sentence, beside which the value is shown."""


def tidy(cell: str) -> str:
    """The cell without what nobody typed on purpose: outer, doubled and no-break spaces, the ' before a sign."""
    text = " ".join(cell.replace("\ufeff", "").split())
    # Our own files put it there, so that no spreadsheet takes +44 for a formula.
    return text[1:] if text[:1] == "'" and text[1:2] in _SIGNS else text


_SIGNS = ("=", "+", "-", "@")


def lines(cell: str) -> str:
    """The same for an address: its lines stay."""
    return "\n".join(filter(None, (tidy(line) for line in cell.replace("\r", "\n").split("\n"))))


TextReader = Callable[[str], str]


def text(limit: int) -> TextReader:
    """Reads text as it stands, even if a spreadsheet would take it for a formula; signs of code are refused."""

    def read(value: str) -> str:
        if _NOT_IN_TEXT.search(value):
            raise Unclear("It holds characters that are not text. Type it again.")
        if "<" in value or ">" in value:
            raise Unclear("It can't hold < or >. Take them out.")
        if len(value) > limit:
            raise Unclear(f"It has {len(value)} characters; there is room for {limit}.")
        return value

    return read


def person(limit: int = 100, no_letter: str = "A name has at least one letter.") -> TextReader:
    """Reads a person's name: letters of any language, and no formula. `no_letter` is said where there is none."""

    def read(value: str) -> str:
        if safe(text(limit)(value)) != value:
            raise Unclear("A name can't begin with =, +, - or @: a spreadsheet would take it for a formula.")
        if not any(letter.isalpha() for letter in value):
            raise Unclear(no_letter)
        return value

    return read


def number(limit: int) -> TextReader:
    """Reads a number that is a name, such as an admission number, as it was typed."""

    def read(value: str) -> str:
        if _SPREADSHEET_NUMBER.match(value):
            raise Unclear(_ROUNDED)
        return text(limit)(value)

    return read


def postcode(value: str) -> str:
    """A postcode in capitals."""
    return text(10)(value).upper()


def day(value: str) -> date:
    """A date, day first: 2012-03-04, 04/03/2012, 4.3.2012, 4 March 2012, 04-Mar-12, or as spreadsheets count."""
    folded = _TIME.sub("", value.casefold())
    if found := _ISO.match(folded):
        year, month, number = (int(part) for part in found.groups())
        return _real(year, month, number)
    if found := _BRITISH.match(folded):
        return _real(_year(found[3]), int(found[2]), int(found[1]))
    if found := _WORDS.match(folded):
        spelt = _MONTH_NUMBER.get(found[2])
        if spelt is None:
            raise Unclear("The month is not an English one. Write the date as 04/03/2012.")
        return _real(_year(found[3]), spelt, int(found[1]))
    if folded.isascii() and folded.isdecimal() and len(folded) == 5:
        return _SPREADSHEET_EPOCH + timedelta(days=int(folded))
    raise Unclear("It is not a date. Write it as 04/03/2012, day first.")


# The day that spreadsheets count from, so that 41173 is 21 September 2012.
_SPREADSHEET_EPOCH = date(1899, 12, 30)
# A pupil, or an appointment, of a year with two digits is of this century.
_TURN_OF_CENTURY = 50


def _year(digits: str) -> int:
    """The year of 2012, or of 12 as spreadsheets shorten it."""
    if len(digits) == 3:
        raise Unclear("The year has three digits. Write the date as 04/03/2012.")
    if len(digits) == 4:
        return int(digits)
    short = int(digits)
    if short >= _TURN_OF_CENTURY:
        raise Unclear(
            "The year has two digits, so the century is a guess. Write it with four, as 04/03/2012."
        )
    return 2000 + short


def _real(year: int, month: int, number: int) -> date:
    if month > 12:
        raise Unclear(f"There is no month {month}. Dates are read day first: 4 March is 04/03/2012.")
    if not 1900 <= year <= 2200:
        raise Unclear("The year can't be right. Check it.")
    try:
        return date(year, month, number)
    except ValueError:
        raise Unclear("There is no such day. Check the date.") from None


_YES = {"y", "yes", "true", "t", "1", "✓", "✔", "eligible"}
_NO = {"n", "no", "false", "f", "0", "-", "not eligible", "none"}


def yes(value: str) -> bool:
    """Yes or no in the spellings of common exports."""
    folded = value.casefold()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise Unclear("Write Y or N.")


def boarder(value: str) -> bool:
    """Does the pupil board? "N" and "Not a boarder" are the census's words for no."""
    folded = value.casefold()
    if folded in {"b", "boarder", "6", "7"} or folded.startswith("boarder,"):
        return True
    if folded in {"not a boarder", "day", "day pupil"}:
        return False
    return yes(value)


def sex(value: str) -> str:
    """M or F, as the admission register has it."""
    folded = value.casefold()
    if folded in {"m", "male", "boy"}:
        return "M"
    if folded in {"f", "female", "girl"}:
        return "F"
    raise Unclear("The admission register records sex as M or F.")


_SEN_WORDS = {
    "N": "no|none|no sen|not sen|no special educational need|no special educational needs"
    "|no specified special educational need",
    "K": "support|sen support|sen k|special educational need support",
    "E": "ehcp|ehc|ehc plan|sen e|education health and care plan|education health care plan"
    "|education health and social care plan",
}
_SEN = {spelt: code for code, words in _SEN_WORDS.items() for spelt in (code.lower(), *words.split("|"))}
_OLD_SEN = {
    "a",
    "p",
    "s",
    "school action",
    "school action plus",
    "statement",
    "statement of sen",
    "statemented",
}


def sen(value: str) -> str:
    """N, K or E, or their words."""
    folded = " ".join(re.sub(r"[^a-z]+", " ", value.casefold()).split())
    # "K - SEN support" says it twice.
    known = _SEN.get(folded) or _SEN.get(folded[2:] if folded[1:2] == " " else "")
    if known:
        return known
    if folded in _OLD_SEN:
        raise Unclear("This is an SEN code from before 2014. Use N, K or E.")
    raise Unclear("Use N (none), K (SEN support) or E (education, health and care plan).")


# The national list by its words, folded; "mixed" or "asian" before a name is common.
_ETHNICITIES = {
    "WBRI": "white british|british white",
    "WIRI": "white irish",
    "WIRT": "traveller of irish heritage|irish traveller",
    "WROM": "gypsy roma|gypsy or roma|roma gypsy|white gypsy roma",
    "WOTH": "any other white background|white other|other white",
    "MWBC": "white and black caribbean|mixed white and black caribbean",
    "MWBA": "white and black african|mixed white and black african",
    "MWAS": "white and asian|mixed white and asian",
    "MOTH": "any other mixed background|mixed other|other mixed",
    "AIND": "indian|asian indian",
    "APKN": "pakistani|asian pakistani",
    "ABAN": "bangladeshi|asian bangladeshi",
    "AOTH": "any other asian background|asian other|other asian",
    "BCRB": "black caribbean|caribbean",
    "BAFR": "black african|african",
    "BOTH": "any other black background|black other|other black",
    "CHNE": "chinese|asian chinese",
    "OOTH": "any other ethnic group|other ethnic group|other",
    "REFU": "refused|prefer not to say",
    "NOBT": "not obtained|information not obtained|information not yet obtained|not known",
}
_BY_ETHNICITY = {words: code for code, spellings in _ETHNICITIES.items() for words in spellings.split("|")}


def ethnicity(value: str) -> str:
    """A four-letter code, from the code itself or from the words of the national list."""
    if len(value) == 4 and value.isascii() and value.isalpha():
        return value.upper()
    folded = " ".join(re.sub(r"[^a-z]+", " ", value.casefold()).split())
    if folded in _BY_ETHNICITY:
        return _BY_ETHNICITY[folded]
    raise Unclear("Use the DfE's four-letter code, such as WBRI, or leave the cell empty.")


_YEAR = re.compile(r"(?:year|yr|y)? ?0?(\d{1,2})$")


def year_group(value: str) -> int:
    """A year group as a number; Reception is 0 and nursery -1."""
    folded = value.casefold()
    if folded in {"r", "reception", "year r", "yr r", "yr"}:
        return 0
    if folded in {"n", "nursery", "n1", "n2", "nursery 1", "nursery 2"}:
        return -1
    found = _YEAR.match(folded)
    if found is None or int(found[1]) > 14:
        raise Unclear("It is not a year group. Write it as 7 or Year 7, R for Reception.")
    return int(found[1])


_TELEPHONE = re.compile(r"\+?[\d ()./-]{5,24}(?: ?(?:x|ext\.?|extension) ?\d{1,6})?$", re.IGNORECASE)


def telephone(value: str) -> str:
    """A telephone number as people write it; the 0 that spreadsheets drop is put back."""
    if _SPREADSHEET_NUMBER.match(value):
        raise Unclear(_ROUNDED)
    if not _TELEPHONE.match(value):
        raise Unclear("It is not a telephone number. Write it as 01632 960123.")
    return f"0{value}" if value.isdecimal() and len(value) == 10 and value[0] in "1237" else value


_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;.\"]{2,}$")


def email(value: str) -> str:
    """One e-mail address."""
    if not _EMAIL.match(value) or len(value) > 254:
        raise Unclear("It is not an e-mail address. Write one address, or leave the cell empty.")
    return value


_TITLES = {
    *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "reverend"),
    *("sir", "lady", "lord", "dame", "fr", "imam", "rabbi"),
}


def name_parts(value: str) -> tuple[str, str, str]:
    """Title, first names and surname of "Mrs Amina Khan" or "Khan, Amina"."""
    surname, comma, rest = value.partition(",")
    words = (rest if comma else value).split()
    title = ""
    if words and words[0].casefold().rstrip(".") in _TITLES:
        title = words.pop(0)
    if comma:
        return title, " ".join(words), surname.strip()
    return title, " ".join(words[:-1]), words[-1] if words else ""


def count(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number between two others."""

    def read(value: str) -> int:
        if not (value.isascii() and value.isdecimal() and len(value) < 6 and least <= int(value) <= most):
            raise Unclear(f"It is not a number from {least} to {most}.")
        return int(value)

    return read
