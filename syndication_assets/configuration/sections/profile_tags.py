"""`profile_tags`: the tags of profiles."""

from collections.abc import Iterable

from syndication_assets.configuration.entry import Entry, Platform, Text
from syndication_assets.configuration.rows import delete, reader
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.configuration.sections.tags import TagName, missing_tag, tag_id_of
from syndication_assets.scraping.items.usernames import canonical_username


class ProfileTag(Entry):
    """A profile that has a tag."""

    platform: Platform
    username: Text
    tag: TagName


_PROFILE = "select profile_id from scraping.profiles where organization_id = %s and platform = %s and username = %s"


def _profile_id(context: Context, entry: ProfileTag) -> str | None:
    username = canonical_username(entry.platform, entry.username)
    row = context.connection.execute(_PROFILE, [context.organization_id, entry.platform, username]).fetchone()
    return None if row is None else str(row[0])


def _check(context: Context, entry: ProfileTag) -> Iterable[Finding]:
    key = (entry.platform, canonical_username(entry.platform, entry.username))
    if key not in context.keys.get("profiles", set()) and _profile_id(context, entry) is None:
        yield Finding("username", f"there is no profile {'/'.join(key)!r}: add it to `profiles`, or load its posts")
    yield from missing_tag(context, entry.tag)


def _write(context: Context, entry: ProfileTag) -> None:
    context.connection.execute(
        "insert into curation.profile_tags (organization_id, profile_id, tag_id) values (%s, %s, %s)"
        " on conflict do nothing",
        [context.organization_id, _profile_id(context, entry), tag_id_of(context, entry.tag)],
    )


def _remove(context: Context, entry: ProfileTag) -> None:
    key = {
        "organization_id": context.organization_id,
        "profile_id": _profile_id(context, entry),
        "tag_id": tag_id_of(context, entry.tag),
    }
    delete(context.connection, "curation.profile_tags", key)


PROFILE_TAGS = Section(
    name="profile_tags",
    noun="tag of a profile",
    removed="The profile and the tag stay.",
    entry=ProfileTag,
    permission="tags.edit",
    key=("platform", "username", "tag"),
    read=reader(
        ProfileTag,
        "select p.platform, p.username, t.tag_name as tag from curation.profile_tags as pt"
        " inner join scraping.profiles as p on pt.organization_id = p.organization_id and pt.profile_id = p.profile_id"
        " inner join curation.tags as t on pt.organization_id = t.organization_id and pt.tag_id = t.tag_id"
        " where pt.organization_id = %(organization_id)s order by p.platform, p.username, t.tag_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
    spell=lambda key: (key[0], canonical_username(key[0], key[1]), key[2]),
)
