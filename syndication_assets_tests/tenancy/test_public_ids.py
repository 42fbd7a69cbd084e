"""Public ids: a prefix for the kind of entity, and eight hex digits that never repeat."""

import itertools
import re

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.both_servers

MULTIPLIER = 1_597_463_007
MAXIMUM = 2**32 - 1
_ID_COLUMNS = """
select c.oid::regclass::text, a.attname, pg_get_expr(d.adbin, d.adrelid)
from pg_attrdef d
join pg_class c on c.oid = d.adrelid and not c.relispartition
join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
where pg_get_expr(d.adbin, d.adrelid) like '%public_id%'
order by 1, 2
"""


def public_id(prefix: str, number: int) -> str:
    return f"{prefix}-{number * MULTIPLIER % 2**32:08x}"


def number_of(identifier: str) -> int:
    """The inverse of public_id, which exists because the multiplier is odd."""
    return int(identifier.rpartition("-")[2], 16) * pow(MULTIPLIER, -1, 2**32) % 2**32


def test_the_database_computes_the_formula_and_the_number_can_be_recovered(database_url: str):
    with psycopg.connect(database_url) as connection:

        @settings(max_examples=200, deadline=None)
        @given(prefix=st.sampled_from(["p", "org", "dl"]), number=st.integers(0, MAXIMUM))
        def check(prefix: str, number: int) -> None:
            (found,) = connection.execute("select tenancy.public_id(%s, %s)", [prefix, number]).fetchall()[0]
            assert found == public_id(prefix, number)
            assert re.fullmatch(rf"{prefix}-[0-9a-f]{{8}}", found)
            assert number_of(found) == number

        check()


@pytest.mark.parametrize(("number", "expected"), [(1, "p-5f3759df"), (MAXIMUM, "p-a0c8a621")])
def test_the_first_and_the_last_id(number: int, expected: str, database_url: str):
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select tenancy.public_id('p', %s)", [number]).fetchone() == (expected,)


def test_the_first_and_the_last_two_hundred_thousand_are_all_different(database_url: str):
    with psycopg.connect(database_url) as connection:
        (distinct, shortest, longest) = connection.execute(
            "select count(distinct id), min(length(id)), max(length(id)) from ("
            " select tenancy.public_id('p', n) id from generate_series(1, 200000) n union all"
            f" select tenancy.public_id('p', n) from generate_series({MAXIMUM} - 199999, {MAXIMUM}) n) i"
        ).fetchall()[0]
    assert (distinct, shortest, longest) == (400_000, 10, 10)


def test_consecutive_numbers_give_distant_ids():
    numbers = [int(public_id("p", number)[2:], 16) for number in range(1, 1001)]
    assert min(abs(a - b) for a, b in itertools.pairwise(numbers)) > 2**24


def test_an_even_multiplier_would_collide():
    assert len({number * (MULTIPLIER + 1) % 2**8 for number in range(2**8)}) < 2**8
    assert len({number * MULTIPLIER % 2**8 for number in range(2**8)}) == 2**8


def test_every_entity_has_its_own_prefix_and_sequence(database_url: str):
    with psycopg.connect(database_url) as connection:
        columns = connection.execute(_ID_COLUMNS).fetchall()
        found = [
            re.fullmatch(r"tenancy\.public_id\('([a-z]+)'::text, nextval\('([a-z_.]+)'::regclass\)\)", default)
            for _, _, default in columns
        ]
        prefixes = {match[1]: f"{table}.{column}" for match, (table, column, _) in zip(found, columns, strict=True)}  # type: ignore[index]
        sequences = {match[2] for match in found}  # type: ignore[index]
        assert len(prefixes) == len(sequences) == len(columns)
        assert (
            prefixes.items()
            >= {
                "org": "tenancy.organizations.organization_id",
                "usr": "tenancy.users.user_id",
                "aud": "tenancy.audit_log.audit_id",
                "run": "scraping.download_runs.run_id",
                "prf": "scraping.profiles.profile_id",
                "p": "scraping.post_records.post_id",
                "med": "scraping.media_records.media_id",
                "hsh": "scraping.hashtags.hashtag_id",
                "fil": "landing.files.landed_file_id",
                "dl": "scraping.snapshots.download_id",
                "qrt": "landing.quarantine.quarantine_id",
            }.items()
        )
        limits = connection.execute(
            "select schemaname || '.' || sequencename, start_value, min_value, max_value, increment_by, cycle"
            " from pg_sequences where schemaname <> 'public'"
        ).fetchall()
    # This bound keeps the multiplication a bijection.
    assert {limit[0] for limit in limits if limit[0].endswith("_id_sequence")} == sequences
    assert {limit[1:] for limit in limits if limit[0] in sequences} == {(1, 1, MAXIMUM, 1, False)}


def test_an_id_of_another_kind_is_rejected(database_url: str):
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("insert into tenancy.users (user_id, email) values ('org-00000001', 'a@example.org')")


def test_after_the_last_number_there_is_an_error_and_no_duplicate_id(database_url: str):
    insert = "insert into tenancy.users (email) values (%s) returning user_id"
    with psycopg.connect(database_url) as connection:
        connection.execute("select setval('tenancy.user_id_sequence', %s)", [MAXIMUM - 1])
        assert connection.execute(insert, ["last@example.org"]).fetchone() == (public_id("usr", MAXIMUM),)
        with pytest.raises(psycopg.errors.SequenceGeneratorLimitExceeded):
            connection.execute(insert, ["late@example.org"])
