"""Writes posts with the language model of the settings, within the budgets, and stores each text as it comes."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from syndication_assets import fault_points
from syndication_assets.ai.calls.call_log import CallLog
from syndication_assets.ai.chat_completions.configured_model import configured_model, provider_of
from syndication_assets.content.generation.llm_writer import Outcome, write_with_model
from syndication_assets.content.generation.posts_to_write import PostToWrite
from syndication_assets.content.generation.writing import WrittenText, store
from syndication_assets.content.generation.writing_rules import templates_replace_model
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.operations.usage.spending import read_spending
from syndication_assets.settings import Settings


@dataclass(slots=True)
class DayOfTexts:
    """The result of writing one day."""

    day: date
    texts: list[WrittenText] = field(default_factory=list)
    missing: list[tuple[PostToWrite, str]] = field(default_factory=list)
    """The texts that were not written, with the reason of each."""
    warnings: list[str] = field(default_factory=list)
    calls: CallTotals = field(default_factory=CallTotals)
    """The requests to the language model."""

    @property
    def unwritten(self) -> Counter[str]:
        """Reason → number of missing texts."""
        return Counter(reason for _, reason in self.missing)

    @property
    def broken_rules(self) -> Counter[str]:
        return Counter(rule_name for text in self.texts for rule_name in text.broken_rules)


async def write_posts_with_model(
    url: str, posts: list[PostToWrite], settings: Settings, result: DayOfTexts, run_id: str | None
) -> Outcome:
    """Writes posts with the language model, and stores each text as soon as it is written, because it was paid for."""
    model = configured_model(settings)
    if model is None:
        raise AssertionError("unreachable")
    provider = provider_of(settings.openai_url)
    today = datetime.now(UTC).date()
    with transaction(url) as connection:
        spending = {
            organization: read_spending(connection, organization, provider, model.model, today)
            for organization in {post.organization_id for post in posts}
        }
        with_templates = templates_replace_model(connection)
    async with model, CallLog(url, provider, _store_texts, run_id) as log:
        outcome = await write_with_model(posts, model, spending, log, with_templates)
    result.calls = log.totals
    for organization_spending in spending.values():
        result.warnings += organization_spending.warnings
    return outcome


def _store_texts(connection: Connection, texts: list[WrittenText]) -> None:
    store(connection, texts)
    fault_points.reach("posts_content.before_commit")
