"""Paper: every name can be read, the file is tagged, the same data make the same file, and no data act as markup."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template.exceptions import TemplateDoesNotExist
from hypothesis import given
from hypothesis import strategies as st

from rollbook.ui import pdf
from tests.paper import pages_of, text_of

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)


def certificate(**given: object) -> bytes:
    data = {
        "title": "A paper", "heading": "A paper", "school": "A School", "address": "", "facts": [], "period": "then",
        "weekdays": ["Mon"], "blocks": [], "totals": [], "codes": [], "late": "", "missing": "", "amendments": [],
        "note": "", "made": "",
    }  # fmt: skip
    return pdf.render_pdf("reports/certificate.typ", data | given, made_at=NOON)


@pytest.mark.parametrize(
    "name",
    [
        "Zofia Żółtowska", "Łukasz Śpiewak", "Őrsi Szűcs", "Ŵyn ap Llŷr", "Nguyễn Thị Ánh", "Şükrü Çağlar",
        "Siân O’Brien – Smith", "Þóra Ægisdóttir", "José Núñez", "Ngaio Tāwhiri", "Fiachra Ó Súilleabháin",
    ],
)  # fmt: skip
def test_every_letter_of_a_name_is_printed(name: str) -> None:
    assert name in text_of(certificate(facts=[("Name", name)]))


def test_it_is_a_tagged_file_in_english_with_a_title() -> None:
    file = certificate(title="Attendance certificate: Zofia Żak")
    assert file.startswith(b"%PDF-1.7")
    for part in (
        b"/StructTreeRoot",
        b"/MarkInfo",
        b"/Lang(en-GB)",
        b"/DisplayDocTitle true",
        b"pdfuaid:part",
    ):
        assert part in file, part
    assert b"FEFF" + "Attendance certificate: Zofia Żak".encode("utf-16-be").hex().upper().encode() in file


def test_the_same_data_make_the_same_file_whatever_fonts_the_machine_has() -> None:
    first = certificate(facts=[("Name", "Ann")])
    assert first == certificate(facts=[("Name", "Ann")])
    assert b"SourceSans3-Regular" in first
    assert b"Libertinus" not in first


@pytest.mark.parametrize(
    "text",
    ['#read("/etc/passwd")', "*bold* _it_ $x^2$ @ref <label>", "] #panic() [", "\\", '"; #let a = 1', "//x"],
)
def test_what_a_person_typed_is_printed_as_it_is(text: str) -> None:
    assert text in text_of(certificate(school=text))


def test_a_sign_that_the_typeface_lacks_becomes_a_question_mark_and_not_an_error() -> None:
    assert "Wei ?? ?" in text_of(certificate(school="Wei 小明 😀"))
    assert pdf.printable("a\x00b\tc") == "a?b?c"


def test_letters_and_accents_that_come_apart_are_put_together() -> None:
    assert pdf.printable("Z\u0307o\u0301l\u0301ty") == "Żóĺty"


def test_a_word_without_end_is_broken_and_a_real_one_is_not() -> None:
    real = "Llanfairpwllgwyngyllgogerychwy"
    assert pdf.printable(f"{real} {real}") == f"{real} {real}"
    assert pdf.printable("x" * 70) == f"{'x' * 30}\u200b{'x' * 30}\u200b{'x' * 10}"


def test_long_names_and_reasons_leave_each_other_room() -> None:
    """A reason of 299 signs beside a long position, three times, are one page with its signature."""
    by = "Bartholomew Wolfeschlegelsteinhausenbergerdorff, Assistant Deputy Attendance and Welfare Officer"
    row = [
        "Tue 14 Oct 2025, AM",
        "N",
        "L, 120 min",
        "a reason of many words " * 13,
        "Tue 14 Oct 2025, 11:00",
        by,
    ]
    school = "The Right Reverend Archibald Featherstonehaugh Church of England Voluntary Aided School " * 2
    assert len(pages_of(certificate(school=school, amendments=[row] * 3))) == 1


@given(st.text(max_size=80))
def test_any_text_at_all_can_be_printed(text: str) -> None:
    assert certificate(school=text).startswith(b"%PDF")


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(TemplateDoesNotExist, match=r"reports/none\.typ"):
        pdf.render_pdf("reports/none.typ", {}, made_at=NOON)


def test_without_the_built_typeface_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(pdf, "_FONTS", tmp_path)
    pdf._signs.cache_clear()
    try:
        with pytest.raises(ImproperlyConfigured, match="make assets"):
            pdf.printable("a")
    finally:
        monkeypatch.undo()
        pdf._signs.cache_clear()
