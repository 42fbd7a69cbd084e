"""The rows of landed LinkedIn files that dlt merges.

By default, they are the latest state of each post in two tables, `posts` and `posts__media__images`. The complete set
adds other rows that the project keeps: ids and hashtags of each post, a snapshot per observation, the raw item and the
author, but no ledger, no quarantine and no history of texts.
"""

import hashlib
from functools import partial
from pathlib import Path

from benchmarks.dlt_merge import MergedTable, Rows, read_json
from syndication_assets.scraping.items.hashtag_extraction import extract_hashtags

TABLES = 2
TABLES_IF_COMPLETE = 7


def tables_of_posts(files: list[Path], observed_at: str, *, is_complete: bool = False) -> list[MergedTable]:
    """The tables that a day's files are merged into."""
    if not is_complete:
        return [MergedTable("posts", "urn", partial(_posts, files))]
    return [
        MergedTable("posts", "urn", partial(_complete_posts, files)),
        MergedTable("snapshots", ["urn", "observed_at"], partial(_snapshots, files, observed_at)),
        MergedTable("raw_items", "payload_hash", partial(_raw_items, files)),
        MergedTable("profiles", "profile_url", partial(_profiles, files)),
    ]


def _posts(files: list[Path]) -> Rows:
    """The items of each file, with the activity id moved to `urn`, because a primary key cannot be nested."""
    for items in read_json(files):
        for item in items:
            item["urn"] = item["urn"]["activity_urn"]
        yield items


def _complete_posts(files: list[Path]) -> Rows:
    for items in read_json(files):
        for item in items:
            urn = item["urn"]
            item["ids"] = [{"kind": "activity", "id": urn["activity_urn"]}, {"kind": "share", "id": urn["share_urn"]}]
            item["urn"] = urn["activity_urn"]
            item["hashtags"] = [{"hashtag": hashtag} for hashtag in extract_hashtags(item["text"])]
        yield items


def _snapshots(files: list[Path], observed_at: str) -> Rows:
    for items in read_json(files):
        yield [{"urn": item["urn"]["activity_urn"], "observed_at": observed_at, **item["stats"]} for item in items]


def _raw_items(files: list[Path]) -> Rows:
    import orjson  # noqa: PLC0415 - comes with dlt

    for items in read_json(files):
        payloads = [orjson.dumps(item) for item in items]
        yield [
            {"payload_hash": hashlib.blake2b(payload, digest_size=16).hexdigest(), "payload": payload.decode()}
            for payload in payloads
        ]


def _profiles(files: list[Path]) -> Rows:
    for items in read_json(files):
        yield [item["author"] for item in items[:1]]
