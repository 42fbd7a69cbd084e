"""Publishing 1 000 due targets to a Graph API with a fixed latency, compared with the rate that this latency allows.

Every target takes all steps: lease and attempt are committed before the call, then comes the call over HTTP, then its
outcome is committed. Each worker takes one target after the other.
"""

import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psycopg
from pydantic import SecretStr

from benchmarks.generation import database_of_posts
from benchmarks.history import run_script
from benchmarks.measuring import Comparison, Result, Times
from benchmarks.slow_server import serve_slowly
from benchmarks.workplace import Workplace
from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.publishing.publishers import open_publishers
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.settings import Settings

NAME = "publishing"
LATENCY = 0.2
SHARE_OF_ALLOWED_RATE = 0.9
PLANNED_ON = date(2025, 11, 3)
SLOT = datetime(2025, 11, 3, 17, tzinfo=UTC)
NOW = datetime(2025, 11, 3, 18, tzinfo=UTC)
_KEYS = SecretStr("benchmark:" + "A" * 43 + "=")
_WARM_UP = 8


@dataclass(frozen=True, slots=True)
class Publication:
    """The times of one run, in seconds for all targets."""

    wall: float
    cpu: float


def run(workplace: Workplace) -> list[Result]:
    """The rate compared with the rate that the latency allows at the configured concurrency."""
    count = workplace.sizes.targets
    with serve_slowly("graph", LATENCY, max(count, _WARM_UP)) as url:
        settings = Settings.from_environment().model_copy(update={"facebook_url": url, "secret_keys": _KEYS})
        workers = settings.publish_concurrency
        _publish(workplace, settings, _WARM_UP)
        runs = [_publish(workplace, settings, count) for _ in range(workplace.sizes.repeats)]
    wall, cpu = Times(tuple(run.wall for run in runs)), Times(tuple(run.cpu for run in runs))
    allowed = -(-count // workers) * LATENCY
    return [
        Result(
            NAME,
            f"{count:,} due targets, {workers} at a time: share of the rate that the latency allows",
            wall.median,
            "s",
            allowed,
            f"calls of {LATENCY * 1000:.0f} ms alone",
            allowed / wall.median,
            Comparison.AT_LEAST,
            SHARE_OF_ALLOWED_RATE,
            wall.spread(),
        ),
        Result(NAME, "processor time of one publication", cpu.median / count * 1000, "ms", note=cpu.spread()),
    ]


def _publish(workplace: Workplace, settings: Settings, count: int) -> Publication:
    url = database_of_posts(workplace, NAME, count, PLANNED_ON)
    with transaction(url) as connection:
        # The limits of a page would hold the queue: here it is sent as fast as it can be.
        connection.execute(
            "update channels.channel_requirements set is_active = false"
            " where requirement_key in ('maximum_posts_per_day', 'minutes_between_posts')"
        )
        (organization_id,) = connection.execute(
            "select organization_id from tenancy.organizations where slug = 'default'"
        ).fetchall()[0]
        credential_id = store_credential(
            connection,
            SecretBox(_KEYS),
            organization_id,
            "page",
            SecretStr(os.urandom(16).hex()),
            platform="facebook",
            expires_at=None,
        )
    run_script(
        url,
        "due_targets.sql",
        {"organization_id": organization_id, "credential_id": credential_id, "scheduled_at": SLOT},
    )
    # Each database with a record of its own: the calls of another would mean that this one was restored.
    settings = settings.model_copy(update={"sent_url": str(workplace.folder("sent"))})
    with open_publishers(settings) as publishers:
        cpu, wall = time.process_time(), time.perf_counter()
        report = publish_due(url, settings, NOW, publishers)
        publication = Publication(time.perf_counter() - wall, time.process_time() - cpu)
    with psycopg.connect(url) as connection:
        published = connection.execute(
            "select count(distinct platform_post_id),"
            " (select count(*) from publishing.publish_attempts where outcome = 'published')"
            " from publishing.post_targets where state = 'published'"
        ).fetchone()
    if published != (count, count):
        raise RuntimeError(f"{published} posts and attempts of {count} targets; problems: {report.problems}")
    return publication
