"""Rules of form: a text that complies with all of them, and which rule each change breaks."""

import time
from dataclasses import replace

import pytest

from syndication_assets.content.compliance.channel_rules import ChannelRules
from syndication_assets.content.compliance.form_rules import emoji_count
from syndication_assets.content.compliance.near_duplicates import EarlierText
from syndication_assets.content.compliance.validation import hard_reasons, validate
from syndication_assets.text.lengths import characters
from syndication_assets_tests.content.examples import FACTS, GOOD, GOOD_TEXT, RULES, URL, broken, requirement, text_with

GERMAN_TEXT = (
    "Der Schal h\u00e4lt den Wind ab und sieht dabei gut aus, an jedem Tag des Winters und auch danach."
    f"\n\nSee it here: {URL}\n\n#Scarves #Winter"
)


def test_the_good_text_breaks_nothing_and_every_rule_is_checked_once():
    findings = validate(GOOD, FACTS, RULES)
    assert [finding for finding in findings if not finding.is_passed] == []
    names = [finding.rule_name for finding in findings]
    assert len(names) == len(set(names)) == 21


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("text_length", f"Warm. {URL} #Scarves"),
        ("text_length", text_with("Warm. " * 60)),
        ("text_length_recommended", text_with("It is warm, and stays warm for as long as you wear it. " * 2)),
        ("hashtag_count", GOOD_TEXT.replace(" #Winter", "")),
        ("hashtag_count", f"{GOOD_TEXT} #Warm #Cosy"),
        ("hashtag_form", GOOD_TEXT.replace("#Winter", "#scarves")),
        ("hashtag_form", GOOD_TEXT.replace("#Winter", "#2025")),
        ("hashtag_form", GOOD_TEXT.replace("#Winter", "# Winter")),
        ("hashtag_form", GOOD_TEXT.replace(" #Winter", "#Winter")),
        ("hashtag_form", GOOD_TEXT.replace("#Winter", "#Summer")),
        ("hashtag_position", f"#Scarves #Winter {GOOD_TEXT.partition('#')[0]}"),
        ("hashtag_position", f"{GOOD_TEXT} Do come by."),
        ("banned_words", text_with("Delve into it.")),
        ("banned_words", text_with("A GAME\u00a0changer.")),
        ("banned_words", text_with("#delve")),
        ("language", GERMAN_TEXT),
        ("link_required", GOOD_TEXT.replace(URL, "")),
        ("link_required", GOOD_TEXT.replace(URL, f"{URL}2")),
        ("link_required", GOOD_TEXT.replace(URL, URL[:-1])),
        ("link_required", GOOD_TEXT.replace(URL, f"<{URL}>")),
        ("link_required", GOOD_TEXT.replace(URL, "[shop.example/scarves]")),
        ("other_links", text_with("More at https://elsewhere.example.")),
        ("other_links", text_with("More at www.elsewhere.test.")),
        ("other_links", text_with("More at elsewhere.com.")),
        ("other_links", text_with("More at shop.example/scarves.")),
        ("other_links", text_with("More at elsewhere.academy.")),
        ("other_links", text_with("More at goo.gl/abc.")),
        ("other_links", text_with("More at ftp://elsewhere.test/list.")),
        ("other_links", f"{URL} {GOOD_TEXT}"),
        ("wrapping", f'"{GOOD_TEXT}"'),
        ("wrapping", f"\u201c{GOOD_TEXT}\u201d"),
        ("wrapping", f"\u00ab{GOOD_TEXT}\u00bb"),
        ("wrapping", f"[{GOOD_TEXT}]"),
        ("wrapping", f'"{GOOD_TEXT.partition("#")[0].strip()}"\n\n#Scarves #Winter'),
        ("wrapping", GOOD_TEXT.replace(URL, f"[here]({URL})")),
        ("wrapping", text_with("[Insert name]")),
        ("wrapping", text_with("**Warm** it is.")),
        ("wrapping", text_with("`Warm` it is.")),
        ("wrapping", f"## Warm\n{GOOD_TEXT}"),
        ("wrapping", GOOD_TEXT.replace(URL, f"({URL})")),
        ("wrapping", " "),
        ("call_to_action", GOOD_TEXT.replace("See it here: ", "")),
        ("emoji_count", text_with("\U0001f9e3\U0001f9e3\U0001f9e3")),
    ],
)  # fmt: skip
def test_each_rule_detects_what_breaks_it(rule: str, text: str):
    assert rule in broken(text)


@pytest.mark.parametrize(
    "text",
    [
        text_with("Delvers, redelve and delved are other words."),
        text_with("It's \"warm\", they say (and mean it)."),
        text_with("\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f4"),
        GOOD_TEXT.replace(f"{URL}\n\n", f"{URL}.\n\n"),
        text_with("Number 180, e.g. in Edinburgh/Leith."),
        text_with("Write to us at hello@shop.test."),
    ],
)  # fmt: skip
def test_lookalikes_of_a_violation_pass(text: str):
    assert set(broken(text)) <= {"text_length_recommended"}


