"""`priority_factors`: the weights of the ranking of products."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import Entry, Name, Number
from syndication_assets.configuration.rows import reader
from syndication_assets.configuration.section import Context, Finding, Section


class PriorityFactor(Entry):
    """A factor of the ranking of products."""

    factor: Name = Field(description="Name of the factor, such as recency.")
    weight: Annotated[Number, Field(ge=0, le=1, decimal_places=4)] = Field(
        description="Relative weight; 0 leaves the factor out."
    )
    half_life_days: Annotated[Number, Field(gt=0, le=36500, decimal_places=4)] | None = Field(
        default=None, description="Days in which the factor halves; none for a factor that does not fade."
    )
    is_active: bool = Field(default=True, description="false leaves the factor out of the ranking.")


def _check(context: Context, factor: PriorityFactor) -> Iterable[Finding]:
    rows = context.connection.execute(
        "select factor_name, half_life is not null from engagement.priority_factors order by factor_name"
    )
    fades: dict[str, bool] = dict(rows.fetchall())
    if factor.factor not in fades:
        yield Finding("factor", f"there is no factor {factor.factor!r}: choose from {', '.join(fades)}")
    elif fades[factor.factor] and factor.half_life_days is None:
        yield Finding("half_life_days", f"{factor.factor} fades: give the days in which it halves")


def _write(context: Context, factor: PriorityFactor) -> None:
    context.connection.execute(
        "update engagement.priority_factors set factor_weight = %(weight)s, is_active = %(is_active)s,"
        " half_life = %(half_life_days)s::numeric * interval '1 day' where factor_name = %(factor)s",
        factor.model_dump(),
    )


def _remove(_: Context, factor: PriorityFactor) -> None:
    raise ValueError(f"{factor.factor} is computed by the ranking: set its weight to 0")


PRIORITY_FACTORS = Section(
    name="priority_factors",
    noun="factor of the ranking",
    paused="it is left out of the ranking",
    entry=PriorityFactor,
    permission="rules.edit",
    key=("factor",),
    read=reader(
        PriorityFactor,
        "select factor_name as factor, factor_weight as weight,"
        " (extract(epoch from half_life) / 86400)::numeric(12, 4) as half_life_days, is_active"
        " from engagement.priority_factors order by factor_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
    is_removable=False,
)
