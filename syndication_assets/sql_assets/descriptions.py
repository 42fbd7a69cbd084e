"""The owners and descriptions of assets, as the UI shows them."""

from syndication_assets.database.connection import load_sql

OWNERS = ["team:syndication"]


def description_of(relative_path: str) -> str:
    """The opening comment of a SQL file as one paragraph, without its comment markers."""
    lines = []
    for line in load_sql(relative_path).splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)
