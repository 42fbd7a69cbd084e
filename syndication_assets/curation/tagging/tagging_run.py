"""One run over the posts of some days: asks the configured model about those that it was not asked about."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from syndication_assets import fault_points
from syndication_assets.ai.calls.call_log import CallLog
from syndication_assets.ai.chat_completions.configured_model import configured_model, provider_of
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.curation.search.post_documents import begin_scope
from syndication_assets.curation.tagging.asking import Outcome, ask_about_posts
from syndication_assets.curation.tagging.classifications import (
    Classification,
    ModelTagged,
    UnaskedPosts,
    apply_answers,
    present_tag_lists,
    store_classifications,
    unasked_posts,
)
from syndication_assets.database.connection import transaction
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.operations.usage.spending import read_spending
from syndication_assets.settings import Settings

WITHOUT_KEY = "OPENAI_API_KEY is not set: no model is asked, and no tag of a model is written."
WITHOUT_TAGS = "No tag is for models: `syndication tag edit NAME --is-for-models` makes one so."


@dataclass(slots=True)
class TaggingRun:
    """The result of a run."""

    reason: str | None = None
    """Why nothing was asked; None if questions were possible."""
    posts: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    later: int = 0
    """Posts beyond what a run asks about."""
    tagged: ModelTagged = field(default_factory=ModelTagged)
    calls: CallTotals = field(default_factory=CallTotals)
    warnings: list[str] = field(default_factory=list)

    @property
    def unanswered(self) -> Counter[str]:
        """Reason → posts that wait for the next run."""
        return sum(self.outcome.unanswered.values(), Counter())


def tag_days(url: str, first_day: date, end_day: date, settings: Settings, run_id: str | None = None) -> TaggingRun:
    """Asks about the posts that were observed on these days, the end exclusive, and applies all current answers.

    Each answer is stored as soon as it is there, because it was paid for. Tags follow from stored answers alone, so the
    next run continues one that was stopped. Nothing is written without a key, or without a tag for models.
    SyndicationError if the settings of the model are incomplete.
    """
    model = configured_model(settings)
    if model is None:
        return TaggingRun(WITHOUT_KEY)
    # Without the lock, two runs at the same time would pay for each post twice.
    with transaction(url, lock="curation.post_classifications"):
        return _tag_days(url, first_day, end_day, model, provider_of(settings.openai_url), run_id)


def _tag_days(
    url: str, first_day: date, end_day: date, model: LanguageModel, provider: str, run_id: str | None
) -> TaggingRun:
    with transaction(url) as connection:
        tag_lists = present_tag_lists(connection)
        if not tag_lists:
            return TaggingRun(WITHOUT_TAGS)
        begin_scope(connection, first_day, end_day)
        unasked = [unasked_posts(connection, tag_list, model.model) for tag_list in tag_lists]
    run = TaggingRun(posts=sum(len(each.posts) for each in unasked), later=sum(each.later for each in unasked))
    if run.posts:
        asyncio.run(_ask(url, unasked, model, provider, run_id, run))
        fault_points.reach("post_classifications.asked")
    with transaction(url, lock="curation.post_tags") as connection:
        begin_scope(connection, first_day, end_day)
        run.tagged = apply_answers(connection)
    return run


async def _ask(
    url: str, unasked: Sequence[UnaskedPosts], model: LanguageModel, provider: str, run_id: str | None, run: TaggingRun
) -> None:
    today = datetime.now(UTC).date()
    with transaction(url) as connection:
        spending = {
            organization_id: read_spending(connection, organization_id, provider, model.model, today)
            for organization_id in {each.tag_list.organization_id for each in unasked}
        }
    log: CallLog[Classification]
    async with model, CallLog(url, provider, store_classifications, run_id) as log:
        run.outcome = await ask_about_posts(unasked, model, spending, log)
    run.calls = log.totals
    for each in spending.values():
        run.warnings += each.warnings
