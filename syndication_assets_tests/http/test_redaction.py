import json
from urllib.parse import quote, quote_plus

import pytest

from syndication_assets.http.redaction import redact, redact_to_line

SECRET = 'canary/key+"é ='


@pytest.mark.parametrize(
    "echo",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    ],
)
def test_a_secret_is_removed_in_every_form_in_which_a_server_may_echo_it(echo: str):
    assert redact(f"bad key: {echo}.", SECRET, mark="[key]") == "bad key: [key]."


def test_several_secrets_are_removed_and_an_empty_one_changes_nothing():
    assert redact("a-1 b-2", "a-1", "", "b-2") == "[secret] [secret]"


def test_a_part_of_a_message_is_one_short_line():
    assert redact_to_line(f"no\n  {SECRET}\n", SECRET) == "no [secret]"
    assert redact_to_line("x" * 400, length=20) == "x" * 20
    assert redact_to_line("Try again.. ") == "Try again"


def test_a_part_of_a_message_is_cleaned_so_that_no_character_hides_a_secret():
    assert redact_to_line("\x1b[31mno\0 \ud800sk-\0canary", "sk-canary") == "no [secret]"
