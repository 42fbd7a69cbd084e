"""`limits`: the tier of one organization, and `tiers`: how much each tier allows."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import Entry, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section

Amount = Annotated[int, Field(gt=0, le=9_007_199_254_740_991)]


class Tier(Entry):
    """How much an organization that has the tier may use; a limit that is not named does not exist."""

    tier: Annotated[str, Field(pattern="^[a-z][a-z0-9_-]{0,62}$")] = Field(description="Name of the tier.")
    description: Text = Field(description="Whom the tier is for.")
    users: Amount | None = Field(
        default=None, description="Most persons with an active or pending membership, open invitations included."
    )
    posts: Amount | None = Field(default=None, description="Most posts that are kept, whoever wrote them.")
    storage_bytes: Amount | None = Field(
        default=None, description="Most bytes of stored media and landed files together."
    )


class Limits(Entry):
    """The tier of the organization, and limits of its own in place of those of the tier."""

    tier: Text = Field(description="Name of the tier, one of `tiers`.")
    users: Amount | None = Field(default=None, description="Most users; without it, as the tier says.")
    posts: Amount | None = Field(default=None, description="Most posts; without it, as the tier says.")
    storage_bytes: Amount | None = Field(
        default=None, description="Most bytes of media and landed files; without it, as the tier says."
    )


def _check(context: Context, limits: Limits) -> Iterable[Finding]:
    tiers = [tier for (tier,) in context.connection.execute("select tier from tenancy.tiers order by tier")]
    if limits.tier not in tiers:
        yield Finding("tier", f"there is no tier {limits.tier!r}: choose from {', '.join(tiers)}")


def _write(context: Context, limits: Limits) -> None:
    values = {"organization_id": context.organization_id, **limits.model_dump()}
    upsert(context.connection, "tenancy.organization_limits", ("organization_id",), values)


def _remove(context: Context, _: Limits) -> None:
    delete(context.connection, "tenancy.organization_limits", {"organization_id": context.organization_id})


def _write_tier(context: Context, tier: Tier) -> None:
    upsert(context.connection, "tenancy.tiers", ("tier",), tier.model_dump())


def _remove_tier(context: Context, tier: Tier) -> None:
    delete(context.connection, "tenancy.tiers", {"tier": tier.tier})


LIMITS = Section(
    name="limits",
    noun="tier of an organization",
    removed="Without it, the organization has no limits.",
    entry=Limits,
    permission="limits.edit",
    is_for_the_installation=True,
    key=(),
    read=reader(
        Limits,
        "select tier, users, posts, storage_bytes from tenancy.organization_limits"
        " where organization_id = %(organization_id)s",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)

TIERS = Section(
    name="tiers",
    noun="tier",
    entry=Tier,
    permission="limits.edit",
    removed="An organization that has it keeps it from being removed.",
    in_use="organizations have it",
    key=("tier",),
    read=reader(Tier, "select tier, description, users, posts, storage_bytes from tenancy.tiers order by tier"),
    write=_write_tier,
    remove=_remove_tier,
)
