"""The groups of commands for single entries, and the commands that older groups have besides their own."""

import click

from syndication_assets.cli.brand.brands import brand
from syndication_assets.cli.brand.files import asset
from syndication_assets.cli.brand.templates import template as brand_template
from syndication_assets.cli.curation.tag_agreement import agreement
from syndication_assets.cli.curation.tag_rules import tag_rule
from syndication_assets.cli.curation.tag_suggestions import accept, apply, parked, reject, retry, suggestions
from syndication_assets.cli.entries.entry_commands import add_entry_commands, add_former_name, entry_group
from syndication_assets.cli.entries.sections import sections
from syndication_assets.cli.operating.process import process
from syndication_assets.cli.operating.webhook import webhook
from syndication_assets.cli.profile import anonymise_one, erase_one, export_one, import_profiles, list_profiles
from syndication_assets.cli.scraping.followers import followers
from syndication_assets.cli.social.account import account
from syndication_assets.cli.social.credentials import credentials
from syndication_assets.cli.social.schedule import schedule
from syndication_assets.cli.vendor import vendor
from syndication_assets.configuration.sections.accounts import ACCOUNTS
from syndication_assets.configuration.sections.analyzers import ANALYZERS
from syndication_assets.configuration.sections.approval_rules import APPROVAL_RULES
from syndication_assets.configuration.sections.blog_sections import BLOG_SECTIONS
from syndication_assets.configuration.sections.brands import BRANDS
from syndication_assets.configuration.sections.budgets import BUDGETS
from syndication_assets.configuration.sections.channel_rules import CHANNEL_RULES
from syndication_assets.configuration.sections.compliance_rules import COMPLIANCE_RULES
from syndication_assets.configuration.sections.credentials import CREDENTIALS
from syndication_assets.configuration.sections.events import EVENTS
from syndication_assets.configuration.sections.feeds import FEEDS
from syndication_assets.configuration.sections.limits import LIMITS, TIERS
from syndication_assets.configuration.sections.media_hosts import MEDIA_HOSTS
from syndication_assets.configuration.sections.model_tagging import MODEL_TAGGING
from syndication_assets.configuration.sections.prices import PRICES
from syndication_assets.configuration.sections.priority_factors import PRIORITY_FACTORS
from syndication_assets.configuration.sections.processes import PROCESSES
from syndication_assets.configuration.sections.profile_tags import PROFILE_TAGS
from syndication_assets.configuration.sections.profiles import PROFILES
from syndication_assets.configuration.sections.provider_budgets import PROVIDER_BUDGETS
from syndication_assets.configuration.sections.quotas import QUOTAS
from syndication_assets.configuration.sections.schedules import SCHEDULES
from syndication_assets.configuration.sections.snapshot_intervals import (
    SNAPSHOT_INTERVAL_DEFAULTS,
    SNAPSHOT_INTERVALS,
)
from syndication_assets.configuration.sections.stock_sources import STOCK_SOURCES
from syndication_assets.configuration.sections.tag_rules import TAG_RULES
from syndication_assets.configuration.sections.tags import TAGS
from syndication_assets.configuration.sections.templates import TEMPLATES
from syndication_assets.configuration.sections.unit_prices import UNIT_PRICES
from syndication_assets.configuration.sections.vendors import VENDORS
from syndication_assets.configuration.sections.visual_templates import VISUAL_TEMPLATES
from syndication_assets.configuration.sections.webhooks import WEBHOOKS
from syndication_assets.configuration.sections.writing import WRITING


