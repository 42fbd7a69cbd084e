"""What PostgreSQL prints becomes what a person would write, and means the same."""

import pytest

from syndication_assets.database.schema.sql_layout import comment_lines, on_one_line, readable, wrapped


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        ("CHECK (slug ~ '^[A-Z]'::text)", "check (slug ~ '^[A-Z]')"),
        ("state = ANY (ARRAY['Draft'::content.state, 'ready'::content.state])", "state in ('Draft', 'ready')"),
        ("kind <> ALL (ARRAY['a'::text])", "kind not in ('a')"),
        ("id ~~ 'org-_'::text AND id !~~ 'x%'::text", "id like 'org-_' and id not like 'x%'"),
        ("at < '2100-01-01 00:00:00+00'::timestamp with time zone", "at < '2100-01-01 00:00:00+00'"),
        ("DEFAULT '09:00:00'::time without time zone", "default '09:00:00'"),
        ("CREATE INDEX i ON ONLY a.b USING btree (c)", "create index i on a.b (c)"),
        ("nextval('x.y'::regclass)", "nextval('x.y')"),
        # A function of any type has no other way to know it.
        ("enum_range(NULL::x.kind)", "enum_range(null::x.kind)"),
        ("enum_range('a'::x.kind, 'b'::x.kind)", "enum_range('a'::x.kind, 'b')"),
        ("DEFAULT 'active'::channels.account_status", "default 'active'"),
        ("'{a,b}'::text[]", "'{a,b}'"),
        # Without its cast, the result of the CASE would be text.
        ("CASE WHEN a THEN 'b'::x.kind ELSE NULL::x.kind END", "case when a then 'b'::x.kind else null end"),
        ("CASE WHEN a THEN b ELSE NULL::double precision END", "case when a then b else null end"),
        ("FOREIGN KEY (a) REFERENCES b.c(d)", "foreign key (a) references b.c (d)"),
        # A cast of anything but a literal changes the value.
        ("(secret)::text", "(secret)::text"),
        # What stands in quotes stays, also the quote itself.
        ("'It''s ANY (ARRAY[1])'::text || \"Name\"", "'It''s ANY (ARRAY[1])' || \"Name\""),
    ],
)
def test_printed_sql_becomes_readable(printed: str, written: str):
    assert readable(printed) == written


def test_a_long_statement_breaks_before_a_clause_and_never_within_a_literal():
    literal = "'" + "x and " * 30 + "'"
    lines = wrapped(f"check (first_column = 'a' and second_column = {literal} and third_column is not null)", 4)
    assert lines == [
        "    check (first_column = 'a' and second_column =",
        f"        {literal}",
        "        and third_column is not null)",
    ]


def test_a_short_statement_is_one_line():
    assert wrapped("create index i on a.b (c) where d and e;") == ["create index i on a.b (c) where d and e;"]


def test_an_expression_becomes_one_line_except_for_its_literals():
    assert on_one_line("CASE\n    WHEN a THEN 'x\n y'::text\nEND") == "case when a then 'x\n y' end"


def test_a_comment_wraps_within_its_column():
    lines = comment_lines("word " * 30, 80)
    assert all(line.startswith(" " * 80 + "-- word") and len(line) <= 120 for line in lines)
    assert " ".join(line.strip("- ") for line in lines).split() == ["word"] * 30
    assert comment_lines(None) == []
