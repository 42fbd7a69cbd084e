"""Commands are imported when somebody asks for them, and all of them are found."""

import subprocess
import sys

import click

from syndication_assets.cli.entry_groups import ENTRY_GROUPS
from syndication_assets.cli.main import main
from syndication_assets.cli.modules_of_commands import ModulesOfCommands


def test_every_command_has_the_name_that_the_table_says():
    assert {name: command.name for name, command in main.commands.items()} == {name: name for name in main.commands}


def test_every_group_that_is_made_or_completed_is_a_command():
    assert {name: main.commands.get(name) for name in ENTRY_GROUPS} == ENTRY_GROUPS


def test_a_command_imports_no_other_commands_and_not_what_takes_long():
    script = "import sys; from syndication_assets.cli.main import main; main.commands['url']; print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert "syndication_assets.cli.database" in imported
    assert not {"dagster", "pyarrow", "syndication_assets.cli.entry_groups"} & set(imported)


def test_commands_can_be_added_replaced_and_removed():
    commands = ModulesOfCommands({"url": "syndication_assets.cli.database", "psql": "syndication_assets.cli.database"})
    group = click.Group("some", commands=commands)
    group.add_command(click.Command("more"))
    group.add_command(click.Command("psql", help="Another."))
    del commands["url"]
    assert sorted(group.commands) == ["more", "psql"]
    assert len(commands) == 2
    assert commands["psql"].help == "Another."
