"""The fonts that come with the kit, and the order in which scripts fall back on them.

They are packages of this environment, so that every machine draws alike; only the colour emoji are the system's. A
machine without them refuses emoji by name instead of drawing empty boxes.
"""

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

_PACKAGED = {
    "fontpkg-inter": "files/Inter[opsz,wght].ttf",
    "fontpkg-noto-sans": "files/NotoSans[wdth,wght].ttf",
    "fontpkg-noto-sans-arabic": "files/NotoSansArabic[wdth,wght].ttf",
    "manimgx-fonts-cjk": "NotoSansCJK-VF.otf.ttc",
}
EMOJI_FAMILY = "Noto Color Emoji"
_EMOJI_FILES = (
    Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"),  # Debian, Ubuntu
    Path("/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf"),  # Fedora
    Path("/usr/share/fonts/noto/NotoColorEmoji.ttf"),  # Alpine, Arch
)
_CJK = {"ja": "JP", "ko": "KR", "zh": "SC", "zh-hant": "TC", "zh-tw": "TC", "zh-hk": "HK"}


@cache
def kit_font_files() -> tuple[Path, ...]:
    """The files of the kit's fonts that are on this machine."""
    packaged = [Path(str(files(package.replace("-", "_")))) / name for package, name in _PACKAGED.items()]
    emoji = next((file for file in _EMOJI_FILES if file.exists()), None)
    return (*packaged, *([emoji] if emoji else []))


@cache
def kit_font_versions() -> tuple[str, ...]:
    """What tells the kit's fonts of two machines apart."""
    packaged = [f"{package} {version(package)}" for package in _PACKAGED]
    emoji = [f"{file.name} {file.stat().st_size}" for file in kit_font_files() if file in _EMOJI_FILES]
    return (*packaged, *emoji)


def fallback_families(language: str) -> tuple[str, ...]:
    """The families that a text in this language falls back on, the first that has a character sets it. Han characters
    look as in the language; Japanese is meant where it does not say.
    """
    tag = language.lower()
    region = _CJK.get(tag) or _CJK.get(tag.split("-")[0], "JP")
    return ("Noto Sans", "Noto Sans Arabic", f"Noto Sans CJK {region}")
