"""The rules of a channel: rows of two categories may share a key, and all of them apply."""

from dataclasses import replace
from decimal import Decimal

from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement
from syndication_assets.content.compliance.near_duplicates import EarlierText
from syndication_assets.content.compliance.validation import validate
from syndication_assets_tests.content.examples import FACTS, GOOD, GOOD_TEXT, URL, broken, requirement

SHORT = requirement("text_length", maximum=60)
LONG = Requirement("engagement", "text_length", maximum=Decimal(9999), severity="soft")


def test_a_later_row_of_another_category_does_not_replace_the_first():
    for rows in ([SHORT, LONG], [LONG, SHORT]):
        assert any("at most 60" in reason for reason in broken(GOOD, rules=ChannelRules(rows)).values())


def test_each_row_has_its_own_finding():
    findings = {finding.rule_name: finding for finding in validate(GOOD, FACTS, ChannelRules([SHORT, LONG]))}
    assert (findings["text_length"].severity, findings["text_length"].is_passed) == ("hard", False)
    assert (findings["engagement/text_length"].severity, findings["engagement/text_length"].is_passed) == ("soft", True)


def test_the_limits_for_writers_comply_with_every_row():
    rules = ChannelRules(
        [SHORT, LONG, requirement("hashtag_count", minimum=1, maximum=9),
         replace(requirement("hashtag_count", minimum=3, maximum=5), category="engagement")]
    )  # fmt: skip
    assert not rules.fits("x" * 61, "text_length")
    assert rules.fits("x" * 60, "text_length")
    assert rules.hashtags == (3, 5)


def test_the_strictest_threshold_decides_what_is_a_near_duplicate():
    rows = [requirement("near_duplicate_threshold", 1.0), requirement("near_duplicate_threshold", 0.5)]
    rows[1] = replace(rows[1], category="engagement")
    similar = EarlierText("cnt-0000000a", GOOD_TEXT.replace("keeps the wind out", "keeps rain and snow away"), URL)
    for rules in (rows, rows[::-1]):
        findings = {finding.rule_name: finding for finding in validate(GOOD, FACTS, ChannelRules(rules), [similar])}
        assert not findings["near_duplicate"].is_passed
