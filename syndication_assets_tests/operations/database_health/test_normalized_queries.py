"""Nothing that somebody wrote as a value stays in the text of a statement that is stored."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndication_assets.operations.database_health.normalized_queries import LONGEST_QUERY, normalize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select a from t where b = 'it''s' and c = -5", "select a from t where b = $1 and c = $2"),
        ("select a - 1, a -1 from t", "select a - $1, a -$2 from t"),
        ("select a -- of 'x'\n from t /* b /* c */ 'd' */ limit 10;", "select a from t limit $1"),
        ("select E'a\\'b', $tag$x'y$tag$, $$z$$, U&'\\0061', x'ff', 0x1F, 1.5e-3, .5", "select "
         + ", ".join(f"${n}" for n in range(1, 9))),
        ("select date '2026-01-02', interval '1 day', d::date from t", "select $1::date, $2::interval, d::date from t"),
        ("select * from t where a in (1, 2, 3) and b = 4", "select * from t where a in ($1) and b = $2"),
        ("insert into t (a, b) values ('x', 1), ('y', default)", "insert into t (a, b) values ($1, $2)"),
        ("select $2, $1, $2, 'x'", "select $1, $2, $1, $3"),
        ('select "a b".c from "a b"', 'select "a b".c from "a b"'),
        ("  WITH a AS (select 1) table a", "WITH a AS (select $1) table a"),
        ("(select 1) union (select 2)", "(select $1) union (select $2)"),
    ],
)  # fmt: skip
def test_a_query_keeps_its_words_and_loses_its_values(text: str, expected: str):
    query = normalize(text)
    assert (query.text, query.is_query, query.is_whole) == (expected, True, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alter role shop password 'geheim'", "alter role"),
        ("ALTER USER shop PASSWORD 'geheim'", "alter user"),
        ("copy (select 'geheim') to stdout", "copy"),
        ("set app.key = geheim", "set app"),
        ("/* geheim */ vacuum", "vacuum"),
        ("-- geheim", "unknown"),
        ("", "unknown"),
    ],
)
def test_of_what_is_no_query_only_the_first_words_stay(text: str, expected: str):
    query = normalize(text)
    assert (query.text, query.is_query) == (expected, False)


@pytest.mark.parametrize(
    "text",
    ["select 'geh", "select E'geheim\\", "select $a$geheim", 'select "geheim', "select 1 /* geheim", "select 1, 'a''"],
)
def test_a_text_that_was_cut_off_says_so_and_keeps_nothing_of_its_last_value(text: str):
    query = normalize(text)
    assert not query.is_whole
    assert query.text.endswith(" …")
    assert "geh" not in query.text


def test_a_very_long_query_is_cut_and_cannot_be_planned():
    query = normalize("select " + ", ".join(f"column_{n}" for n in range(1000)))
    assert len(query.text) == LONGEST_QUERY + 2
    assert not query.is_whole


def test_the_same_statement_with_other_values_has_the_same_id():
    first, other = (normalize(f"select * from t where a in ({values}) and b = 'x'") for values in ("1", "1, 2, 3"))
    assert first.query_id == other.query_id
    assert first.query_id != normalize("select * from t where a in (1) and c = 'x'").query_id


@given(st.text(max_size=60), st.integers(0, 120))
@example("\\", 40)
@example("'", 30)
@example("$$", 60)
def test_no_value_is_seen_however_it_is_quoted_and_wherever_the_text_is_cut(value: str, cut: int):
    secret = f"7041geheim{value}"
    literals = ["'" + secret.replace("'", "''") + "'"]
    if "$q$" not in secret and not secret.endswith("$"):
        literals.append(f"$q${secret}$q$")
    literals.append("E'" + secret.replace("\\", "\\\\").replace("'", "\\'") + "'")
    for literal in literals:
        text = f"select a from t where b = {literal} and c = 1"
        assert normalize(text).text == "select a from t where b = $1 and c = $2"
        assert "geheim" not in normalize(text[: len("select a from t where b = ") + cut]).text
