"""Makes the visuals of briefs that wait, one after another.

A brief is leased before it is made, so two runs never make the same one. Its visual is stored with the end of the
lease. If the process dies in between, the lease ends by itself, and a later run makes it.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from syndication_assets.database.connection import transaction
from syndication_assets.database.sessions.kept_sessions import sessions_kept
from syndication_assets.media.media_store import MediaStore, MediaStoreError
from syndication_assets.rendering.errors import RenderingError
from syndication_assets.settings import Settings
from syndication_assets.studio.compliance.measuring import active_rules
from syndication_assets.studio.compliance.rules import Rule
from syndication_assets.studio.making.drawn_before import drawn_before
from syndication_assets.studio.making.inputs import UnmakeableError, read_inputs
from syndication_assets.studio.making.photo import FindPhoto, NoPhotoError, Photo
from syndication_assets.studio.making.request_queue import (
    LeasedBrief,
    fail,
    lease_next,
    recover,
    stop_before_pictures,
)
from syndication_assets.studio.making.stock_photos import stock_photos
from syndication_assets.studio.making.storing import store_visual
from syndication_assets.studio.making.visual import make_visual

logger = logging.getLogger(__name__)
MOST_BRIEFS = 1000


@dataclass(slots=True)
class StudioRun:
    """What one run made."""

    assets: list[str] = field(default_factory=list)
    """Ids of the stored visuals."""
    variants: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    """Reason → how many briefs."""
    notes: Counter[str] = field(default_factory=Counter)
    """What people should know of visuals that were made, such as why one has no photo."""
    recovered: int = 0
    stopped: int = 0
    """How many wait for a person before their pictures are made."""

    def add(self, other: "StudioRun") -> None:
        """Counts what another process of the same run made."""
        self.assets += other.assets
        self.variants += other.variants
        self.failures += other.failures
        self.notes += other.notes
        self.recovered += other.recovered
        self.stopped += other.stopped


def current_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Studio:
    """One run. Several may run at the same time, in any processes."""

    url: str
    settings: Settings
    organization: str | None = None
    """Slug of the organization whose briefs are made; None for all."""
    find_photo: FindPhoto | None = None
    """By default, asks the sources of stock images."""
    run_id: str | None = None
    limit: int = MOST_BRIEFS
    now: Callable[[], datetime] = current_time
    log: logging.Logger = logger

    def run(self) -> StudioRun:
        """Makes what waits, up to the limit. DatabaseError if a visual cannot be written."""
        run = StudioRun(recovered=recover(self.url, self.now()))
        began_at = self.now()
        store = MediaStore.of(self.settings)
        store.claim(self.url)
        with transaction(self.url) as connection:
            rules = active_rules(connection)
        with sessions_kept(), stock_photos(self.url, self.settings, store, self.run_id) as stock:
            find_photo = self.find_photo or stock
            for _ in range(self.limit):
                brief = lease_next(self.url, self.organization, began_at)
                if brief is None:
                    break
                self._make(brief, store, rules, find_photo, run)
        return run

    def _make(
        self, brief: LeasedBrief, store: MediaStore, rules: list[Rule], find_photo: FindPhoto, run: StudioRun
    ) -> None:
        """Makes one brief, or keeps why nothing was made."""
        photo = None
        try:
            inputs = read_inputs(self.url, store, brief)
            photo, note = find_photo(brief, inputs.formats)
            if "pictures" in brief.stop_before:
                self._stop(brief, photo, note, run)
                return
            visual = make_visual(brief, inputs, photo, rules, partial(drawn_before, self.url, brief.organization_id))
            asset_id = store_visual(self.url, store, brief, inputs, visual, rules, note)
        except (UnmakeableError, RenderingError) as error:
            self._fail(brief, photo, str(error), run, may_pass=False)
            return
        except (MediaStoreError, NoPhotoError) as error:
            self._fail(brief, photo, str(error), run, may_pass=True)
            return
        if asset_id is None:
            return
        run.assets.append(asset_id)
        run.variants += len(visual.variants)
        if note is not None:
            run.notes[note] += 1
        self.log.info(f"{brief.request_id}: {asset_id} has {len(visual.variants)} variants")

    def _stop(self, brief: LeasedBrief, photo: Photo | None, note: str | None, run: StudioRun) -> None:
        if stop_before_pictures(self.url, brief, None if photo is None else photo.stock_image_id, note):
            run.stopped += 1
            self.log.info(f"{brief.request_id} waits for a person before its pictures are made")

    def _fail(self, brief: LeasedBrief, photo: Photo | None, reason: str, run: StudioRun, *, may_pass: bool) -> None:
        if photo is not None and photo.give_back is not None:
            photo.give_back()
        fail(self.url, brief, reason, self.now(), may_pass=may_pass)
        run.failures[reason] += 1
        self.log.warning(f"{brief.request_id}: {reason}")
