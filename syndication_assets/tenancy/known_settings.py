"""The settings that there are: what each may be, and the values that it has."""

import re
from typing import NamedTuple

from syndication_assets.database.connection import Connection

Value = int | str


class KnownSetting(NamedTuple):
    """One row of tenancy.settings, without its secret."""

    setting: str
    data_type: str
    """integer or text."""
    default_value: Value | None
    value: Value | None
    minimum: int | None
    maximum: int | None
    choices: list[str] | None
    pattern: str | None
    is_of_organizations: bool
    is_encrypted: bool
    is_read_only: bool
    has_value: bool
    """Whether the installation has a value of its own, a secret one included."""
    description: str

    def problem_of(self, value: Value) -> str | None:
        """Why it cannot have the value, without the value itself, which may be a secret; None if it can."""
        if self.data_type == "integer":
            fits = isinstance(value, int) and (self.minimum or 0) <= value <= (self.maximum or 0)
            return None if fits else f"write a whole number from {self.minimum} to {self.maximum}"
        if not isinstance(value, str) or value != value.strip() or not value or not value.isprintable():
            return "write a text of one line"
        if self.choices is not None and value not in self.choices:
            return f"choose from {', '.join(self.choices)}"
        # PostgreSQL's classes of characters are spelled otherwise.
        if self.pattern is not None and not re.search(self.pattern.replace("[:space:]", r"\s"), value):
            return f"it does not match {self.pattern}: {self.description}"
        return None


def known_settings(connection: Connection) -> dict[str, KnownSetting]:
    """All settings by name, in the order of their names."""
    rows = connection.execute(
        "select setting, data_type::text, default_value, value, minimum, maximum, choices, pattern,"
        " is_of_organizations, is_encrypted, is_read_only, num_nonnulls(value, secret) > 0, description"
        " from tenancy.settings order by setting"
    )
    return {row[0]: KnownSetting(*row) for row in rows}
