import pickle

from rollbook.domain.refusals import Refusal, Refused


def test_says_every_sentence() -> None:
    refused = Refused(Refusal(field, f"{field} is missing.") for field in ("Code", "Note"))
    assert refused.refusals == (Refusal("Code", "Code is missing."), Refusal("Note", "Note is missing."))
    assert str(refused) == "Code is missing. Note is missing."


def test_one_reason() -> None:
    assert Refused.one("code", "No.").refusals == (Refusal("code", "No."),)


def test_travels_between_processes() -> None:
    refused = Refused.one("code", "No.")
    assert pickle.loads(pickle.dumps(refused)).refusals == refused.refusals
