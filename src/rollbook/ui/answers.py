"""PDFs and files as answers: never kept by a proxy, with a name that says what is in them."""

import re
import unicodedata
from datetime import date

from django.http import HttpResponse

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def file_name(*parts: str | date) -> str:
    """`attendance-certificate-zoltowska-zofia-2026-09-01-2026-11-20`: plain letters, as every system takes them."""
    plain = unicodedata.normalize("NFKD", " ".join(map(str, parts)).replace("ł", "l").replace("Ł", "L"))
    text = plain.encode("ascii", "ignore").decode().lower()
    return _NOT_IN_A_NAME.sub("-", text).strip("-")[:150]


def pdf_answer(pdf: bytes, name: str) -> HttpResponse:
    """A PDF that opens in the browser."""
    return _answer(pdf, "application/pdf", f'inline; filename="{name}.pdf"')


def csv_answer(content: bytes, name: str) -> HttpResponse:
    """A CSV file that is saved."""
    return _answer(content, "text/csv; charset=utf-8", f'attachment; filename="{name}.csv"')


def xlsx_answer(content: bytes, name: str) -> HttpResponse:
    """An Excel file that is saved."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _answer(content, kind, f'attachment; filename="{name}.xlsx"')


def svg_answer(content: bytes, name: str) -> HttpResponse:
    """A picture that is saved and stays sharp at any size."""
    return _answer(content, "image/svg+xml; charset=utf-8", f'attachment; filename="{name}.svg"')


def png_answer(content: bytes, name: str) -> HttpResponse:
    """A picture that is saved and goes into any text."""
    return _answer(content, "image/png", f'attachment; filename="{name}.png"')


def _answer(content: bytes, kind: str, disposition: str) -> HttpResponse:
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=kind, headers=headers)
