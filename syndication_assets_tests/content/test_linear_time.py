"""Checking a text costs what the text is long, however hostile it is: four times the text, about four times the time.

A pattern that tries every position against all that follows takes sixteen times as long.
"""

import time
from collections.abc import Callable

import pytest

from syndication_assets.content.compliance import form_rules, text_tokens
from syndication_assets.content.compliance.amounts import amounts_in, unread_currency
from syndication_assets.content.compliance.material_claims import material_claims_rule
from syndication_assets.content.compliance.number_claims import number_claims_rule
from syndication_assets.content.compliance.offer_claims import discount_claims_rule
from syndication_assets.content.compliance.price_claims import price_claims_rule
from syndication_assets.content.compliance.size_claims import size_claims_rule
from syndication_assets.content.draft import Draft
from syndication_assets.content.post_facts import Facts, normalized
from syndication_assets.content.post_hashtags import found_hashtags, hashtags_of
from syndication_assets.text.html_text import plain_text
from syndication_assets.text.lines import tidy_lines
from syndication_assets.text.urls import read_url
from syndication_assets_tests.content.examples import FACTS, requirement

LONGER = 4
MOST_TIMES = 9
"""Between the 4 of linear and the 16 of quadratic time."""
UNITS = 250

READERS: dict[str, Callable[[str], object]] = {
    "normalized": normalized,
    "tokens": text_tokens.tokens_of,
    "denied": text_tokens.denied_positions,
    "amounts": amounts_in,
    "unread currency": unread_currency,
    "prices": lambda text: price_claims_rule(text, FACTS),
    "offers": lambda text: discount_claims_rule(text, FACTS),
    "sizes": lambda text: size_claims_rule(text, FACTS),
    "materials": lambda text: material_claims_rule(text, FACTS, frozenset()),
    "numbers": lambda text: number_claims_rule(text, FACTS),
    "sentences": lambda text: Facts("Kilt", description=text).sentences(),
    "hashtags in a text": found_hashtags,
    "hashtags of a name": lambda text: hashtags_of(Facts(text), 2, 3),
    "form of hashtags": lambda text: form_rules.hashtag_form_rule(Draft(text)),
    "wrapping": lambda text: form_rules.wrapping_rule(Draft(text)),
    "links": lambda text: form_rules.other_links_rule(Draft(text)),
    "banned words": lambda text: form_rules.banned_words_rule(Draft(text), requirement("banned_words", ["delve in"])),
    "emoji": form_rules.emoji_count,
    "markup": plain_text,
    "lines": tidy_lines,
    "urls": read_url,
}
HOSTILE = [
    "1", "1 ", "1,1", "1.1.", "111 ", "1'1", "1 x ", "20% ", "£", "£ 1 ", "one ", "one-", "off one ", "S, ", "UK 6, ",
    "size ", "small and ", "no ", "not, ", "wool ", "faux ", "a", "a.", "a.b/", "http://", "//", "www.a", "@a.", "#",
    "#a ", "*", "[", "(", "[a](", "`", "_", '"', "<p>", "<td>", "&", "'", "l'", ". ", "\n", " \n", "\u00a0", "\u200d",
    "\U0001f600",
]  # fmt: skip


def seconds(read: Callable[[str], object], text: str) -> float:
    """The least processor time of three readings; each text differs, so that none is remembered."""
    times = []
    for number in range(3):
        begin = time.process_time()
        read(f"{text}{number}")
        times.append(time.process_time() - begin)
    return min(times)


def is_linear(read: Callable[[str], object], unit: str) -> bool:
    units = UNITS
    for _ in range(4):
        short, long = seconds(read, unit * units), seconds(read, unit * units * LONGER)
        if long < 0.004 or long <= MOST_TIMES * short:
            return True
        if long > 0.1:
            return False
        # Noise of a short time vanishes in a longer one; quadratic time does not.
        units *= 2
    return False


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if number % 2 == 0 else pytest.mark.slow) for number, name in enumerate(READERS)],
)
def test_a_reader_takes_linear_time(name: str):
    assert [unit for unit in HOSTILE if not is_linear(READERS[name], unit)] == []


def test_quadratic_time_is_noticed():
    import re  # noqa: PLC0415

    assert not is_linear(re.compile(r"(?:\d+ )+x").search, "1 ")
