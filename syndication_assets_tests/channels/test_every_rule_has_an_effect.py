"""A row has an effect, or it is not there: code outside the loader reads every column and every rule of the reference.

What a statement reads is found in its text: columns behind the alias of a table, or all words without an alias.
"""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

import syndication_assets
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.channels.reference_tables import TABLES
from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement
from syndication_assets.content.generation.post_prompt import post_question
from syndication_assets.content.post_facts import Facts
from syndication_assets.database.connection import SQL_DIRECTORY

PACKAGE = Path(syndication_assets.__file__).parent
LOADER = {"assets", "reference", "reference_changes", "reference_files", "reference_tables"}
RULES = sorted({(key[2], key[3]) for key in read_reference()["channel_requirements"]})
_FROM = re.compile(r"\b(?:from|join|update)\s+([a-z_]+\.[a-z_]+)(?:\s+as\s+([a-z_]+)\b)?")


@cache
def sql_files() -> dict[str, str]:
    """Every statement outside the migrations, by path below `sql/`."""
    paths = [path for path in SQL_DIRECTORY.rglob("*.sql") if path.name != "schema.sql"]
    files = {path.relative_to(SQL_DIRECTORY).as_posix(): path.read_text() for path in paths}
    return {path: text for path, text in files.items() if not path.startswith("migrations/")}


def is_loader(module: Path) -> bool:
    """Whether it only carries rows between a file and the tables."""
    return module.parts[0] == "configuration" or (module.parts[0] == "channels" and module.stem in LOADER)


@cache
def texts_in_python() -> list[str]:
    """Every string of the package outside the loader."""
    modules = [path for path in PACKAGE.rglob("*.py") if not is_loader(path.relative_to(PACKAGE))]
    nodes = [node for path in modules for node in ast.walk(ast.parse(path.read_text()))]
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def columns_read(table: str, statements: Iterable[str]) -> set[str]:
    """The words that stand where a column of the table stands, in any of the statements."""
    found: set[str] = set()
    for statement in statements:
        if f"channels.{table}" not in statement:
            continue
        code = re.sub(r"--[^\n]*", "", statement)
        aliases = set(_FROM.findall(code))
        for name, alias in aliases:
            if name != f"channels.{table}":
                continue
            if not alias:
                found |= set(re.findall(r"\b[a-z_]+\b", code))
            elif not any(other_alias == alias and other != name for other, other_alias in aliases):
                found |= set(re.findall(rf"\b{alias}\.([a-z_]+)", code))
    return found


def unread_columns(statements: Iterable[str]) -> set[tuple[str, str]]:
    statements = list(statements)
    return {
        (table.name, column)
        for table in TABLES
        for column in table.columns.keys() - columns_read(table.name, statements)
    }


def has_effect(category: str, key: str) -> bool:
    """Whether a statement or the package names the rule, or the writer of a text reads it in the prompt."""
    texts = texts_in_python()
    named = key in texts or any(f"'{key}'" in text for text in (*sql_files().values(), *texts))
    rules = ChannelRules([Requirement(category, key, value="x")])
    in_prompt = f"- {key} (" in str(post_question("facebook", "feed_post", rules, Facts("Kilt"), None))
    return named or in_prompt


def test_every_column_of_the_reference_is_read():
    assert unread_columns([*sql_files().values(), *texts_in_python()]) == set()


@pytest.mark.parametrize(("category", "key"), RULES, ids=lambda part: part)
def test_every_rule_of_the_reference_is_read(category: str, key: str):
    assert has_effect(category, key)


def test_a_column_without_its_reader_is_found():
    others = {path: text for path, text in sql_files().items() if path != "channels/channels_in_order.sql"}
    unread = unread_columns([*others.values(), *texts_in_python()])
    assert {("platforms", "description"), ("channel_types", "description"), ("platform_channels", "notes")} <= unread


@pytest.mark.parametrize("rule", [("media", "image_width"), ("engagement", "best_hour")])
def test_a_rule_that_nothing_reads_is_found(rule: tuple[str, str]):
    assert not has_effect(*rule)


@pytest.mark.parametrize(
    ("statement", "columns"),
    [
        ("select p.status from channels.platforms as p", {"status"}),
        ("update channels.platforms set notes = 'x'", {"notes"}),
        ("select p.status from catalogue.products as p inner join channels.platforms as q on true", set()),
        ("select p.status from catalogue.products as p, lateral (select 1 from channels.platforms as p) as x", set()),
        ("-- p.status\nselect 1 from channels.platforms as p", set()),
        ("select t.status from channels.channel_types as t", set()),
    ],
)
def test_only_columns_of_the_table_count(statement: str, columns: set[str]):
    known = {"status", "notes", "display_name"}
    assert columns_read("platforms", [statement]) & known == columns
