"""Reads the posts of a day whose texts are missing, with facts, rules, templates and the existing texts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement
from syndication_assets.content.compliance.near_duplicates import DEFAULT_DAYS, EarlierText
from syndication_assets.content.compliance.validation import Finding
from syndication_assets.content.generation.first_variations import FirstVariation, read_first_variations
from syndication_assets.content.generation.post_pictures import PostPicture
from syndication_assets.content.generation.text_template_rows import UsableTemplate
from syndication_assets.content.generation.variations import VariationsBy
from syndication_assets.content.page_facts import facts_of_page
from syndication_assets.content.post_facts import Facts
from syndication_assets.database.connection import Connection, load_sql

CURRENT_STATES = ("generated", "needs_review", "approved")
"""States of texts that are neither rejected nor superseded."""


@dataclass(slots=True)
class Channel:
    """One channel of one organization on one day."""

    organization_id: str
    platform: str
    channel_type: str
    rules: ChannelRules
    earlier: dict[str, list[EarlierText]] = field(default_factory=lambda: defaultdict(list))
    """Existing texts by post id."""
    first_variations: dict[str, FirstVariation] = field(default_factory=dict)
    """Variation 1 by post id, for posts whose other variations reuse it."""

    def earlier_of_others(self, post_core_id: str) -> list[EarlierText]:
        return [text for other_id, texts in self.earlier.items() if other_id != post_core_id for text in texts]

    def other_variations(self, post_core_id: str, variation: int) -> list[EarlierText]:
        return [text for text in self.earlier[post_core_id] if text.variation != variation]


@dataclass(frozen=True, slots=True)
class PostToWrite:
    """A missing text: one variation of a post."""

    organization_id: str
    post_core_id: str
    content_id: str
    planned_on: date
    variation: int
    variations_by: VariationsBy
    facts: Facts
    channel: Channel
    templates: Sequence[UsableTemplate]
    """The templates that fit, the one for this variation first."""
    materials: frozenset[str]
    """Words for materials in the organization's catalogue, in lower case."""
    product_version: str | None = None
    """The version of the product that `facts` are from, hexadecimal; None for a section."""
    post_kind: str = "product"
    """product, blog_post, announcement or event."""
    instructions: str | None = None
    """What its process tells a language model beside the rules of the channel."""
    language: str | None = None
    """ISO 639-1 code of the text of a brief; None for the language of the channel."""
    picture: PostPicture | None = None
    """The picture of ours that it is published with."""

    @property
    def rules(self) -> ChannelRules:
        """The rules of its channel, in the language of its brief."""
        return self.channel.rules if self.language is None else self.channel.rules.in_language(self.language)

    def picture_findings(self, text: str) -> list[Finding]:
        return [] if self.picture is None else self.picture.findings(text)

    @property
    def reuses_first_variation(self) -> bool:
        """Whether the text is derived from variation 1 instead of being written."""
        return self.variation > 1 and self.variations_by != "content"

    @property
    def needs_no_writer(self) -> bool:
        """Whether the text is derived from a variation 1 that exists already."""
        return self.reuses_first_variation and self.post_core_id in self.channel.first_variations


