"""Sets the texts of a picture: one transparent picture per layer, with the size that fits its box.

Texts are data of the document, never markup; only the given fonts are used.
"""

import io
import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import typst
from PIL import Image

from syndication_assets.rendering.boxes import PixelBox
from syndication_assets.rendering.document import TextLayer
from syndication_assets.rendering.errors import MissingGlyphsError, TextDoesNotFitError
from syndication_assets.rendering.fonts.font_folder import FontFolder, font_folder
from syndication_assets.rendering.fonts.kit_fonts import EMOJI_FAMILY, fallback_families
from syndication_assets.rendering.lettering.text_runs import (
    Run,
    drawn_characters,
    has_joined_letters,
    is_right_to_left,
    lines_of_runs,
    longest_words,
)

_DOCUMENT = Path(__file__).resolve().parent / "text_layers.typ"
_STEP = 0.95
"""Between two sizes that are tried."""
_BLEED = 0.5
"""Room around the box for accents and swashes, in sizes of the text."""
_JOINED_LINE_HEIGHT = 1.2
"""Scripts with marks above and below their letters need higher lines than Latin."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text and where it goes."""

    layer: TextLayer
    content: str
    box: PixelBox
    colour: str
    side: str
    """left, centre or right."""
    reference: float
    """The side of a square as large as the format, in pixels: what the sizes are fractions of."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """A text as it is drawn: `picture` (RGBA) with its left upper corner at (x, y)."""

    picture: Image.Image
    x: int
    y: int
    size: float
    """Of the text, in pixels."""
    block: PixelBox
    """The lines of the text, with the padding of its plate."""
    box: PixelBox
    """Where there is ink."""

    def moved(self, down: int) -> "Lettering":
        """The lettering so many pixels lower."""
        return replace(self, y=self.y + down, block=self.block.moved(down), box=self.box.moved(down))


class Typesetter:
    """Sets texts with the fonts of one look. Threads may share it: one of them sets at a time."""

    def __init__(self, folder: FontFolder) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def set(
        self, texts: Sequence[Text], *, heading_family: str, text_family: str, language: str, format_name: str
    ) -> dict[str, Lettering]:
        """The lettering of each layer by its name. MissingGlyphsError or TextDoesNotFitError for the first text that
        cannot be set.
        """
        if not texts:
            return {}
        families = {"heading": heading_family, "text": text_family}
        for family in families.values():
            self.folder.require(family)
        documents = []
        for text in texts:
            names = list(dict.fromkeys([families[text.layer.family], text_family, *fallback_families(language)]))
            self._require_glyphs(text, names, language)
            documents.append(_document(text, names, language))
        pages, found = self._compile(documents)
        letterings = {}
        for text, document, page, result in zip(texts, documents, pages, found, strict=True):
            if not result["fits"]:
                over = len(text.content) * (1 - result["room"] / result["height"])
                raise TextDoesNotFitError(text.layer.name, format_name, max(round(over), 1))
            letterings[text.layer.name] = _lettering(text, document, page, result)
        return letterings

    def _require_glyphs(self, text: Text, families: Sequence[str], language: str) -> None:
        missing = []
        for line in lines_of_runs(text.content, language):
            for run in line:
                usable = [EMOJI_FAMILY] if run.is_emoji else [*families, EMOJI_FAMILY]
                missing += [
                    character
                    for character in drawn_characters(run.text)
                    if not any(self.folder.has(family, character) for family in usable)
                ]
        if missing:
            raise MissingGlyphsError(text.layer.name, sorted(set(missing)))

    def _compile(self, documents: Sequence[dict[str, Any]]) -> tuple[list[bytes], list[dict[str, Any]]]:
        inputs = {"layers": json.dumps(documents)}
        with self._lock:
            pages = self._compiler.compile(format="png", ppi=72, sys_inputs=inputs)
            found = json.loads(self._compiler.query("<layer>", field="value"))
        return (pages if isinstance(pages, list) else [pages or b""]), found

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(_DOCUMENT, font_paths=[self.folder.path], ignore_system_fonts=True)


@lru_cache(maxsize=4)
def typesetter(font_files: tuple[bytes, ...]) -> Typesetter:
    """The typesetter of these fonts, made once."""
    return Typesetter(font_folder(font_files))


def _document(text: Text, families: list[str], language: str) -> dict[str, Any]:
    layer = text.layer
    is_joined = has_joined_letters(text.content)
    size = layer.size * text.reference
    return {
        "name": layer.name,
        "width": text.box.width,
        "height": text.box.height,
        "bleed": round(size * _BLEED),
        "families": [*families, EMOJI_FAMILY],
        "emoji_families": [EMOJI_FAMILY],
        "sizes": _sizes(size, layer.minimum_size * text.reference),
        "weight": layer.weight,
        "colour": text.colour,
        "lang": language.lower().split("-")[0],
        "line_height": layer.line_height * (_JOINED_LINE_HEIGHT if is_joined else 1),
        "letter_spacing": 0 if is_joined else layer.letter_spacing,
        "side": text.side,
        "vertical": layer.vertical,
        "padding": 0 if layer.plate is None else layer.plate.padding,
        "is_right_to_left": is_right_to_left(text.content, language),
        "words": longest_words(text.content, language),
        "lines": [[_run(run) for run in line] for line in lines_of_runs(text.content, language)],
    }


def _run(run: Run) -> dict[str, Any]:
    return asdict(run)


def _sizes(largest: float, smallest: float) -> list[float]:
    sizes = [largest]
    while sizes[-1] * _STEP > smallest:
        sizes.append(sizes[-1] * _STEP)
    return [*sizes, smallest] if smallest < sizes[-1] else sizes


def _lettering(text: Text, document: dict[str, Any], page: bytes, result: dict[str, Any]) -> Lettering:
    with Image.open(io.BytesIO(page)) as opened:
        picture = opened.convert("RGBA")
    x, y = text.box.x - document["bleed"], text.box.y - document["bleed"]
    ink = picture.getchannel("A").getbbox() or (0, 0, 1, 1)
    box = PixelBox(x + ink[0], y + ink[1], ink[2] - ink[0], ink[3] - ink[1])
    return Lettering(picture, x, y, result["size"], _block(text, document, result), box)


def _block(text: Text, document: dict[str, Any], result: dict[str, Any]) -> PixelBox:
    """The box of the text and its padding, aligned as the text is."""
    padding = document["padding"] * result["size"]
    width = min(round(result["width"] + 2 * padding), text.box.width)
    height = min(round(result["height"] + padding), text.box.height)
    free = text.box.width - width
    left = {"left": 0, "centre": free // 2, "right": free}[text.side]
    top = {"top": 0, "middle": (text.box.height - height) // 2, "bottom": text.box.height - height}[text.layer.vertical]
    return PixelBox(text.box.x + left, text.box.y + top, width, height)
