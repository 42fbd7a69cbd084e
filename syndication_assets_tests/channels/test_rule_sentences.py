"""A rule whose sentence says something else than its row: shown as a warning, and no prompt repeats the sentence."""

from decimal import Decimal

import pytest
from click.testing import CliRunner

from syndication_assets.channels.reference_files import read_reference
from syndication_assets.channels.rule_sentences import contradiction_of
from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction


def test_every_sentence_of_the_reference_says_what_its_rule_says():
    for key, row in read_reference()["channel_requirements"].items():
        values = dict(row) if not isinstance(row, dict) else row
        assert contradiction_of(
            key[3], values["description"], values["value"], values["minimum"], values["maximum"]
        ) is None, key  # fmt: skip


@pytest.mark.parametrize(
    ("description", "value", "minimum", "maximum"),
    [
        ("Write 80 to 400 characters.", None, 80, 300),
        ("Write exactly 3 hashtags.", None, 2, 3),
        ("Write 1 to 3 hashtags.", None, 3, 3),
        ("Use no emoji.", None, 0, 2),
        ("At most one post per day.", None, None, 2),
        ("Compare the texts of 90 days.", 60, None, None),
        ("The similarity is at most 0.92.", None, None, Decimal("0.9")),
    ],
)
def test_other_numbers_than_those_of_the_row_contradict_it(description, value, minimum, maximum):
    assert contradiction_of("text_length", description, value, minimum, maximum)


@pytest.mark.parametrize(
    ("description", "value", "minimum", "maximum"),
    [
        ("Write 80 to 400 characters.", None, 80, Decimal("400.0")),
        ("Use at most 2 emoji.", None, 0, 2),
        ("Use no emoji.", None, 0, 0),
        ("As short as possible.", None, 80, 400),
        ("Never use these words.", ["delve"], None, None),
        (None, None, 80, 400),
    ],
)
def test_the_same_numbers_or_none_agree_with_the_row(description, value, minimum, maximum):
    assert contradiction_of("text_length", description, value, minimum, maximum) is None


def test_another_language_contradicts_the_row():
    assert contradiction_of("language", "Write in English (house rule).", "de", None, None)
    assert contradiction_of("language", "Write in German.", "de", None, None) is None
    assert contradiction_of("language", "The language of the text.", "de", None, None) is None


def test_a_rule_edited_in_sql_that_contradicts_its_sentence_is_shown_as_a_warning(reference_url: str):
    command = ["channels", "facebook", "feed_post"]
    assert "Warning" not in CliRunner().invoke(main, command).output
    with transaction(reference_url) as connection:
        connection.execute(
            "update channels.channel_requirements set maximum = 300 where platform = 'facebook'"
            " and channel_type = 'feed_post' and requirement_key = 'text_length'"
        )
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0
    assert "Warning: content/text_length: its sentence says 80 and 400, the rule 80 and 300." in result.output
