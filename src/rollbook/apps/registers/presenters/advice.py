"""What the adviser says, as lists of codes and sentences on a screen."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rollbook.apps.registers.queries.facts import Known
from rollbook.domain.access import Viewer
from rollbook.domain.adviser import CodeAdvice, Fit, advise
from rollbook.domain.codes import Needs, codes_offered
from rollbook.domain.marks import SchoolSession
from rollbook.domain.pupil_facts import PupilFacts, suspension_notice

Option = dict[str, Any]

_GROUPS = {Fit.FITS: "Fits this pupil now", Fit.CANNOT: "Can't be right now", Fit.POSSIBLE: ""}
# Its buttons say these; the list beside them holds all other codes.
_ON_BUTTONS = frozenset({"/", "\\", "N", "L"})


class CodeLists:
    """The lists of other codes of one register. Pupils of whom the same is to be said share one list."""

    def __init__(self, viewer: Viewer, on: date, school_session: SchoolSession) -> None:
        self._on, self._session, self._setters = on, school_session, viewer.setters
        self._offered = {
            code.symbol for code in codes_offered(on, school_session, viewer.setters)
        } - _ON_BUTTONS
        self._said: dict[PupilFacts, tuple[CodeAdvice, ...]] = {}
        self._built: dict[tuple[tuple[str, Fit], ...], list[Option]] = {}

    def of(self, known: Known) -> list[Option]:
        """The options for one pupil: what fits first, then the usual codes, then what can't be right."""
        said = self._said.get(known.facts)
        if said is None:
            said = self._said[known.facts] = advise(known.facts, self._on, self._session)
        listed = tuple((each.code.symbol, each.fit) for each in said if self._is_listed(each, known))
        if listed not in self._built:
            codes = {each.code.symbol: each.code for each in said}
            self._built[listed] = [_option(codes[symbol], fit) for symbol, fit in listed]
        return self._built[listed]

    def usual(self) -> list[Option]:
        """The codes that these hands may set, whatever is known of a pupil: what the keys of the keyboard are."""
        codes = codes_offered(self._on, self._session, self._setters)
        return [_option(code, Fit.POSSIBLE) for code in codes if code.symbol in self._offered]

    def ruled_out(self) -> list[dict[str, str]]:
        """Why codes of the list can't be right for a pupil of whom nothing is known but the age, said once a page."""
        said = advise(PupilFacts(is_compulsory_age=True), self._on, self._session)
        return [each for each in ruled_out(said)["now"] if each["symbol"] in self._offered]

    def _is_listed(self, advice: CodeAdvice, known: Known) -> bool:
        symbol = advice.code.symbol
        return symbol in self._offered or symbol in known.may_keep


def _option(code: Any, fit: Fit) -> Option:
    needs_note = bool(code.needs & {Needs.NATURE_OF_ACTIVITY, Needs.NATURE_OF_CIRCUMSTANCES})
    label = (
        "What is the activity?" if Needs.NATURE_OF_ACTIVITY in code.needs else "What are the circumstances?"
    )
    return {
        "symbol": code.symbol,
        "title": code.title,
        "needs_note": needs_note,
        "note_label": label,
        "group": _GROUPS[fit],
    }


def reasons(known: Known) -> dict[str, Any]:
    """Why a pupil's mark is filled in, what else was planned for the session, and what must be arranged.

    `also` is short enough to stand under a name; `others` says the same in full.
    """
    plan, others = known.plan, known.others
    return {
        "planned": {"symbol": plan.code, "words": plan.note, "origin": plan.get_origin_display()}
        if plan
        else None,
        "also": [f"Also {each.code}, {each.get_origin_display()}" for each in others] if plan else [],
        "others": [f"{each.code}: {each.note} ({each.get_origin_display()})" for each in others],
        "notice": suspension_notice(known.facts),
    }


def known_card(name: str, known: Known) -> dict[str, Any] | None:
    """What is known of one pupil in full: where they are and who is in charge of them; None where nothing is."""
    plan = known.plan
    if plan is None and not known.others:
        return None
    shown = plan or known.others[0]
    place = [each for each in (shown.provider, shown.supervisor) if each and each not in shown.note]
    others = reasons(known)["others"]
    return {
        "symbol": shown.code,
        "name": name,
        "words": shown.note,
        "place": ", ".join(place),
        "more": [f"Also {each}" for each in (others if plan else others[1:])],
        "act": suspension_notice(known.facts),
    }


def symbols_words(lines: Sequence[dict[str, str]]) -> str:
    """The codes of some lines in a row: "V, K or D"."""
    *others, last = (line["symbol"] for line in lines)
    return f"{', '.join(others)} or {last}" if others else last


def ruled_out(said: Sequence[CodeAdvice]) -> dict[str, list[dict[str, str]]]:
    """The codes that can't be right, each with its sentence: for this pupil now, and for anybody."""
    found: dict[str, list[dict[str, str]]] = {"now": [], "ever": []}
    for each in said:
        if each.fit is Fit.CANNOT:
            line = {"symbol": each.code.symbol, "because": each.because}
            found["now" if each.is_about_the_pupil else "ever"].append(line)
    return found


def advice_context(known: Known, said: Sequence[CodeAdvice]) -> dict[str, Any]:
    """What the page of one mark shows of the adviser: what is known, and why not the codes that can't be right."""
    lines = ruled_out(said)
    return {
        "card": known_card("", known),
        "ruled_out": lines,
        "why_not": symbols_words(lines["now"] or lines["ever"]),
    }
