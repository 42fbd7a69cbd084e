"""The posts of a day whose texts are missing, with all that a writer needs: facts, rules, templates, earlier texts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement
from syndication_assets.content.compliance.near_duplicates import DEFAULT_DAYS, EarlierText
from syndication_assets.content.generation.first_variations import FirstVariation, read_first_variations
from syndication_assets.content.generation.template_rows import UsableTemplate
from syndication_assets.content.generation.variations import VariationsBy
from syndication_assets.content.post_facts import Facts
from syndication_assets.database.connection import Connection, load_sql

STANDING_STATES = ("generated", "needs_review", "approved")


@dataclass(slots=True)
class Channel:
    """One channel of one organization on one day."""

    organization_id: str
    platform: str
    channel_type: str
    rules: ChannelRules
    earlier: dict[str, list[EarlierText]] = field(default_factory=lambda: defaultdict(list))
    """Texts that stand, by the post that they are of."""
    firsts: dict[str, FirstVariation] = field(default_factory=dict)
    """Variation 1 by its post, where the others share its words."""

    def earlier_of_others(self, post_core_id: str) -> list[EarlierText]:
        return [text for post, texts in self.earlier.items() if post != post_core_id for text in texts]

    def other_variations(self, post_core_id: str, variation: int) -> list[EarlierText]:
        return [text for text in self.earlier[post_core_id] if text.variation != variation]


@dataclass(frozen=True, slots=True)
class PostToWrite:
    """One text that is wanted: a variation of a post."""

    organization_id: str
    post_core_id: str
    content_id: str
    planned_on: date
    variation: int
    variations_by: VariationsBy
    facts: Facts
    channel: Channel
    templates: Sequence[UsableTemplate]
    """Those that fit, the one for this variation first."""
    materials: frozenset[str]
    """Words for materials in the organization's catalogue."""

    @property
    def shares_words(self) -> bool:
        """Whether it is made of variation 1: nobody writes it."""
        return self.variation > 1 and self.variations_by != "content"

    @property
    def has_its_words(self) -> bool:
        """Whether it shares the words of a variation 1 that is there."""
        return self.shares_words and self.post_core_id in self.channel.firsts


def posts_to_write(connection: Connection, planned_on: date, templates: Iterable[UsableTemplate]) -> list[PostToWrite]:
    """Every variation of a post of the day that has no version yet, in a fixed order."""
    rows = connection.execute(load_sql("content/posts_to_write.sql"), {"planned_on": planned_on}).fetchall()
    facts = facts_of(connection, [row[1] for row in rows], planned_on)
    materials = {organization: materials_of(connection, organization) for organization in {row[0] for row in rows}}
    firsts = read_first_variations(connection, [row[1] for row in rows if row[4] > 1 and row[5] != "content"])
    channels: dict[tuple[str, str, str], Channel] = {}
    by_organization = defaultdict(list)
    for template in templates:
        by_organization[template.organization_id].append(template)
    posts = []
    for organization, post_core_id, platform, channel_type, variation, by, kind, *template_of_selection in rows:
        key = (organization, platform, channel_type)
        if key not in channels:
            channels[key] = read_channel(connection, *key, planned_on)
        if post_core_id in firsts:
            channels[key].firsts[post_core_id] = firsts[post_core_id]
        about = facts[post_core_id]
        known = about.known() | {"call_to_action", "hashtags"}
        fitting = [one for one in by_organization[organization] if one.fits(platform, kind, about.categories, known)]
        chosen = [one for one in fitting if [one.template_id, one.version] == template_of_selection]
        others = [one for one in _specific_first(fitting) if one not in chosen]
        ordered = [*chosen, *others]
        # The texts that are compared differ in what they dwell on; where no selection chose, so do those of two days.
        turn = variation - 1 if chosen else variation - 1 + planned_on.toordinal()
        start = turn % len(ordered) if ordered else 0
        posts.append(
            PostToWrite(
                organization_id=organization,
                post_core_id=post_core_id,
                content_id=new_content_id(connection),
                planned_on=planned_on,
                variation=variation,
                variations_by=by,
                facts=about,
                channel=channels[key],
                templates=[*ordered[start:], *ordered[:start]],
                materials=materials[organization],
            )
        )
    return posts


def facts_of(connection: Connection, post_core_ids: list[str], known_on: date) -> dict[str, Facts]:
    """The facts of posts by their id, as they were known at the end of a day."""
    rows = connection.execute(
        load_sql("content/facts_of_posts.sql"), {"post_core_ids": post_core_ids, "known_on": known_on}
    )
    return {post_core_id: _facts(said) for _, post_core_id, said in rows}


def read_channel(
    connection: Connection,
    organization_id: str,
    platform: str,
    channel_type: str,
    planned_on: date,
    states: Sequence[str] = STANDING_STATES,
) -> Channel:
    """A channel with its rules and the texts that stand on it, in one of the states, around a day."""
    cursor = connection.execute(
        load_sql("channels/requirements_of_channel.sql"), {"platform": platform, "channel_type": channel_type}
    )
    names = [column.name for column in cursor.description or ()]
    said = [dict(zip(names, row, strict=True)) for row in cursor]
    rules = ChannelRules(
        Requirement(
            one["requirement_category"],
            one["requirement_key"],
            one["value"],
            one["minimum"],
            one["maximum"],
            one["unit"],
            one["severity"],
            one["description"],
        )
        for one in said
    )
    channel = Channel(organization_id, platform, channel_type, rules)
    texts = connection.execute(
        load_sql("content/earlier_texts.sql"),
        {
            "organization_id": organization_id,
            "platform": platform,
            "channel_type": channel_type,
            "planned_on": planned_on,
            "states": list(states),
            "days": int(rules.number("near_duplicate_days", Decimal(DEFAULT_DAYS))),
        },
    )
    for content_id, text_content, link_url, variation, post_core_id in texts:
        channel.earlier[post_core_id].append(EarlierText(content_id, text_content, link_url, variation))
    return channel


def materials_of(connection: Connection, organization_id: str) -> frozenset[str]:
    """The words that an organization's catalogue uses for materials, lower case; what is no word is left out."""
    rows = connection.execute(
        "select distinct lower(m) from catalogue.products as p"
        " cross join lateral jsonb_path_query(p.attributes, '$.materials[*]') as j (material)"
        " cross join lateral (select j.material #>> '{}') as w (m)"
        " where p.organization_id = %s and w.m ~ '^[[:alpha:]][[:alpha:] -]{2,40}$'",
        [organization_id],
    )
    return frozenset(word for (word,) in rows)


def new_content_id(connection: Connection) -> str:
    """An id for a text before it is written, so that others can name it as their twin."""
    row = connection.execute("select tenancy.public_id('cnt', nextval('content.content_id_sequence'))").fetchall()[0]
    return str(row[0])


def _specific_first(templates: Iterable[UsableTemplate]) -> list[UsableTemplate]:
    return sorted(templates, key=lambda one: (one.category_name is None, one.platform is None, one.template.name))


def _facts(said: Mapping[str, Any]) -> Facts:
    attributes = {
        name: tuple(str(word) for word in words)
        for name, words in (said["attributes"] or {}).items()
        if isinstance(words, list)
    }
    return Facts(
        name=said["name"],
        url=said["url"] or None,
        description=said["description"] or None,
        categories=tuple(said["categories"]),
        price=None if said["price"] is None else Decimal(said["price"]),
        currency=said["currency"],
        image_url=said["image_url"] or None,
        attributes=attributes,
        title=said.get("title"),
        is_available=said["is_available"],
    )
