"""Briefs to visuals: one brief to eight pictures, and a queue of briefs by one process and by two.

A single brief has a photo of 12 megapixels, a headline and a message, for four channels with eight formats; those of
the queue are for one channel with one format, so that leases and commits weigh eight times as much. Everything is
included: the lease, rendering, compliance, likeness to the other pictures, hashes, writing the files, and the rows;
texts are written afterwards and are not measured. The processor time is that of the processes that draw: what
PostgreSQL needs is in the wall time alone.
"""

import io
import resource
import time
from collections.abc import Sequence
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
ONE_CHANNEL = ["pinterest/pin"]
SECONDS, CPU_SECONDS = 5.0, 2.0
SHARE_OF_TWO_CORES = 0.9
MOST_GROWTH = 1.1
"""More would be no linear queue: four times as many briefs, and two processes that share memory."""


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
    few = max(count // 4, 1)
    _add(url, photo, few, "alone", ONE_CHANNEL)
    alone, alone_processor = _alone(url, few)
    _add(url, photo, count, "together", ONE_CHANNEL)
    together, together_processor = _together(url, count)
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
            NAME, f"{count:,} briefs queued at once, by two processes: share of what two cores allow", together, "s",
            alone, f"{few:,} briefs by one process", alone / few * count / 2 / together, Comparison.AT_LEAST,
            SHARE_OF_TWO_CORES,
        ),
        Result(
            NAME, f"{count:,} briefs queued at once: processor time of a brief, of that in a queue of {few:,}",
            together_processor / count, "s", alone_processor / few, f"{few:,} briefs by one process",
            together_processor / count / (alone_processor / few), bound=MOST_GROWTH,
        ),
    ]  # fmt: skip


def _prepare(workplace: Workplace) -> tuple[str, str]:
    """A database with channels, the demo brand and a photo; returns its URL and the id of the photo."""
    url = workplace.create_database(NAME)
    store = MediaStore.of(Settings.from_environment())
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


def _add(url: str, photo: str, count: int, name: str, channels: Sequence[str] = CHANNELS) -> None:
    with transaction(url) as connection:
        ((organization_id,),) = connection.execute("select organization_id from tenancy.organizations").fetchall()
    briefs = [
        # Another headline each: what was rendered before is not rendered again.
        NewBrief(
            title=f"Number {number} of {name}", brief="Come and see how our cloth is made.", channels=list(channels),
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


def _alone(url: str, count: int) -> tuple[float, float]:
    """Wall and processor seconds of a process of its own, as those of `_together` are."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(_warm, 0).result()
        wall, processor_seconds, made = pool.submit(_measured_run, url).result()
    if made != count:
        raise AssertionError(f"{made} of {count} briefs were made")
    return wall, processor_seconds


def _together(url: str, count: int) -> tuple[float, float]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_warm, range(2)))
        started_at = time.perf_counter()
        runs = list(pool.map(_measured_run, [url, url]))
        wall = time.perf_counter() - started_at
    if sum(made for _, _, made in runs) != count:
        raise AssertionError(f"the processes made {[made for _, _, made in runs]} of {count} briefs")
    with transaction(url) as connection:
        ((left,),) = connection.execute(
            "select count(*) from studio.content_requests where state <> 'generated'"
        ).fetchall()
    if left:
        raise AssertionError(f"{left} briefs were not made")
    return wall, sum(seconds for _, seconds, _ in runs)


def _measured_run(url: str) -> tuple[float, float, int]:
    """Wall and processor seconds, and how many visuals."""
    before, started_at = _processor_seconds(), time.perf_counter()
    made = len(Studio(url, Settings.from_environment()).run().assets)
    return time.perf_counter() - started_at, _processor_seconds() - before, made


def _make(url: str) -> int:
    return Studio(url, Settings.from_environment()).run().variants


def _warm(_: int) -> None:
    """Imports what making needs."""


def _processor_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)
