"""The other side of the ingest benchmark: dlt merges the same files into the same PostgreSQL server.

dlt gets what makes it fastest here: one process (a second one for `normalize` costs more than it brings at this size on
two cores), multi-row inserts over psycopg2 (its default; its CSV writer is no faster over the whole load), files read
with orjson, telemetry off. By default it keeps the newest state of a post in two tables, `posts` and
`posts__media__images`. With `is_complete` it is given the rows that the project keeps as well: ids and hashtags of each
post, a snapshot per observation, the raw item, the author; still without a ledger, quarantine, or the history of texts.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import seconds_of
from syndication_assets.scraping.hashtags import extract_hashtags

Rows = Iterator[list[dict[str, Any]]]

TABLES = 2
TABLES_IF_COMPLETE = 7


def prepare_dlt(directory: Path) -> None:
    """Settles dlt's surroundings, before it is first imported: nothing is sent anywhere or kept outside."""
    os.environ.update(
        DLT_DATA_DIR=str(directory / "data"),
        DLT_PROJECT_DIR=str(directory),
        RUNTIME__DLTHUB_TELEMETRY="false",
        RUNTIME__LOG_LEVEL="ERROR",
    )
    try:
        import dlt  # noqa: F401, PLC0415
    except ModuleNotFoundError:
        raise SystemExit("dlt is not installed: `make bench` installs it from requirements/benchmarks.lock.") from None


class DltMerge:
    """One pipeline with its first load and the loads after it."""

    def __init__(self, url: str, directory: Path, *, is_complete: bool = False) -> None:
        import dlt  # noqa: PLC0415
        from dlt.destinations import postgres  # noqa: PLC0415

        # dlt wants a host and a password in the URL; libpq takes the socket that the query names.
        credentials = url.replace("postgres@/", "postgres:unused@localhost/")
        self._is_complete = is_complete
        self._pipeline = dlt.pipeline(
            "benchmark", destination=postgres(credentials), dataset_name="linkedin", pipelines_dir=str(directory)
        )

    def load(self, files: list[Path], observed_at: str) -> float:
        """Merges the posts of these files; returns the seconds it took."""
        import dlt  # noqa: PLC0415

        def resource(rows: Callable[[list[Path]], Rows], name: str, key: str | list[str]) -> Any:
            return dlt.resource(rows(files), name=name, primary_key=key, write_disposition="merge")

        resources = [resource(_complete_posts if self._is_complete else _posts, "posts", "urn")]
        if self._is_complete:
            resources += [
                resource(partial(_snapshots, observed_at=observed_at), "snapshots", ["urn", "observed_at"]),
                resource(_raw_items, "raw_items", "payload_hash"),
                resource(_profiles, "profiles", "profile_url"),
            ]
        return seconds_of(lambda: self._pipeline.run(resources, loader_file_format="insert_values"))


def _posts(files: list[Path]) -> Rows:
    """The items of each file, with the activity id lifted into `urn`: a primary key cannot be nested."""
    for items in _items(files):
        for item in items:
            item["urn"] = item["urn"]["activity_urn"]
        yield items


def _complete_posts(files: list[Path]) -> Rows:
    for items in _items(files):
        for item in items:
            urn = item["urn"]
            item["ids"] = [{"kind": "activity", "id": urn["activity_urn"]}, {"kind": "share", "id": urn["share_urn"]}]
            item["urn"] = urn["activity_urn"]
            item["hashtags"] = [{"hashtag": hashtag} for hashtag in extract_hashtags(item["text"])]
        yield items


def _snapshots(files: list[Path], observed_at: str) -> Rows:
    for items in _items(files):
        yield [{"urn": item["urn"]["activity_urn"], "observed_at": observed_at, **item["stats"]} for item in items]


def _raw_items(files: list[Path]) -> Rows:
    import orjson  # noqa: PLC0415 - comes with dlt

    for items in _items(files):
        payloads = [orjson.dumps(item) for item in items]
        yield [
            {"payload_hash": hashlib.blake2b(payload, digest_size=16).hexdigest(), "payload": payload.decode()}
            for payload in payloads
        ]


def _profiles(files: list[Path]) -> Rows:
    for items in _items(files):
        yield [item["author"] for item in items[:1]]


def _items(files: list[Path]) -> Rows:
    import orjson  # noqa: PLC0415 - comes with dlt

    for file in files:
        yield orjson.loads(file.read_bytes())
