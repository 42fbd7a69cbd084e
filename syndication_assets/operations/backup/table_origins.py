"""Where the rows of each table come from, and so what would be lost without a backup. Pure.

The tests compare the list with the tables of the database, and with the page docs/backup.md that shows it to people.
"""

from typing import Final, Literal

Origin = Literal["landed files", "backup only", "computed"]
"""`landed files`: loading the landed files again gives the same facts, under new ids. `computed`: follows from other
tables, and materializing it again gives the same rows. `backup only`: entered by people, or a record of what happened.
"""

_BY_ORIGIN: Final[dict[Origin, tuple[str, ...]]] = {
    "landed files": (
        "catalogue.catalogue_snapshots",
        "catalogue.categories",
        "catalogue.category_trees",
        "catalogue.product_categories",
        "catalogue.product_observations",
        "catalogue.product_prices",
        "catalogue.products",
        "documents.document_observations",
        "documents.source_documents",
        "documents.source_sections",
        "landing.files",
        "landing.quarantine",
        "scraping.hashtags",
        "scraping.media_records",
        "scraping.post_aliases",
        "scraping.post_hashtags",
        "scraping.post_records",
        "scraping.profile_snapshots",
        "scraping.profiles",
        "scraping.raw_payloads",
        "scraping.snapshots",
    ),
    "computed": (
        "engagement.content_priorities",
        "engagement.hashtag_engagement_daily",
        "engagement.platform_engagement_daily",
        "engagement.post_cohorts",
        "engagement.post_engagement_daily",
        "engagement.product_post_performance",
        "engagement.profile_engagement_daily",
        "engagement.stale_days",
        "engagement.weeks",
    ),
    "backup only": (
        "ai.llm_calls",
        "catalogue.vendors",
        "channels.channel_requirements",
        "channels.channel_types",
        "channels.credentials",
        "channels.platform_channels",
        "channels.platform_limits",
        "channels.platforms",
        "channels.publisher_channels",
        "channels.rule_changes",
        "channels.social_accounts",
        "content.approval_rules",
        "content.approvals",
        "content.compliance_checks",
        "content.content_template_versions",
        "content.content_templates",
        "content.posts_content",
        "content.posts_core",
        "content.product_selections",
        "content.section_channels",
        "content.section_selections",
        "content.writing_rules",
        "engagement.cohort_ages",
        "engagement.metric_definitions",
        "engagement.platform_metrics",
        "engagement.priority_factors",
        "engagement.sampling_gaps",
        "operations.alert_deliveries",
        "operations.alert_routes",
        "operations.alerts",
        "operations.api_prices",
        "operations.api_usage",
        "operations.backups",
        "operations.budgets",
        "operations.condition_kinds",
        "operations.condition_levels",
        "operations.partitioned_tables",
        "publishing.content_processes",
        "publishing.execution_history",
        "publishing.home_server",
        "publishing.lost_calls",
        "publishing.post_targets",
        "publishing.publish_attempts",
        "publishing.publishing_schedules",
        "scraping.download_runs",
        "tenancy.audit_log",
        "tenancy.erased_organizations",
        "tenancy.organization_members",
        "tenancy.organizations",
        "tenancy.users",
    ),
}

ORIGINS: Final[dict[str, Origin]] = {table: origin for origin, tables in _BY_ORIGIN.items() for table in tables}
"""The origin of every table, by schema and name."""
