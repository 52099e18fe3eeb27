"""Paper: a template and its data become a tagged PDF (PDF/UA-1) in the house's typeface.

The data reach the template as JSON, never as text of the template, so nothing that a person typed can act as markup.
Nothing is fetched, and the fonts of the machine are not looked at: the same data make the same file everywhere.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst
from django.core.exceptions import ImproperlyConfigured
from django.template.exceptions import TemplateDoesNotExist
from django.template.utils import get_app_template_dirs

# Twice as fine as the screen's 96 dots an inch of an SVG file's pixels.
_PICTURE_PPI = 192
_FONTS = Path(__file__).parent / "static" / "rollbook" / "fonts"
# The templates of all apps lie below it, and so does what they share: "/ui/templates/ui/house.typ".
_ROOT = Path(__file__).resolve().parents[1]
# What stands for a sign that the typeface lacks; PDF/UA-1 refuses a sign that can't be drawn.
_UNKNOWN = "?"
_KEPT = {"\n"}
# A word longer than any real one may be broken after so many signs, or it would run over what stands beside it.
_LONGEST_WORD = re.compile(r"\S{30}(?=\S)")
_MAY_BREAK = "\u200b"


class _Printer:
    """One template, read once. A compiler keeps what it has worked out, so each is used by one thread at a time."""

    def __init__(self, template: Path, root: Path) -> None:
        self._lock = Lock()
        self._compiler = typst.Compiler(
            template, root=root, font_paths=_fonts(), ignore_system_fonts=True, package_path=root
        )

    def print(self, data: str, made_at: datetime) -> bytes:
        """The PDF as bytes. Errors: typst.TypstError where the template can't take the data."""
        with self._lock:
            pdf = self._compiler.compile(
                format="pdf",
                sys_inputs={"data": data},
                pdf_standards=["ua-1"],
                timestamp=int(made_at.timestamp()),
            )
        if not isinstance(pdf, bytes):
            raise TypeError("a PDF is one file")
        return pdf


def render_pdf(template_name: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """A tagged PDF made of a Typst template ("reports/certificate.typ") and plain JSON values.

    Errors: TemplateDoesNotExist; ImproperlyConfigured where the typeface for print was not built.
    """
    return _printer(template_name).print(json.dumps(_printable(data), ensure_ascii=False), made_at)


def render_png(svg: str) -> bytes:
    """A picture as a PNG file, in the house's typeface and fine enough to print. Errors: typst.TypstError."""
    source = Path(__file__).parent / "templates" / "ui" / "picture.typ"
    png = typst.compile(
        source,
        root=source.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        package_path=source.parent,
        format="png",
        ppi=_PICTURE_PPI,
        sys_inputs={"svg": svg},
    )
    if not isinstance(png, bytes):
        raise TypeError("a picture is one page")
    return png


def printable(text: str) -> str:
    """The text as it can be printed: a sign that the typeface lacks is a question mark, an endless word can break."""
    signs = _signs()
    composed = unicodedata.normalize("NFC", text)
    if not signs.issuperset(composed):
        composed = "".join(sign if sign in signs else _UNKNOWN for sign in composed)
    return _LONGEST_WORD.sub(rf"\g<0>{_MAY_BREAK}", composed)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    return value


@cache
def _printer(template_name: str) -> _Printer:
    for folder in get_app_template_dirs("templates"):
        template = Path(folder) / template_name
        if template.is_file():
            return _Printer(template.resolve(), _ROOT)
    raise TemplateDoesNotExist(template_name)


@cache
def _signs() -> frozenset[str]:
    try:
        return frozenset((_FONTS / "signs.txt").read_text(encoding="utf-8")) | _KEPT
    except FileNotFoundError:
        raise ImproperlyConfigured("the typeface for print is not built: run make assets.") from None


@cache
def _fonts() -> typst.Fonts:
    _signs()
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])
