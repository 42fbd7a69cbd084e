"""A picture that needs too much memory or time, or ends its process, ends in a reason; the next one is read."""

import os
import time

import pytest

from syndication_assets.media.analysis.findings import RefusedPictureError
from syndication_assets.media.analysis.prepared_pictures import PicturePreparer
from syndication_assets.media.bounded_child import BoundedChild, ChildEndedError, ChildRaisedError
from syndication_assets_tests.media.media_samples import picture, png_of_claimed_size

MEGABYTE = 1024**2


def test_a_child_that_dies_takes_too_long_or_needs_too_much_memory_is_replaced():
    child = BoundedChild(memory_bytes=512 * MEGABYTE, seconds=1.5)
    try:
        with pytest.raises(ChildEndedError, match="ended its process"):
            child.run(int, os._exit, 1)
        with pytest.raises(ChildRaisedError) as raised:
            child.run(bytes, bytes, 1024 * MEGABYTE)
        assert raised.value.kind == "MemoryError"
        assert len(child.run(bytes, bytes, 8)) == 8, "the same child reads on"
        with pytest.raises(ChildEndedError, match=r"took more than 1\.5 s"):
            child.run(int, time.sleep, 30)
        assert child.run(int, os.getpid) != os.getpid()
        with pytest.raises(ChildEndedError):
            child.run(int, os.getcwd)
    finally:
        child.close()


def test_a_picture_that_claims_more_than_is_decoded_is_refused_and_the_next_one_is_prepared():
    preparer = PicturePreparer()
    try:
        with pytest.raises(RefusedPictureError):
            preparer.prepare(png_of_claimed_size(7_000, 7_000), "image/png", 512)
        with pytest.raises(RefusedPictureError, match="not decoded"):
            preparer.prepare(b"", "image/heic", 512)
        assert preparer.prepare(picture(), "image/jpeg", 512).startswith(b"\xff\xd8")
    finally:
        preparer.close()
