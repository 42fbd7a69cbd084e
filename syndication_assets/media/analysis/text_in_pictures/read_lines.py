"""Lines of text as a reader found them in a picture, as one text. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from syndication_assets.media.analysis.findings import Findings
from syndication_assets.text.outside import cleaned

LONGEST_TEXT = 20_000


class ReadLine(NamedTuple):
    """A line, and how sure its reader is of its letters, from 0 to 1."""

    text: str
    confidence: float


def findings_of(lines: Sequence[ReadLine]) -> Findings:
    """The lines as one text, with the mean confidence of its letters. Without a line the text is empty."""
    found = [ReadLine(text, line.confidence) for line in lines if (text := str(cleaned(line.text)).strip())]
    letters = sum(len(line.text) for line in found)
    if not letters:
        return Findings(text_in_picture="")
    confidence = sum(len(line.text) * line.confidence for line in found) / letters
    text = "\n".join(line.text for line in found)[:LONGEST_TEXT]
    return Findings(text_in_picture=text, confidence=round(min(max(confidence, 0.0), 1.0), 3))
