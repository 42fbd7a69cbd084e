"""The help texts of the commands for entries say what they do, not what a field of a configuration file is."""

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.configuration.section import Section
from syndication_assets.configuration.sections import OF_ORGANIZATIONS, SHARED

ALL = [*OF_ORGANIZATIONS, *SHARED]


def help_of(*arguments: str) -> str:
    return " ".join(CliRunner().invoke(main, [*arguments, "--help"]).output.split())


@pytest.mark.parametrize("section", ALL, ids=lambda section: section.name)
def test_every_section_says_what_a_pause_and_a_removal_mean(section: Section):
    assert section.noun
    assert bool(section.paused) == ("is_active" in section.entry.model_fields)
    assert bool(section.removed) == section.is_removable


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("feed pause", "Pauses the feed: it is not fetched; landed files are still loaded."),
        ("feed resume", "Ends the pause of the feed."),
        ("budget add", "Adds a budget. In a configuration file, it is an entry of `budgets`."),
        ("approval-rule add", "Adds an approval rule."),
        ("retention remove", "Removes the rule of how long something is kept. From now on, the default holds"),
        ("organization pause", "nothing is fetched, written or sent for it"),
    ],
)
def test_a_command_says_what_it_does(arguments: str, text: str):
    assert text in help_of(*arguments.split())
