"""The folder of fonts that texts of one look are set with: the brand's files, and the kit's for all other scripts."""

import tempfile
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from syndication_assets.rendering.errors import RenderingError
from syndication_assets.rendering.fonts.kit_fonts import kit_font_files

_SUFFIXES = {b"\x00\x01\x00\x00": "ttf", b"true": "ttf", b"OTTO": "otf", b"ttcf": "ttc"}


class UnknownFontError(RenderingError):
    """A font file is of another kind, or no file has the named family."""


class FontFolder:
    """Fonts by family. A family of the brand replaces the one of the kit with its name."""

    def __init__(self, font_files: Sequence[bytes]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="syndication-fonts-")
        self.path = Path(self._folder.name)
        for number, content in enumerate(font_files):
            suffix = _SUFFIXES.get(content[:4])
            if suffix is None:
                raise UnknownFontError(
                    "A font of the brand is neither TrueType nor OpenType: store a .ttf or .otf file."
                )
            (self.path / f"brand-{number}.{suffix}").write_bytes(content)
        self._faces = _faces(self.path)
        for file in kit_font_files():
            if not self._faces.keys() & _kit_families(file):
                (self.path / file.name).symlink_to(file)
        self._faces = _faces(self.path)

    @property
    def families(self) -> frozenset[str]:
        return frozenset(self._faces)

    def has(self, family: str, character: str) -> bool:
        """Whether the family has a glyph for the character."""
        return ord(character) in self._characters(family)

    def require(self, family: str) -> None:
        """UnknownFontError if no file has the family."""
        if family not in self._faces:
            known = ", ".join(sorted(self._faces))
            raise UnknownFontError(
                f"There is no font {family!r}: store its file with the brand, or choose from {known}."
            )

    def _characters(self, family: str) -> frozenset[int]:
        if family not in self._known_characters:
            path, index = self._faces.get(family, (None, 0))
            self._known_characters[family] = frozenset() if path is None else _cmap(path.resolve(), index)
        return self._known_characters[family]

    @cached_property
    def _known_characters(self) -> dict[str, frozenset[int]]:
        return {}


@lru_cache(maxsize=4)
def font_folder(font_files: tuple[bytes, ...]) -> FontFolder:
    """The folder of these files, made once."""
    return FontFolder(font_files)


def families_of(font_files: Sequence[bytes]) -> frozenset[str]:
    """The families that texts can be set with: of these files and of the kit."""
    return font_folder(tuple(font_files)).families


def families_in(font_file: bytes) -> list[str]:
    """The families of one file, which may be from outside: callers bound the process. Empty if it is damaged."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "font.ttf").write_bytes(font_file)
        return sorted(_faces(Path(folder)))


def _faces(folder: Path) -> dict[str, tuple[Path, int]]:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    faces: dict[str, tuple[Path, int]] = {}
    for face in sorted(fonts.fonts(), key=lambda face: (abs(face.weight - 400), str(face.path), face.index)):
        faces.setdefault(face.family, (Path(str(face.path)), face.index))
    return faces


@lru_cache(maxsize=32)
def _kit_families(file: Path) -> frozenset[str]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file.name).symlink_to(file)
        return frozenset(_faces(Path(folder)))


@lru_cache(maxsize=64)
def _cmap(path: Path, index: int) -> frozenset[int]:
    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())
