"""What the analyzers have to do, and what it would cost, before they do it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from syndication_assets.ai.chat_completions.configured_model import provider_of
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.media.analysis.analysis_queue import chosen_analyzers
from syndication_assets.media.analysis.analyzer import AnalyzerVersion, ChosenAnalyzer
from syndication_assets.media.analysis.analyzers import version_of, why_unavailable
from syndication_assets.media.analysis.vision.paid_question import expected_cost
from syndication_assets.media.contents.pictures import FORMATS
from syndication_assets.operations.usage.spending import price_on
from syndication_assets.settings import Settings


class _Counted(NamedTuple):
    """The row of `media/analyses/plan.sql`."""

    new_pictures: int
    waiting: int
    parked: int
    of_older_versions: int
    average_cost: Decimal | None
    dearest_cost: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class AnalyzerPlan:
    """What one analyzer of an organization would do."""

    organization: str
    analyzer: str
    model: str | None
    new_pictures: int
    """Pictures that no version of it has seen."""
    waiting: int
    parked: int
    of_older_versions: int
    """Pictures that only older versions have seen: they are analysed again only if you say so."""
    pictures_per_run: int
    cost_per_picture: Decimal | None
    """What it costs on average, or at most as long as nothing was measured; None if it is free or has no price."""
    is_measured: bool
    currency: str | None
    unavailable: str | None
    """Why it can look at no picture here; None if it can."""

    def cost(self, *, again: bool) -> Decimal | None:
        """What all that waits would cost, `again` with what older versions have seen; None if that is not known."""
        if self.cost_per_picture is None:
            return None
        pictures = self.new_pictures + self.waiting + (self.of_older_versions if again else 0)
        return pictures * self.cost_per_picture


def plans(
    connection: Connection, settings: Settings, organization: str | None = None, analyzer: str | None = None
) -> list[AnalyzerPlan]:
    """The plan of each active analyzer of each organization, or of one."""
    return [_plan(connection, settings, chosen) for chosen in chosen_analyzers(connection, organization, analyzer)]


def _plan(connection: Connection, settings: Settings, chosen: ChosenAnalyzer) -> AnalyzerPlan:
    unavailable = why_unavailable(chosen, settings)
    version = None if unavailable else version_of(chosen)
    counted = _counted(connection, chosen, version)
    cost, currency = counted.average_cost, counted.currency
    if cost is None and chosen.model is not None:
        today = datetime.now(UTC).date()
        price = price_on(connection, provider_of(settings.openai_url), chosen.model, today)
        if price is not None:
            cost, currency = expected_cost(price, settings.llm_output_tokens), price.currency
    return AnalyzerPlan(
        organization=chosen.organization,
        analyzer=chosen.analyzer,
        model=chosen.model,
        new_pictures=counted.new_pictures,
        waiting=counted.waiting,
        parked=counted.parked,
        of_older_versions=counted.of_older_versions,
        pictures_per_run=chosen.pictures_per_run,
        cost_per_picture=cost,
        is_measured=counted.average_cost is not None,
        currency=currency,
        unavailable=unavailable,
    )


def _counted(connection: Connection, chosen: ChosenAnalyzer, version: AnalyzerVersion | None) -> _Counted:
    parameters = {
        "organization_id": chosen.organization_id,
        "analyzer": chosen.analyzer,
        "program": None if version is None else version.program,
        "model": None if version is None else version.model,
        "prompt": None if version is None else version.prompt,
        "mime_types": list(FORMATS),
    }
    ((*row,),) = connection.execute(load_sql("media/analyses/plan.sql"), parameters)
    return _Counted(*row)
