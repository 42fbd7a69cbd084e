"""Reads sample files back, independently of their generators and of the project's adapters."""

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import date

from syndication_assets.demo.samples.sample_file import SampleFile

FIRST_DAY = date(2025, 11, 3)
SEED = 7


def text_of(file: SampleFile) -> bytes:
    return gzip.decompress(file.content) if file.name.endswith(".gz") else file.content


def json_of(file: SampleFile):
    return json.loads(text_of(file))


def ordinary(files: Iterable[SampleFile], source: str) -> Iterator[SampleFile]:
    """The data files of a source that belong to no edge case."""
    for file in files:
        if file.source == source and "brownie" not in file.name and not file.name.endswith(".meta.json"):
            yield file
