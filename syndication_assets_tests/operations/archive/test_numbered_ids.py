"""Ids in archives are numbers that come back as the same ids, and files of older versions are read as they are."""

import hashlib
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.operations.archive.numbered_ids import OddIdError, ids_of, numbers_of
from syndication_assets.operations.archive.parquet_months import read_batches, totals_of_file
from syndication_assets_tests.operations.archive.archived_history import JANUARY, SNAPSHOTS, ArchivedHistory

pytestmark = pytest.mark.one_server


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1), st.sampled_from(["dl", "aud", "x"]))
def test_numbers_become_ids_and_come_back(numbers: list[int], prefix: str):
    ids = ids_of(pa.array(numbers, pa.int64()), prefix)
    assert ids.to_pylist() == [f"{prefix}-{number * 1597463007 % 2**32:08x}" for number in numbers]
    assert numbers_of(ids, prefix).to_pylist() == numbers


def test_the_ids_are_those_that_the_database_makes(database_url: str):
    numbers = [0, 1, 2, 77, 2**31, 2**32 - 1]
    with psycopg.connect(database_url) as connection:
        made = connection.execute(
            "select tenancy.public_id('dl', t.n) from unnest(%s::bigint[]) with ordinality as t (n, i) order by i",
            [numbers],
        ).fetchall()
    assert ids_of(pa.array(numbers, pa.int64()), "dl").to_pylist() == [made_id for (made_id,) in made]


@pytest.mark.parametrize("wrong", ["dl-0A1B2C3D", "dl-0a1b2c3", "dl-0a1b2c3d4", "p-0a1b2c3d", "dl_0a1b2c3d", "", None])
def test_another_form_is_refused(wrong: str | None):
    with pytest.raises(OddIdError, match="dl-0a1b2c3d"):
        numbers_of(pa.array(["dl-0a1b2c3d", wrong], pa.string()), "dl")


def rows_of(path: Path) -> list[dict[str, object]]:
    with path.open("rb") as stream:
        return [row for batch in read_batches(stream) for row in batch.to_pylist()]


def test_an_archive_has_numbers_and_one_of_an_older_version_is_verified_read_and_restored(archive: ArchivedHistory):
    before = archive.rows(SNAPSHOTS)
    archive.keep(SNAPSHOTS)
    assert archive.run().failed == []
    (archived,) = archive.archives()
    path = archive.directory / archived.path
    assert pq.read_schema(path).field("download_id").type == pa.int64()
    rows = rows_of(path)
    assert all(str(row["download_id"]).startswith("dl-") for row in rows)
    # As the version before this one wrote it.
    schema = pa.schema(
        [pa.field(f.name, pa.string() if f.name == "download_id" else f.type) for f in pq.read_schema(path)]
    )
    older = path.with_suffix(".older")
    pq.write_table(pa.Table.from_pylist(rows, schema), older, compression="zstd")
    assert rows_of(older) == rows
    with path.open("rb") as new, older.open("rb") as old:
        counters = list(archived.sums)
        assert totals_of_file(old, "downloaded_at", counters) == totals_of_file(new, "downloaded_at", counters)
    older.replace(path)
    content = path.read_bytes()
    stored = [hashlib.sha256(content).hexdigest(), len(content)]
    archive.history.execute("update operations.archives set sha256 = %s, size_bytes = %s", stored)
    archive.restore(JANUARY)
    assert archive.rows(SNAPSHOTS) == before


def test_a_month_with_an_id_that_somebody_chose_is_archived_with_its_ids_as_they_are(archive: ArchivedHistory):
    archive.history.execute("update scraping.snapshots set download_id = 'by hand ' || post_id || downloaded_at")
    before = archive.rows(SNAPSHOTS)
    archive.keep(SNAPSHOTS)
    assert archive.run().failed == []
    (archived,) = archive.archives()
    path = archive.directory / archived.path
    assert pq.read_schema(path).field("download_id").type == pa.string()
    assert all(str(row["download_id"]).startswith("by hand ") for row in rows_of(path))
    archive.restore(JANUARY)
    assert archive.rows(SNAPSHOTS) == before
