"""What is wrong with a mark, by hand for each kind; and nothing is wrong with what is right."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import CODES, AttendanceCode, code_for
from rollbook.domain.quality import Fault, MarkFacts, faults_of
from rollbook.domain.sessions import RegisterTimes, SchoolSession

ON, TODAY = date(2026, 9, 14), date(2026, 9, 22)
TIMES = RegisterTimes(time(9, 0), time(9, 30), time(12, 0))


def faults(symbol: str | None, **facts: Any) -> list[Fault]:
    code = None if symbol is None else code_for(symbol, ON)
    values: dict[str, Any] = {
        "note": "College",
        "minutes_late": 40 if symbol == "U" else None,
        "times": TIMES,
    }
    values |= {"is_compulsory_age": True} | facts
    return [found.answer for found in faults_of(MarkFacts(ON, SchoolSession.AM, code, **values), TODAY)]


@pytest.mark.policy("P-3.1-3")
@pytest.mark.parametrize(
    ("symbol", "facts", "expected"),
    [
        (None, {}, [Fault.MISSING]),
        (None, {"is_on_roll": False}, []),
        (None, {"closed_because": "It is a bank holiday."}, []),
        ("/", {}, []),
        ("/", {"is_on_roll": False}, [Fault.NOT_ON_ROLL]),
        ("/", {"closed_because": "It is a bank holiday."}, [Fault.ON_CLOSED_DAY]),
        ("/", {"planned": ("M", "Dentist")}, [Fault.PRESENT_BUT_PLANNED]),
        ("M", {"planned": ("M", "Dentist")}, []),
        ("N", {"reason_due": date(2026, 9, 21)}, [Fault.N_TOO_OLD]),
        ("N", {"reason_due": TODAY}, []),
        ("N", {"reason_due": None}, []),
        ("I", {"reason_due": date(2026, 9, 21)}, []),
        ("I", {"arrived_at": time(9, 12)}, [Fault.SIGNED_IN_BUT_ABSENT]),
        ("I", {"arrived_at": time(9, 12), "times": None}, [Fault.SIGNED_IN_BUT_ABSENT]),
        ("M", {"arrived_at": time(10, 30)}, []),  # M beats U: domain.md 1.4.4
        ("O", {"arrived_at": time(10, 30)}, [Fault.SIGNED_IN_BUT_ABSENT]),
        ("L", {"arrived_at": time(9, 12), "minutes_late": 12}, []),
        ("L", {"minutes_late": None}, [Fault.LATE_WITHOUT_MINUTES]),
        ("U", {"minutes_late": 12}, [Fault.U_BEFORE_CLOSE]),
        ("U", {"minutes_late": None, "arrived_at": time(9, 29)}, [Fault.U_BEFORE_CLOSE]),
        ("U", {"minutes_late": None, "arrived_at": time(9, 30)}, []),
        ("U", {"minutes_late": 30}, []),
        ("U", {"minutes_late": 12, "times": None}, []),
        ("B", {"note": " "}, [Fault.NATURE_MISSING]),
        ("Y7", {"note": ""}, [Fault.NATURE_MISSING]),
        ("D", {}, []),
        ("D", {"elsewhere": "Elm Bank"}, [Fault.D_AT_BOTH]),
        ("X", {}, [Fault.X_OF_COMPULSORY_AGE]),
        ("X", {"is_compulsory_age": False}, []),
        ("N", {"arrived_at": time(9, 5), "reason_due": ON}, [Fault.N_TOO_OLD, Fault.SIGNED_IN_BUT_ABSENT]),
    ],
)
def test_what_is_wrong_with_a_mark(symbol: str | None, facts: dict[str, Any], expected: list[Fault]) -> None:
    assert faults(symbol, **facts) == expected


@pytest.mark.parametrize("fault", Fault)
def test_each_fault_says_what_it_is_and_what_to_do(fault: Fault) -> None:
    assert fault.words[0].isupper()
    assert fault.remedy.endswith(".")


@given(st.sampled_from([code for code in CODES if ON in code.in_force]), st.booleans(), st.booleans())
def test_a_mark_where_none_belongs_has_one_fault_only(
    code: AttendanceCode, is_closed: bool, is_on_roll: bool
) -> None:
    found = faults(code.symbol, closed_because="Closed." if is_closed else "", is_on_roll=is_on_roll, note="")
    if is_closed or not is_on_roll:
        assert found == [Fault.ON_CLOSED_DAY if is_closed else Fault.NOT_ON_ROLL]
    else:
        assert Fault.MISSING not in found
        assert len(set(found)) == len(found)
