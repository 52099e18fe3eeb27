"""Reads the text out of a PDF of ours, sign by sign through its fonts, as a screen reader or a search would."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*?)\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
_SIGN = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
# Brackets in a text that are balanced need no stroke before them.
_SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|\(((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)|(\bET\b)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """Everything that is printed, a line for each piece of text, pages one after another."""
    return "\n".join(pages_of(pdf))


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = []
    for body in objects.values():
        if b"/Type/Page/" not in body:
            continue
        resources = objects[_reference(body, b"Resources")]
        fonts = {name: _signs(objects, int(font)) for name, font in _FONT.findall(resources)}
        pages.append(_text(_stream(objects[_reference(body, b"Contents")]), fonts))
    return pages


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found, f"no {name.decode()} in {body[:200]!r}"
    return int(found[1])


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found
    return zlib.decompress(found[1])


def _signs(objects: dict[int, bytes], font: int) -> dict[int, str]:
    signs = _SIGN.findall(_stream(objects[_reference(objects[font], b"ToUnicode")]))
    return {int(glyph, 16): bytes.fromhex(sign.decode()).decode("utf-16-be") for glyph, sign in signs}


def _text(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    parts: list[str] = []
    signs: dict[int, str] = {}
    for font, shown, end in _SHOWN.findall(content):
        if font:
            signs = fonts[font]
        elif end:
            parts.append("\n")
        else:
            raw = _ESCAPE.sub(_plain, shown)
            parts += [signs.get(raw[at] * 256 + raw[at + 1], "") for at in range(0, len(raw) - 1, 2)]
    return "".join(parts)


def _plain(escape: re.Match[bytes]) -> bytes:
    sign = escape[1]
    return bytes([int(sign, 8)]) if sign[:1].isdigit() else _ESCAPES.get(sign, sign)