def posts_to_write(connection: Connection, planned_on: date, templates: Iterable[UsableTemplate]) -> list[PostToWrite]:
    """Every variation of the day's posts that has no version yet, in a fixed order."""
    rows = connection.execute(load_sql("content/posts_to_write.sql"), {"planned_on": planned_on}).fetchall()
    facts = facts_of(connection, [row[1] for row in rows], planned_on)
    materials = {organization: materials_of(connection, organization) for organization in {row[0] for row in rows}}
    first_variations = read_first_variations(connection, [row[1] for row in rows if row[4] > 1 and row[5] != "content"])
    channels: dict[tuple[str, str, str], Channel] = {}
    by_organization = defaultdict(list)
    for template in templates:
        by_organization[template.organization_id].append(template)
    posts = []
    for (
        organization,
        post_core_id,
        platform,
        channel_type,
        variation,
        by,
        kind,
        version,
        instructions,
        *template_of_selection,
    ) in rows:
        key = (organization, platform, channel_type)
        if key not in channels:
            channels[key] = read_channel(connection, *key, planned_on)
        if post_core_id in first_variations:
            channels[key].first_variations[post_core_id] = first_variations[post_core_id]
        post_facts = facts[post_core_id]
        known = post_facts.known() | {"call_to_action", "hashtags"}
        fitting = [
            template
            for template in by_organization[organization]
            if template.fits(platform, kind, post_facts.categories, known)
        ]
        selected = [
            template for template in fitting if [template.template_id, template.version] == template_of_selection
        ]
        others = [template for template in _specific_first(fitting) if template not in selected]
        ordered = [*selected, *others]
        # Each variation starts with another template; without a selected template, each day does too.
        turn = variation - 1 if selected else variation - 1 + planned_on.toordinal()
        start = turn % len(ordered) if ordered else 0
        posts.append(
            PostToWrite(
                organization_id=organization,
                post_core_id=post_core_id,
                content_id=new_content_id(connection),
                planned_on=planned_on,
                variation=variation,
                variations_by=by,
                facts=post_facts,
                channel=channels[key],
                templates=[*ordered[start:], *ordered[:start]],
                materials=materials[organization],
                product_version=version,
                post_kind=kind,
                instructions=instructions,
            )
        )
    return posts


def facts_of(connection: Connection, post_core_ids: list[str], known_on: date) -> dict[str, Facts]:
    """Facts by post id, as known at the end of a day."""
    rows = connection.execute(
        load_sql("content/facts_of_posts.sql"), {"post_core_ids": post_core_ids, "known_on": known_on}
    )
    return {post_core_id: facts_of_page(values) for _, post_core_id, values in rows}


def read_channel(
    connection: Connection,
    organization_id: str,
    platform: str,
    channel_type: str,
    planned_on: date,
    states: Sequence[str] = CURRENT_STATES,
) -> Channel:
    """A channel with its rules and its texts around a day that are in one of the states."""
    cursor = connection.execute(
        load_sql("channels/requirements_of_channel.sql"), {"platform": platform, "channel_type": channel_type}
    )
    names = [column.name for column in cursor.description or ()]
    requirements = [dict(zip(names, row, strict=True)) for row in cursor]
    rules = ChannelRules(
        Requirement(
            row["requirement_category"],
            row["requirement_key"],
            row["value"],
            row["minimum"],
            row["maximum"],
            row["unit"],
            row["severity"],
            row["description"],
        )
        for row in requirements
    )
    limits = connection.execute(
        load_sql("channels/limits_of_accounts.sql"), {"organization_id": organization_id, "platform": platform}
    ).fetchall()
    channel = Channel(organization_id, platform, channel_type, rules.within(dict(limits)))
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
    """The words that an organization's catalogue uses for materials, in lower case; other values are left out."""
    rows = connection.execute(
        "select distinct lower(m) from catalogue.products as p"
        " cross join lateral jsonb_path_query(p.attributes, '$.materials[*]') as j (material)"
        " cross join lateral (select j.material #>> '{}') as w (m)"
        " where p.organization_id = %s and w.m ~ '^[[:alpha:]][[:alpha:] -]{2,40}$'",
        [organization_id],
    )
    return frozenset(word for (word,) in rows)


def new_content_id(connection: Connection) -> str:
    """Reserves the id of a text before it is written, so that findings about other texts can refer to it."""
    row = connection.execute("select tenancy.public_id('cnt', nextval('content.content_id_sequence'))").fetchall()[0]
    return str(row[0])


def _specific_first(templates: Iterable[UsableTemplate]) -> list[UsableTemplate]:
    return sorted(
        templates, key=lambda usable: (usable.category_name is None, usable.platform is None, usable.template.name)
    )
