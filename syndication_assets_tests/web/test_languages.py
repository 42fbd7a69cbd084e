"""Every sentence of the pages is in every language, with the same values in it."""

import re
from datetime import UTC, date, datetime

import pytest

from syndication_assets.web.languages import LANGUAGES, language, preferred
from syndication_assets.web.sentences import collected, translated

OTHERS = sorted(LANGUAGES.keys() - {"en"})
_VALUE = re.compile(r"%\(\w+\)s|`[^`]+`")


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_every_sentence_and_no_other(code: str):
    wanted = {message.id for message in collected() if message.id}
    translations = {message.id: message.string for message in translated(code) if message.id}
    assert len(wanted) > 100
    assert translations.keys() == wanted, "run python -m syndication_assets.web.sentences, and translate what is new"
    assert [sentence for sentence, translation in translations.items() if not translation] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_values_and_commands_of_its_sentence(code: str):
    for message in translated(code):
        if message.id:
            assert sorted(_VALUE.findall(message.string)) == sorted(_VALUE.findall(message.id)), message.id


def test_a_page_speaks_what_was_chosen_else_what_the_browser_accepts():
    assert preferred("de", "ar") == "de"
    assert preferred(None, "fr-FR, ar-BH;q=0.9, en;q=0.5") == "ar"
    assert preferred("xx", "fr") == "en"
    assert preferred(None, "") == "en"


def test_days_times_and_numbers_are_those_of_the_language():
    moment = datetime(2026, 1, 31, 17, 5, tzinfo=UTC)
    english, german, arabic = (language(code) for code in ("en", "de", "ar"))
    assert (english.direction, german.direction, arabic.direction) == ("ltr", "ltr", "rtl")
    assert english.day(date(2026, 1, 31)) == "Sat, Jan 31, 2026"
    assert german.day(moment) == "Sa., 31. Jan. 2026"
    assert german.time(moment) == "31. Jan. 2026, 17:05 UTC"
    assert german.number(1234567) == "1.234.567"
    assert "2026" in arabic.day(moment) or "٢٠٢٦" in arabic.day(moment)
