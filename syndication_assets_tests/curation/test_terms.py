"""Texts and searches become the same terms."""

import pytest

from syndication_assets.curation.posts.history_chart import Measurement, chart_lines
from syndication_assets.curation.posts.post_export import as_csv, cell
from syndication_assets.curation.rules.rule_conditions import compile_conditions
from syndication_assets.curation.rules.rule_filter import RuleFilter, stored_filter
from syndication_assets.curation.search.post_languages import language_of
from syndication_assets.curation.search.terms import search_query, search_terms
from syndication_assets_tests.engagement.snapshots import moment


def test_a_script_without_spaces_becomes_pairs_and_characters_and_leaves_the_words():
    words, terms = search_terms("Tartan 東京都 kilt", ())
    assert words.split() == ["Tartan", "kilt"]
    assert terms.split() == ["u6771u4eac", "u4eacu90fd", "u4eac", "u6771", "u90fd"]


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("brot or kuchen -torte", "brot or kuchen -torte"),
        ('"oat cake" -kilt', '"oat cake" -kilt'),
        ("東京都", '"u6771u4eac u4eacu90fd"'),
        ("京", '"u4eac"'),
        ("-東京", '-"u6771u4eac"'),
        ('"東京都"', '"u6771u4eac u4eacu90fd"'),
        ("#Brot", "h62726f74"),
        ("cake -#Brot", "cake -h62726f74"),
    ],
)
def test_a_search_has_the_terms_of_a_text(typed: str, query: str):
    assert " ".join(search_query(typed).split()) == " ".join(query.split())


def test_a_hashtag_is_a_term_of_its_own():
    assert search_terms("", ["brot", "東京"]).terms.split()[-2:] == ["h62726f74", "he69db1e4baac"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Heute backen wir ein wunderbares Brot aus Roggen und Dinkel für die ganze Familie.", "de"),
        ("Today we bake a wonderful loaf of rye and spelt for the whole family.", "en"),
        ("Brot", ""),
        ("https://example.org/this-is-a-very-long-address-of-a-page", ""),
    ],
)
def test_a_language_is_told_only_of_texts_that_are_long_enough(text: str, language: str):
    assert language_of(text) == language


def test_a_filter_is_compiled_into_conditions_with_bound_values():
    rule = RuleFilter(platforms=["linkedin"], authors=["Cora'; drop"], hashtags=["#Brot"], minimum_reactions=0)
    conditions = compile_conditions(rule, "oat")
    assert conditions.parameters == {
        "platforms": ["linkedin"],
        "authors": ["cora'; drop"],
        "hashtags": ["brot"],
        "minimum_reactions": 0,
        "text_query": "oat",
    }
    assert "drop" not in conditions.text
    assert compile_conditions(RuleFilter(), None) == ("true", {}, "curation.post_documents")


@pytest.mark.parametrize(
    ("rule", "relation"),
    [
        (RuleFilter(languages=["de"]), "curation.post_documents"),
        (RuleFilter(languages=["de"], platforms=["linkedin"]), "curation.post_contents"),
        (RuleFilter(maximum_age_days=3), "curation.post_contents"),
        (RuleFilter(platforms=["linkedin"], minimum_views=0), "curation.post_facts"),
    ],
)
def test_posts_are_asked_for_no_more_than_a_condition_needs(rule: RuleFilter, relation: str):
    """Each number costs the look-up of a snapshot, for every post that has the word, before the newest are chosen."""
    assert compile_conditions(rule, "oat").relation == relation


def test_what_was_not_asked_is_not_stored():
    assert stored_filter(RuleFilter(minimum_views=0, languages=["de"])) == {"minimum_views": 0, "languages": ["de"]}


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@sum", "\t=1", "  =1", "\uff1d1"])
def test_a_cell_is_no_formula(value: str):
    assert cell(value) == f"'{value}"


def test_numbers_lists_and_gaps_are_plain_cells():
    assert [cell(value) for value in (-3, None, ["a", "b"], "a=1")] == ["-3", "", "a, b", "a=1"]


def test_an_export_holds_no_controls_of_a_terminal():
    assert as_csv([{"text": "a\x1b[2Jb"}], {"text": "b"}, ["text"]) == 'text,search\nab,"{""text"": ""b""}"\n'


def test_a_chart_begins_at_zero_and_tells_unmeasured_from_zero():
    measured = [Measurement(moment(2), 10), Measurement(moment(3), None), Measurement(moment(4), 30)]
    zero, first, gap, last = chart_lines(moment(1), measured)
    assert zero.split()[2:] == ["0"]
    assert first.split()[2:4] == ["10", "+10"]
    assert gap.endswith("not measured")
    assert last.split()[2:] == ["30", "+20", "█" * 40]


def test_a_chart_never_begins_after_its_first_measurement():
    zero, _ = chart_lines(moment(5), [Measurement(moment(2), 1)])
    assert zero.startswith(f"{moment(2):%Y-%m-%d}")
    assert chart_lines(moment(1), []) == []
