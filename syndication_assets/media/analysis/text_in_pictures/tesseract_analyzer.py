"""The analyzer `tesseract`: reads the languages whose data are installed beside the program, such as Arabic.

The program runs below a child process whose memory is limited, which limits the program too.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from types import TracebackType
from typing import Self

from syndication_assets.media.analysis.analyzer import AnalyzerVersion, Result
from syndication_assets.media.analysis.findings import FailedAttemptError
from syndication_assets.media.analysis.text_in_pictures.read_lines import ReadLine, findings_of
from syndication_assets.media.bounded_child import BoundedChild, ChildEndedError, ChildRaisedError

_PROGRAM = "tesseract"
_MEMORY_BYTES = 2 * 1024**3
_SECONDS = 60.0
_LEAST_CONFIDENCE = 0.5
_LEVEL, _PARAGRAPH, _LINE, _CONFIDENCE, _WORD = 0, slice(2, 4), 4, 10, 11
"""Columns of the program's table; words have level 5."""


class TesseractFailedError(Exception):
    """The program ended with an error; the message is its status."""


class TesseractAnalyzer:
    """One picture after another, each by a new process of the program."""

    at_once = 1
    longest_side: int = 1600

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = "+".join(languages)
        self.version = tesseract_version(languages)
        self._child = BoundedChild(memory_bytes=_MEMORY_BYTES, seconds=_SECONDS + 10)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._child.close()

    async def analyse(self, picture: bytes, sha256: str) -> Result:  # noqa: ARG002 - every analyzer is called so
        try:
            table = await asyncio.to_thread(self._child.run, str, read_table, picture, self._languages)
        except (ChildEndedError, ChildRaisedError) as error:
            raise FailedAttemptError(f"reading the text {error}") from None
        return findings_of(lines_of(table)), None


def why_no_tesseract(languages: Sequence[str]) -> str | None:
    """Why the analyzer is not available; None if it is."""
    if shutil.which(_PROGRAM) is None:
        return "the program tesseract is not on the PATH: install it, on Debian with apt-get install tesseract-ocr"
    missing = sorted(set(languages) - _installed_languages())
    if missing:
        packages = " ".join(f"tesseract-ocr-{language.replace('_', '-')}" for language in missing)
        return f"tesseract has no data of {', '.join(missing)}: install it, on Debian with apt-get install {packages}"
    return None


def tesseract_version(languages: Sequence[str]) -> AnalyzerVersion:
    return AnalyzerVersion(f"{_installed_version()} ({'+'.join(languages)})")


def read_table(picture: bytes, languages: str) -> str:
    """The program's table of a picture; runs in the child. TesseractFailedError if there is none."""
    try:
        done = subprocess.run(
            [_PROGRAM, "stdin", "stdout", "-l", languages, "tsv"],
            input=picture,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise TesseractFailedError(f"took more than {_SECONDS:g} s") from None
    if done.returncode:
        raise TesseractFailedError(f"ended with status {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def lines_of(table: str) -> list[ReadLine]:
    """The words of the table as lines, with the mean confidence of their letters; uncertain words are left out."""
    words: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) <= _WORD or cells[_LEVEL] != "5" or not cells[_WORD].strip():
            continue
        confidence = float(cells[_CONFIDENCE]) / 100
        if confidence >= _LEAST_CONFIDENCE:
            words.setdefault((*cells[_PARAGRAPH], cells[_LINE]), []).append((cells[_WORD], confidence))
    return [
        ReadLine(
            " ".join(word for word, _ in line),
            sum(len(word) * confidence for word, confidence in line) / sum(len(word) for word, _ in line),
        )
        for line in words.values()
    ]


@cache
def _installed_version() -> str:
    return _output("--version").splitlines()[0].strip()


@cache
def _installed_languages() -> frozenset[str]:
    return frozenset(line.strip() for line in _output("--list-langs").splitlines()[1:])


def _output(argument: str) -> str:
    return subprocess.run([_PROGRAM, argument], capture_output=True, check=False, timeout=10).stdout.decode()
