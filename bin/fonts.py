"""Makes the typeface's files for printing from those for the screen: `bin/fonts.py NODE_MODULES/... OUT`.

Typst reads no woff2, and the typeface comes in pieces by alphabet, each with all weights in one file. Each weight that
is printed becomes one TrueType file with the letters of English, Welsh, Polish, Hungarian, Vietnamese and their
neighbours; beside them lies a list of the signs they hold, by which ui/pdf.py leaves out what could not be printed.
"""

import logging
import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FAMILY = "Source Sans 3"
WEIGHTS = {"Regular": 400, "Semibold": 600}
PIECES = ("latin", "latin-ext", "vietnamese")
_NAME, _STYLE, _FULL_NAME, _POSTSCRIPT, _FAMILY, _SUBFAMILY = 1, 2, 4, 6, 16, 17
_USE_TYPOGRAPHIC_METRICS, _IS_REGULAR = 1 << 7, 1 << 6


def main(source: Path, out: Path) -> None:
    """Writes the fonts of every weight and the list of their signs, unless they are newer than what they come from."""
    files = [source / f"source-sans-3-{piece}-wght-normal.woff2" for piece in PIECES]
    made = [out / f"SourceSans3-{style}.ttf" for style in WEIGHTS] + [out / "signs.txt"]
    newest = max(path.stat().st_mtime for path in (*files, Path(__file__)))
    if all(path.is_file() and path.stat().st_mtime >= newest for path in made):
        return
    logging.disable(logging.WARNING)
    out.mkdir(parents=True, exist_ok=True)
    signs: set[int] | None = None
    for (style, weight), target in zip(WEIGHTS.items(), made, strict=False):
        font = _of_weight(files, weight)
        _name(font, style, weight)
        font.save(target)
        held = set(font.getBestCmap())
        signs = held if signs is None else signs & held
    made[-1].write_text("".join(map(chr, sorted(signs or ()))), encoding="utf-8")


def _of_weight(files: list[Path], weight: int) -> TTFont:
    """One weight of the typeface with the letters of every piece."""
    with tempfile.TemporaryDirectory() as folder:
        pieces = []
        for file in files:
            piece = instancer.instantiateVariableFont(TTFont(file), {"wght": weight})
            piece.flavor = None
            path = Path(folder) / f"{file.stem}.ttf"
            piece.save(path)
            pieces.append(str(path))
        return Merger().merge(pieces)


def _name(font: TTFont, style: str, weight: int) -> None:
    """The pieces are all named after the lightest weight; Typst looks for the family by its name and weight."""
    names = font["name"]
    for record in (_FAMILY, _SUBFAMILY):
        names.removeNames(nameID=record)
    texts = {
        _NAME: FAMILY,
        _STYLE: style,
        _FULL_NAME: f"{FAMILY} {style}",
        _POSTSCRIPT: f"SourceSans3-{style}",
    }
    for record, text in texts.items():
        names.setName(text, record, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = _USE_TYPOGRAPHIC_METRICS | (_IS_REGULAR if weight == 400 else 0)
    font["head"].macStyle = 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
