"""A landed sample file, and how files of the two sources are named and compressed."""

import gzip
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import msgspec

Source = Literal["linkedin_apify", "youtube_data_api"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

META_SUFFIX = ".meta.json"
"""Appended to the whole file name: `dataset_tilda.json` has the companion `dataset_tilda.json.meta.json`."""

encode_json = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file of the landing zone: `<organization>/<source>/<landed_on>/<name>` holds `content`."""

    source: str
    landed_on: date
    name: str
    content: bytes


def milliseconds(moment: datetime) -> int:
    """UTC milliseconds of an aware datetime, exact (computed without floats)."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment_of(observed_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=observed_ms)


def file_name(source: Source, subject: str, observed_ms: int | None, *, is_gzipped: bool = False) -> str:
    """`dataset_<username>_<stamp>.json` or `videos_<channelId>_<stamp>.json`; without a stamp if the time is None."""
    prefix = "dataset" if source == "linkedin_apify" else "videos"
    stamp = ""
    if observed_ms is not None:
        stamp = f"_{moment_of(observed_ms):%Y-%m-%d_%H-%M-%S}-{observed_ms % 1000:03}"
    return f"{prefix}_{subject}{stamp}.json{'.gz' if is_gzipped else ''}"


def gzipped(content: bytes) -> bytes:
    """Compressed, without a time in the header so that the same content gives the same bytes."""
    return gzip.compress(content, compresslevel=6, mtime=0)


def meta_file(data_file: SampleFile, observed_ms: int, *, cost_usd: float = 0.01) -> SampleFile:
    """The companion of a data file, with its observation time and cost. It comes before its file."""
    meta: dict[str, Any] = {
        "observed_at": f"{moment_of(observed_ms):%Y-%m-%dT%H:%M:%SZ}",
        "actor_run_id": f"sample{observed_ms:013d}",
        "cost_usd": cost_usd,
    }
    content = msgspec.json.format(encode_json(meta), indent=2)
    return SampleFile(data_file.source, data_file.landed_on, data_file.name + META_SUFFIX, content)
