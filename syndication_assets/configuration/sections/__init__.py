"""The sections of a configuration file, in the order in which they are written: what is referred to comes first.

A room adds its part with a module here and a line below.
"""

from syndication_assets.configuration.section import Section
from syndication_assets.configuration.sections.accounts import ACCOUNTS
from syndication_assets.configuration.sections.alert_kinds import ALERT_KINDS
from syndication_assets.configuration.sections.alert_routes import ALERT_ROUTES
from syndication_assets.configuration.sections.analyzers import ANALYZERS
from syndication_assets.configuration.sections.approval_rules import APPROVAL_RULES
from syndication_assets.configuration.sections.approval_steps import APPROVAL_STEPS
from syndication_assets.configuration.sections.approval_workflows import APPROVAL_WORKFLOWS
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
from syndication_assets.configuration.sections.members import MEMBERS
from syndication_assets.configuration.sections.model_tagging import MODEL_TAGGING
from syndication_assets.configuration.sections.prices import PRICES
from syndication_assets.configuration.sections.priority_factors import PRIORITY_FACTORS
from syndication_assets.configuration.sections.processes import PROCESSES
from syndication_assets.configuration.sections.profile_tags import PROFILE_TAGS
from syndication_assets.configuration.sections.profiles import PROFILES
from syndication_assets.configuration.sections.provider_budgets import PROVIDER_BUDGETS
from syndication_assets.configuration.sections.quotas import QUOTAS
from syndication_assets.configuration.sections.retention import RETENTION, RETENTION_DEFAULTS
from syndication_assets.configuration.sections.role_permissions import ROLE_PERMISSIONS
from syndication_assets.configuration.sections.schedules import SCHEDULES
from syndication_assets.configuration.sections.sign_in import SIGN_IN
from syndication_assets.configuration.sections.snapshot_intervals import (
    SNAPSHOT_INTERVAL_DEFAULTS,
    SNAPSHOT_INTERVALS,
)
from syndication_assets.configuration.sections.stock_sources import STOCK_SOURCES
from syndication_assets.configuration.sections.stored_settings import INSTALLATION_SETTINGS, SETTINGS
from syndication_assets.configuration.sections.tag_rules import TAG_RULES
from syndication_assets.configuration.sections.tags import TAGS
from syndication_assets.configuration.sections.templates import TEMPLATES
from syndication_assets.configuration.sections.unit_prices import UNIT_PRICES
from syndication_assets.configuration.sections.vendors import VENDORS
from syndication_assets.configuration.sections.visual_templates import VISUAL_TEMPLATES
from syndication_assets.configuration.sections.webhooks import WEBHOOKS
from syndication_assets.configuration.sections.working_hours import WORKING_HOURS
from syndication_assets.configuration.sections.writing import WRITING

OF_ORGANIZATIONS: tuple[Section, ...] = (
    LIMITS,
    SETTINGS,
    MEMBERS,
    CREDENTIALS,
    SIGN_IN,
    PROFILES,
    SNAPSHOT_INTERVALS,
    VENDORS,
    FEEDS,
    ACCOUNTS,
    SCHEDULES,
    BLOG_SECTIONS,
    EVENTS,
    TEMPLATES,
    WRITING,
    APPROVAL_RULES,
    APPROVAL_WORKFLOWS,
    APPROVAL_STEPS,
    WORKING_HOURS,
    BUDGETS,
    PROVIDER_BUDGETS,
    RETENTION,
    ALERT_ROUTES,
    WEBHOOKS,
    TAGS,
    PROFILE_TAGS,
    TAG_RULES,
    ANALYZERS,
    MODEL_TAGGING,
    BRANDS,
    VISUAL_TEMPLATES,
)
"""The sections of the file of one organization."""

SHARED: tuple[Section, ...] = (
    CHANNEL_RULES,
    PROCESSES,
    PRICES,
    UNIT_PRICES,
    QUOTAS,
    MEDIA_HOSTS,
    STOCK_SOURCES,
    COMPLIANCE_RULES,
    PRIORITY_FACTORS,
    RETENTION_DEFAULTS,
    SNAPSHOT_INTERVAL_DEFAULTS,
    ALERT_KINDS,
    INSTALLATION_SETTINGS,
    TIERS,
    ROLE_PERMISSIONS,
)
"""The sections of the file of what all organizations share, because their tables have no organization."""
