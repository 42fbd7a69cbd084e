"""`profiles`: the profiles and channels that are fetched."""

from collections.abc import Iterable

from pydantic import Field, ValidationInfo, field_validator

from syndication_assets.configuration.entry import ACTIVE, Entry, Platform, Text
from syndication_assets.configuration.profile_csv import profiles_of_csv
from syndication_assets.configuration.rows import reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, platform_findings
from syndication_assets.scraping.items.usernames import canonical_username


def why_no_feed(address: str) -> str | None:
    """Why no feed has this address, as the end of a sentence; None if one can."""
    host = address.partition("/")[0]
    if "://" in address:
        return "is no address over https: write it as blog.example/feed.xml"
    if "@" in address or " " in address or "." not in host:
        return (
            "has a password or a space in it, or no host: write the address of the feed, such as blog.example/feed.xml"
        )
    return None


class Profile(Entry):
    """A profile whose posts are fetched, which costs money."""

    platform: Platform
    username: Text = Field(
        description="LinkedIn, Instagram: the name in the profile's URL. YouTube: the channel id, UC…. RSS: the "
        "address of the feed, such as blog.example/feed.xml. Spelled as loads spell it."
    )
    is_active: bool = ACTIVE
    notes: Text | None = Field(default=None, description="For people.")

    @field_validator("username")
    @classmethod
    def _canonical(cls, username: str, info: ValidationInfo) -> str:
        canonical = canonical_username(info.data.get("platform", ""), username)
        if not canonical or any(not character.isprintable() for character in canonical):
            raise ValueError("is no name of a profile: copy it from the profile's URL")
        if info.data.get("platform") == "rss":
            if why := why_no_feed(canonical):
                raise ValueError(why)
        elif "/" in canonical:
            raise ValueError("is a URL: write only the name in it")
        return canonical


def _check(context: Context, profile: Profile) -> Iterable[Finding]:
    yield from platform_findings(context, profile.platform)
    if context.erased is not None:
        treatment = context.erased.of_profile(context.organization_id, profile.platform, profile.username)
        if treatment is not None:
            yield Finding(
                "username",
                f"is the name of a person who was erased ({treatment.erasure_id}): nothing of them would be loaded",
            )


def _write(context: Context, *profiles: Profile) -> None:
    rows = [
        {"organization_id": context.organization_id, "is_tracked": True, **profile.model_dump()} for profile in profiles
    ]
    upsert(context.connection, "scraping.profiles", ("organization_id", "platform", "username"), *rows)


def _remove(context: Context, profile: Profile) -> None:
    """The profile stays with its posts; nobody fetches it any more."""
    context.connection.execute(
        "update scraping.profiles set is_tracked = false"
        " where organization_id = %s and platform = %s and username = %s",
        [context.organization_id, profile.platform, profile.username],
    )


PROFILES = Section(
    name="profiles",
    noun="profile",
    paused="it is not fetched",
    removed="What was loaded of it stays.",
    entry=Profile,
    permission="profiles.edit",
    key=("platform", "username"),
    read=reader(
        Profile,
        "select platform, username, is_active, notes from scraping.profiles"
        " where organization_id = %(organization_id)s and is_tracked order by platform, username",
    ),
    write=_write,
    write_all=lambda context, profiles: _write(context, *profiles),
    remove=_remove,
    check=_check,
    spell=lambda key: (key[0], canonical_username(*key)),
    from_file=profiles_of_csv,
)