def entry_groups() -> list[click.Group]:
    """The groups that are made from their section alone."""
    profile = entry_group(PROFILES, "profile", "Manages the profiles and channels that are fetched.")
    for each in (list_profiles, import_profiles, followers, export_one, erase_one, anonymise_one):
        profile.add_command(each)
    event = click.Group("event", help="Manages the events that posts are about.")
    add_entry_commands(event, EVENTS, "add", "list", "edit", "remove")
    writing = click.Group("writing", help="Says what happens when texts cannot be written.")
    add_entry_commands(writing, WRITING, "add", "list", "edit", "remove")
    limit = click.Group("limit", help="Says how much an organization may use.")
    add_entry_commands(limit, LIMITS, "add", "list", "edit", "remove")
    ranking = click.Group("ranking", help="Lists and weighs the factors of the ranking of products.")
    add_entry_commands(ranking, PRIORITY_FACTORS, "list", "edit", "pause", "resume")
    tag = entry_group(TAGS, "tag", "Manages the tags of posts and profiles.")
    for each in (agreement, suggestions, accept, reject, parked, retry, apply):
        tag.add_command(each)
    tagging = click.Group("tagging", help="Says how language models tag posts.")
    add_entry_commands(tagging, MODEL_TAGGING, "add", "list", "edit", "remove")
    profile_tag = click.Group("profile-tag", help="Manages the tags of profiles.")
    add_entry_commands(profile_tag, PROFILE_TAGS, "add", "list", "remove")
    compliance_rule = click.Group("compliance-rule", help="Says what the pictures of the studio are measured by.")
    add_entry_commands(compliance_rule, COMPLIANCE_RULES, "list", "edit", "pause", "resume", "remove")
    interval = entry_group(
        SNAPSHOT_INTERVALS, "snapshot-interval", "Says how often posts are fetched again, by their age."
    )
    interval.add_command(
        entry_group(SNAPSHOT_INTERVAL_DEFAULTS, "default", "Says so for organizations that do not say.")
    )
    return [
        profile,
        interval,
        tag,
        profile_tag,
        tag_rule,
        tagging,
        event,
        writing,
        limit,
        entry_group(TIERS, "tier", "Manages how much the tiers of organizations allow."),
        ranking,
        entry_group(ANALYZERS, "analyzer", "Manages what looks at the pictures of posts."),
        entry_group(FEEDS, "feed", "Manages the feeds of blogs."),
        entry_group(APPROVAL_RULES, "approval-rule", "Manages the channels whose texts are approved automatically."),
        entry_group(BUDGETS, "budget", "Manages what an organization may spend on paid calls."),
        entry_group(PROVIDER_BUDGETS, "provider-budget", "Manages what an organization may spend on one provider."),
        entry_group(TEMPLATES, "template", "Manages the templates that write posts."),
        entry_group(CHANNEL_RULES, "channel-rule", "Manages the rules of channels, which all organizations share."),
        process,
        webhook,
        brand,
        entry_group(PRICES, "price", "Manages the prices of language models, which all organizations share."),
        entry_group(
            UNIT_PRICES, "unit-price", "Manages the prices of other paid calls, which all organizations share."
        ),
        entry_group(STOCK_SOURCES, "stock-source", "Manages where photos for visuals are searched for."),
        compliance_rule,
        entry_group(MEDIA_HOSTS, "media-host", "Manages how gently media are fetched from hosts."),
        entry_group(QUOTAS, "quota", "Manages what providers allow in a window of time, for all organizations."),
    ]


add_entry_commands(process, PROCESSES, "add", "edit", "pause", "resume", "remove")
add_entry_commands(vendor, VENDORS, "edit", "pause", "resume", "remove")
add_entry_commands(account, ACCOUNTS, "edit", "pause", "resume", "remove")
add_entry_commands(schedule, SCHEDULES, "edit", "pause", "resume", "remove")
add_entry_commands(sections, BLOG_SECTIONS, "edit", "pause", "resume", "remove")
add_former_name(sections, "stop", of="pause")
add_entry_commands(tag_rule, TAG_RULES, "add", "list", "edit", "pause", "resume", "remove")
add_entry_commands(webhook, WEBHOOKS, "add", "list", "edit", "pause", "resume", "remove")
add_entry_commands(credentials, CREDENTIALS, "remove")
add_entry_commands(brand, BRANDS, "add", "list", "edit", "pause", "resume", "remove")
brand.add_command(asset)
brand.add_command(brand_template)
add_entry_commands(brand_template, VISUAL_TEMPLATES, "list", "pause", "resume", "remove")

ENTRY_GROUPS = {str(group.name): group for group in (*entry_groups(), vendor, account, schedule, sections, credentials)}
"""All that this module makes or completes, by name."""
