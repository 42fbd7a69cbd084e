"""What every analyzer is: one protocol, which the adapters in the folders beside this module follow."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from syndication_assets.media.analysis.findings import Findings, Spent

Result = tuple[Findings, Spent | None]
"""What was found, and what a request to a model cost; None without one."""


class ChosenAnalyzer(NamedTuple):
    """One row of `media/analyses/chosen.sql`: an analyzer that is active in an organization."""

    organization_id: str
    organization: str
    analyzer: str
    model: str | None
    languages: list[str]
    pictures_per_run: int


@dataclass(frozen=True, slots=True)
class AnalyzerVersion:
    """What makes results comparable: analyses of the same version were made in the same way."""

    program: str
    model: str | None = None
    prompt: str | None = None


class Analyzer(Protocol):
    """Looks at pictures; an asynchronous context manager ends its processes and connections."""

    version: AnalyzerVersion
    at_once: int
    """How many pictures it is given at the same time."""
    longest_side: int
    """The picture that it is given has at most so many pixels on its longer side."""

    async def analyse(self, picture: bytes, sha256: str) -> Result:
        """What a JPEG of our own shows, made of the file with this SHA-256. AnalysisError if nothing was found out."""
