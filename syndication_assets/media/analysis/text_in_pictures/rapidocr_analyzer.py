"""The analyzer `rapidocr`: reads Latin, Chinese and Japanese letters with the models that its package brings.

The models need about half a gigabyte, so they live in a child process that ends with the run. The package is the extra
`text-in-pictures`.
"""

import asyncio
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Self

from syndication_assets.media.analysis.analyzer import AnalyzerVersion, Result
from syndication_assets.media.analysis.findings import FailedAttemptError
from syndication_assets.media.analysis.text_in_pictures.read_lines import ReadLine, findings_of
from syndication_assets.media.bounded_child import BoundedChild, ChildEndedError, ChildRaisedError

_PACKAGE = "rapidocr"
_MEMORY_BYTES = 2 * 1024**3
"""Address space of the child; it needs about half of this."""
_SECONDS = 60.0
_LEAST_CONFIDENCE = 0.5


class RapidocrAnalyzer:
    """One child reads one picture after another."""

    at_once = 1
    longest_side: int = 1600

    def __init__(self) -> None:
        self.version = rapidocr_version()
        self._child = BoundedChild(memory_bytes=_MEMORY_BYTES, seconds=_SECONDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._child.close()

    async def analyse(self, picture: bytes, sha256: str) -> Result:  # noqa: ARG002 - every analyzer is called so
        try:
            lines = await asyncio.to_thread(self._child.run, list[ReadLine], read_lines, picture)
        except ChildEndedError as error:
            raise FailedAttemptError(f"reading the text {error}") from None
        except ChildRaisedError as error:
            raise FailedAttemptError(f"reading the text failed ({error.kind})") from None
        return findings_of(lines), None


def why_no_rapidocr() -> str | None:
    """Why the analyzer is not available; None if it is."""
    try:
        version(_PACKAGE)
    except PackageNotFoundError:
        return "rapidocr is not installed: install the extra text-in-pictures"
    return None


def rapidocr_version() -> AnalyzerVersion:
    return AnalyzerVersion(f"{_PACKAGE} {version(_PACKAGE)}")


def read_lines(picture: bytes) -> list[ReadLine]:
    """The lines of text in a picture, from top to bottom; runs in the child."""
    read = _engine()(picture)
    if read.txts is None:
        return []
    lines = zip(read.txts, read.scores, strict=True)
    return [ReadLine(text, float(score)) for text, score in lines if score >= _LEAST_CONFIDENCE]


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - an extra, which takes half a gigabyte

    # Each thread would take memory for itself, and a machine has other work.
    one_thread = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "critical", **one_thread})
