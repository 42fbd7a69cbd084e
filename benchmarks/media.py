"""Caching 2 000 pictures from a server that answers in 50 ms, 8 at a time, compared with the waiting time alone.

Everything is included: the queue, TLS, decoding each picture of 1 200 by 900 pixels in its own process, hashes, writing
and syncing the files, and the rows. The server is a separate process.

The processor time is that of this process (queue, TLS, SHA-256, files, rows), which has the bound, and that of the one
that decodes (thumbnail and perceptual hash), which analyses the picture; both divided by the pictures. PostgreSQL's and
the server's are in neither, but they share the processors with both.
"""

import resource
import ssl
import time
from dataclasses import dataclass

from benchmarks.history import run_script
from benchmarks.measuring import Comparison, Result, Times
from benchmarks.picture_server import HOST, serve_pictures
from benchmarks.workplace import Workplace
from syndication_assets.http.clients.kept_public_transport import KeptPublicTransport
from syndication_assets.media.cache.caching import MediaCache
from syndication_assets.media.cache.fetching import MediaFetcher
from syndication_assets.settings import Settings

NAME = "media"
LATENCY = 0.05
CONNECTIONS = 8
SHARE_OF_IDEAL_RATE = 0.9
CPU_MILLISECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Caching:
    """The times of one run, in seconds for all pictures."""

    wall: float
    own: float
    decoding: float


def run(workplace: Workplace) -> list[Result]:
    """The rate compared with the ideal one, and the processor time of one picture."""
    count = workplace.sizes.pictures
    ideal = -(-count // CONNECTIONS) * LATENCY
    runs = [_cache(workplace, count) for _ in range(workplace.sizes.repeats)]
    wall = Times(tuple(run.wall for run in runs))
    own, decoding = Times(tuple(run.own for run in runs)), Times(tuple(run.decoding for run in runs))
    own_milliseconds, decoding_milliseconds = (times.median / count * 1000 for times in (own, decoding))
    return [
        Result(
            NAME,
            f"{count:,} pictures, {CONNECTIONS} at a time: share of the ideal rate",
            wall.median,
            "s",
            ideal,
            f"answers of {LATENCY * 1000:.0f} ms alone",
            ideal / wall.median,
            Comparison.AT_LEAST,
            SHARE_OF_IDEAL_RATE,
            wall.spread(),
        ),
        Result(
            NAME,
            "processor time of one picture, without decoding it",
            own_milliseconds,
            "ms",
            value=own_milliseconds,
            bound=CPU_MILLISECONDS,
            note=f"of all: {own.spread()}",
        ),
        Result(
            NAME,
            "processor time of decoding one picture",
            decoding_milliseconds,
            "ms",
            note=f"of all: {decoding.spread()}",
        ),
    ]


def _cache(workplace: Workplace, count: int) -> Caching:
    url = workplace.create_database(NAME)
    directory = workplace.folder(NAME)
    with serve_pictures(directory, LATENCY) as port:
        script = {"pictures": count, "address": f"https://{HOST}:{port}", "connections": CONNECTIONS}
        run_script(url, "media.sql", script)
        settings = Settings.from_environment().model_copy(
            update={
                "media_url": str(directory / "files"),
                "media_connections": CONNECTIONS,
                "media_run_bytes": 0,
            }
        )
        context = ssl.create_default_context(cafile=str(directory / "certificate.pem"))
        transport = KeptPublicTransport(CONNECTIONS, lambda _: ["127.0.0.1"], context)
        fetcher = MediaFetcher(transport, maximum_bytes=settings.media_maximum_bytes)
        own, decoding, wall = *_processor_seconds(), time.perf_counter()
        cached = MediaCache(url, settings, fetcher).run()
        own_end, decoding_end = _processor_seconds()
        caching = Caching(time.perf_counter() - wall, own_end - own, decoding_end - decoding)
    if cached.states != {"cached": count}:
        raise RuntimeError(f"{dict(cached.states)} of {count} pictures: {dict(cached.reasons)}")
    return caching


def _processor_seconds() -> tuple[float, float]:
    """Of this process, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, children = (usage.ru_utime + usage.ru_stime for usage in used)
    return own, children
