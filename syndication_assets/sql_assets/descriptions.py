"""The owners and descriptions of assets, as the UI shows them."""

import re

from syndication_assets.database.connection import load_sql

OWNERS = ["team:syndication"]

# What a file says to those who call it: sentences about its parameters, the steps that it reads and what it returns.
# A full stop ends a sentence only before a space or at the end.
_FOR_CALLERS = re.compile(
    r"(?:^|\s+)(?:Parameters?: |Reads the steps |Returns the numbers? )(?:[^.]|\.(?=\S))*\.(?=\s|$)"
)


def description_of(relative_path: str) -> str:
    """The opening comment of a SQL file as one paragraph, without its comment markers and what it says to callers."""
    lines = []
    for line in load_sql(relative_path).splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return _FOR_CALLERS.sub("", " ".join(filter(None, lines))).strip()
