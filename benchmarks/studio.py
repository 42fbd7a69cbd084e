"""Briefs to visuals: one brief to eight pictures, and a queue of briefs by one process and by two.

Each brief has a photo of 12 megapixels, a headline and a message, for four channels with eight formats. Everything is
included: the lease, rendering, compliance, hashes, writing the files, and the rows; texts are written afterwards and
are not measured. The processor time is that of this process: what PostgreSQL needs is in the wall time alone.
"""

import io
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random

from PIL import Image

from benchmarks.measuring import Comparison, Result, Times
from benchmarks.workplace import Workplace
from syndication_assets.brand.example.example_brand import add_example
from syndication_assets.brand.templates.template_rows import default_documents, load_templates
from syndication_assets.channels.reference import load_reference
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.database.connection import transaction
from syndication_assets.media.contents.pictures import read_picture
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.own_images import add_own_image
from syndication_assets.settings import Settings
from syndication_assets.studio.making.making import Studio
from syndication_assets.studio.requests.new_brief import NewBrief
from syndication_assets.studio.requests.request_states import add_briefs

NAME = "studio"
CHANNELS = ["facebook/feed_post", "instagram/feed_post", "instagram/story_post", "linkedin/feed_post"]
VARIANTS = 8
SECONDS, CPU_SECONDS = 5.0, 2.0
SHARE_OF_TWO_CORES = 0.9


def run(workplace: Workplace) -> list[Result]:
    """The time of one brief, and the rate of two processes compared with twice that of one."""
    url, photo = _prepare(workplace)
    count = workplace.sizes.briefs
    walls, processor_times = [], []
    for number in range(workplace.sizes.repeats):
        _add(url, photo, 1, f"one {number}")
        seconds, processor_seconds = _measured(url)
        walls.append(seconds)
        processor_times.append(processor_seconds)
    wall, processor = Times(tuple(walls)), Times(tuple(processor_times))
    _add(url, photo, count, "alone")
    alone, _ = _measured(url)
    _add(url, photo, 2 * count, "together")
    together = _together(url)
    return [
        Result(
            NAME, f"one brief to {VARIANTS} pictures", wall.median, "s", value=wall.median, bound=SECONDS,
            note=wall.spread(),
        ),
        Result(
            NAME, "one brief, processor time", processor.median, "s", value=processor.median, bound=CPU_SECONDS,
            note=processor.spread(),
        ),
        Result(
            NAME, f"{2 * count:,} briefs by two processes: share of what two cores allow", together, "s", alone,
            f"{count:,} briefs by one process", alone / together, Comparison.AT_LEAST, SHARE_OF_TWO_CORES,
        ),
    ]  # fmt: skip


def _prepare(workplace: Workplace) -> tuple[str, str]:
    """A database with channels, the demo brand and a photo; returns its URL and the id of the photo."""
    url = workplace.create_database(NAME)
    store = MediaStore(Settings.from_environment().media_url)
    store.claim(url)
    with transaction(url) as connection:
        load_reference(connection, read_reference())
        load_templates(connection, default_documents())
        ((organization_id,),) = connection.execute("select organization_id from tenancy.organizations").fetchall()
        add_example(connection, store, organization_id)
    photo = add_own_image(url, store, organization_id, _photo(), read_picture, title="a field")
    return url, photo


def _photo() -> bytes:
    """JPEG of 4 000 by 3 000 pixels, with more detail in one place."""
    rng = Random("photo")
    small = Image.new("RGB", (80, 60), "#6c8aa8")
    for _ in range(900):
        small.putpixel((rng.randrange(40, 80), rng.randrange(20, 60)), tuple(rng.randrange(256) for _ in range(3)))
    buffer = io.BytesIO()
    small.resize((4000, 3000), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _add(url: str, photo: str, count: int, name: str) -> None:
    with transaction(url) as connection:
        ((organization_id,),) = connection.execute("select organization_id from tenancy.organizations").fetchall()
    briefs = [
        # Another headline each: what was rendered before is not rendered again.
        NewBrief(
            title=f"Number {number} of {name}", brief="Come and see how our cloth is made.", channels=CHANNELS,
            template="Statement", photo=photo,
        )
        for number in range(count)
    ]  # fmt: skip
    add_briefs(url, organization_id, briefs, "a benchmark")


def _measured(url: str) -> tuple[float, float]:
    """Wall and processor seconds until nothing waits any more."""
    before, started_at = _processor_seconds(), time.perf_counter()
    made = _make(url)
    wall = time.perf_counter() - started_at
    if made % VARIANTS:
        raise AssertionError(f"{made} pictures instead of {VARIANTS} a brief")
    return wall, _processor_seconds() - before


def _together(url: str) -> float:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_warm, range(2)))
        started_at = time.perf_counter()
        list(pool.map(_make, [url, url]))
        wall = time.perf_counter() - started_at
    with transaction(url) as connection:
        ((left,),) = connection.execute(
            "select count(*) from studio.content_requests where state <> 'generated'"
        ).fetchall()
    if left:
        raise AssertionError(f"{left} briefs were not made")
    return wall


def _make(url: str) -> int:
    return Studio(url, Settings.from_environment()).run().variants


def _warm(_: int) -> None:
    """Imports what making needs."""


def _processor_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)
