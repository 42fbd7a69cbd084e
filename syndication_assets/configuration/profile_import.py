"""Tracks the profiles of a CSV file, without any other part of a configuration file."""

from pathlib import Path
from typing import NamedTuple

from syndication_assets.configuration.configuration_document import Document, entries_of_file
from syndication_assets.configuration.file.problems import ConfigurationError
from syndication_assets.configuration.organization import read_organization
from syndication_assets.configuration.plan import apply
from syndication_assets.configuration.sections.profiles import PROFILES
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError


class Imported(NamedTuple):
    """How many profiles of the file are new, have other values now, and were as they are."""

    added: int
    changed: int
    unchanged: int


def import_csv(url: str, slug: str, path: Path, actor: str) -> Imported:
    """Tracks the profiles of a file. ConfigurationError, with nothing written, that has every wrong line."""
    with transaction(url) as connection:
        found = read_organization(connection, slug)
    if found is None:
        raise SyndicationError(
            f"There is no organization {slug!r}: `syndication organization list` shows what there is."
        )
    document = Document(str(path), found[1], {})
    problems = entries_of_file(document, PROFILES, path)
    if problems:
        raise ConfigurationError(problems)
    applied = apply(url, document, actor=actor)
    return Imported(applied.added, applied.changed, len(document.entries["profiles"]) - applied.added - applied.changed)
