"""What is wrong with a configuration file: every problem with its place, reported all at once. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from syndication_assets.errors import SyndicationError

_SHOWN = 50


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and what to do about it."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class EntriesOfFile(NamedTuple):
    """The entries that a file of another format holds, each with its place, and what is wrong with it."""

    entries: list[tuple[Place, dict[str, Any]]]
    problems: list[Problem]


class ConfigurationError(SyndicationError):
    """A file that cannot be applied; the message has a line for each problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"… and {len(self.problems) - _SHOWN:,} more.")
        super().__init__("\n".join(lines))