def test_only_a_picture_needs_an_alternative_text():
    assert "alt_text_required" in broken(replace(GOOD, alt_text=" "))
    assert "alt_text_required" not in broken(replace(GOOD, alt_text=None, image_url=None))


def test_a_text_for_a_channel_of_pictures_needs_one():
    rules = ChannelRules([requirement("image_required", True)])
    without = replace(GOOD, alt_text=None, image_url=None)
    assert "image_required" in broken(without, rules=rules)
    assert "image_required" not in broken(GOOD, rules=rules)
    assert "image_required" not in broken(without, rules=ChannelRules([requirement("image_required", False)]))


def test_a_text_about_a_discontinued_product_is_rejected():
    assert "is_available" in broken(GOOD, replace(FACTS, is_available=False))


def test_a_changed_row_changes_the_outcome():
    strict = ChannelRules([*RULES, requirement("banned_words", ["wind"])])
    assert broken(GOOD, rules=strict) == {"banned_words": "the word 'wind' is banned"}
    off = ChannelRules([rule for rule in RULES if rule.key != "hashtag_count"])
    assert "hashtag_count" not in broken(f"{GOOD_TEXT} #Warm #Cosy", rules=off)


def test_broken_soft_rules_are_shown_but_do_not_reject():
    findings = validate(replace(GOOD, text_content=text_with("It is warm. " * 10)), FACTS, RULES)
    assert [(finding.rule_name, finding.severity) for finding in findings if not finding.is_passed] == [
        ("text_length_recommended", "soft")
    ]
    assert hard_reasons(findings) == []


def test_a_short_text_in_another_language_breaks_only_a_soft_rule():
    short = replace(GOOD, text_content=f"Sehr warm! See it here: {URL} #Scarves #Winter")
    broken_rules = {
        finding.rule_name: finding.severity for finding in validate(short, FACTS, RULES) if not finding.is_passed
    }
    assert broken_rules.get("language", "soft") == "soft"


def test_a_channel_without_rules_accepts_any_form():
    plain = replace(GOOD, text_content="Warm.", hashtags=(), call_to_action=None, link_url=None)
    assert broken(plain, rules=ChannelRules()) == {}


def test_a_near_duplicate_is_rejected_and_the_other_text_is_named():
    duplicate = EarlierText("cnt-0000000a", GOOD_TEXT.replace(URL, "https://shop.example/other").replace("#W", "#w"),
                       "https://shop.example/other")  # fmt: skip
    other = EarlierText("cnt-0000000b", "Something else altogether, about shortbread and tea.", None)
    findings = {finding.rule_name: finding for finding in validate(GOOD, FACTS, RULES, [other, duplicate])}
    assert "cnt-0000000a" in str(findings["near_duplicate"].reason)
    assert findings["near_duplicate"].severity == "hard"
    assert validate(GOOD, FACTS, RULES, [other])[-1].is_passed


def test_the_threshold_of_near_duplicates_is_configurable():
    earlier = [EarlierText("cnt-0000000a", GOOD_TEXT.replace("keeps the wind out", "keeps rain and snow away"), URL)]
    lenient = ChannelRules([*RULES, requirement("near_duplicate_threshold", 0.99)])
    strict = ChannelRules([*RULES, requirement("near_duplicate_threshold", 0.5)])
    assert validate(GOOD, FACTS, lenient, earlier)[-1].is_passed
    assert not validate(GOOD, FACTS, strict, earlier)[-1].is_passed


def test_an_accented_letter_counts_once_however_it_is_typed():
    assert characters("caf\u00e9") == characters("cafe\u0301") == 4


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("a1#", 0), ("\U0001f9e3", 1), ("\U0001f44d\U0001f3fd", 1),
     ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 1),
     ("\U0001f1ec\U0001f1e7\U0001f1e9\U0001f1ea", 2), ("\u2600\ufe0f \u2764\ufe0f", 2), ("\u00a9 \u2122 \u2192", 0)],
)  # fmt: skip
def test_emoji_are_counted_as_people_see_them(text: str, count: int):
    assert emoji_count(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 1),
        ("\u2b50", 1),
        ("\u231a", 1),
        ("\u25b6\ufe0f", 1),
        ("\u25b6", 0),
        ("1\ufe0f\u20e3 2\ufe0f\u20e3 #\ufe0f\u20e3", 3),
        ("1\u20e3", 1),
        ("\U0001f6cd", 1),
        ("\U0001f926\u200d\u2642", 1),
        ("\u2605 \u2713 \U0001f0a1", 0),
        ("\U0001f1ec \U0001f3fd", 0),
    ],
    ids=[
        "flag of Scotland", "star", "watch", "play button", "play button as text", "keycaps", "keycap without selector",
        "shopping bags without selector", "gesture without selector", "symbols", "half a flag and a lone skin tone",
    ],
)  # fmt: skip
def test_emoji_are_counted_as_unicode_defines_them(text: str, count: int):
    assert emoji_count(text) == count


def test_a_long_chain_of_joined_emoji_is_counted_in_a_moment():
    began = time.monotonic()
    assert emoji_count("\U0001f469\u200d" * 30_000) == 30_000
    assert time.monotonic() - began < 20
