"""Writes `docs/settings.md`: every environment variable with its default and its meaning, by subject.

`make settings` rewrites it; `--check` only says whether it is current.
"""

import sys
from pathlib import Path
from typing import Any

import click
from pydantic.fields import FieldInfo

from syndication_assets.settings import PROJECT_DIRECTORY, Settings
from syndication_assets.settings.environment import EnvironmentSettings, shown_default

SETTINGS_PAGE = PROJECT_DIRECTORY / "docs" / "settings.md"
_PRELUDE = """\
# Settings

Settings are environment variables of the process that runs the `syndication` command or Dagster's code location. Every
variable is optional; an empty or blank variable counts as unset. A value that cannot be used ends the command with a
message that names the variable. Paths below `.local` are in the checkout.

This page is generated from `syndication_assets/settings` by `make settings`.
"""


def settings_page() -> str:
    """The text of `docs/settings.md`. Nothing in it depends on the environment."""
    # Later bases come first in a model: the last named subject opens the page.
    subjects = [base for base in reversed(Settings.__bases__) if issubclass(base, EnvironmentSettings)]
    return "\n".join([_PRELUDE, *map(_section, subjects)])


def _section(subject: type[EnvironmentSettings]) -> str:
    rows = [
        f"| `{field.validation_alias}` | {_cell(_default(field))} | {_cell(field.description or '')} |"
        for field in subject.model_fields.values()
    ]
    return "\n".join(
        [f"## {subject.__doc__}", "", "| variable | default | meaning |", "| --- | --- | --- |", *rows, ""]
    )


def _default(field: FieldInfo) -> str:
    local_directory = Settings.model_fields["local_directory"].default
    value: Any = field.get_default(call_default_factory=True, validated_data={"local_directory": local_directory})
    if isinstance(value, (str, Path)) and Path(value).is_relative_to(PROJECT_DIRECTORY):
        value = Path(value).relative_to(PROJECT_DIRECTORY).as_posix()
    shown = shown_default(value)
    return shown if shown == "none" else f"`{shown}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@click.command(help=__doc__)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if the page is not current.")
def main(check: bool) -> None:
    text = settings_page()
    if SETTINGS_PAGE.exists() and SETTINGS_PAGE.read_text(encoding="utf-8") == text:
        click.echo("docs/settings.md is current.")
    elif check:
        click.echo("docs/settings.md is not current: run `make settings`, and commit the file.", err=True)
        sys.exit(1)
    else:
        SETTINGS_PAGE.parent.mkdir(exist_ok=True)
        SETTINGS_PAGE.write_text(text, encoding="utf-8")
        click.echo("docs/settings.md is written.")


if __name__ == "__main__":
    main()
