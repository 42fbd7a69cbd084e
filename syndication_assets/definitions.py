"""The front door: everything Dagster loads, assembled from the rooms."""

import dagster as dg

from syndication_assets import approval_sensor, automation, landing_sensor, writing_sensor
from syndication_assets.catalogue import assets as catalogue
from syndication_assets.catalogue import checks as catalogue_checks
from syndication_assets.catalogue.fetch_assets import clan_catalogue_files
from syndication_assets.catalogue.shopify_assets import shopify_products_files
from syndication_assets.channels import assets as channels
from syndication_assets.channels import checks as channels_checks
from syndication_assets.content import assets as content
from syndication_assets.content import checks as content_checks
from syndication_assets.content.document_assets import load_documents
from syndication_assets.content.feed_assets import blog_feed_files
from syndication_assets.content.section_selection import section_channels, section_selections
from syndication_assets.content.text_assets import posts_content
from syndication_assets.engagement import assets as engagement
from syndication_assets.engagement import checks as engagement_checks
from syndication_assets.engagement import priorities
from syndication_assets.engagement.report_asset import engagement_report
from syndication_assets.operations import assets as operations
from syndication_assets.operations import spending
from syndication_assets.progress import progress_logger
from syndication_assets.publishing import assets as publishing
from syndication_assets.publishing import checks as publishing_checks
from syndication_assets.resources.postgres import PostgresResource
from syndication_assets.scraping import assets as scraping
from syndication_assets.scraping import checks as scraping_checks
from syndication_assets.scraping import fetch_assets
from syndication_assets.scraping.insights_assets import facebook_graph_files

defs = dg.Definitions(
    assets=[
        fetch_assets.linkedin_apify_files,
        fetch_assets.youtube_data_api_files,
        facebook_graph_files,
        scraping.landing_zone,
        scraping.load_landed_files,
        engagement.metric_definitions,
        engagement.post_engagement_daily,
        engagement.profile_engagement_daily,
        engagement.platform_engagement_daily,
        engagement.hashtag_engagement_daily,
        engagement.post_cohorts,
        priorities.priority_factors,
        priorities.product_post_performance,
        priorities.content_priorities,
        engagement_report,
        operations.month_partitions,
        channels.reference,
        channels.credentials,
        channels.social_accounts,
        clan_catalogue_files,
        shopify_products_files,
        catalogue.load_catalogues,
        blog_feed_files,
        load_documents,
        section_channels,
        section_selections,
        content.approval_rules,
        content.content_templates,
        content.product_selections,
        posts_content,
        content.llm_calls,
        content.approvals,
        publishing.publishing_schedules,
        publishing.content_processes,
        publishing.post_targets,
        publishing.publish_due_targets,
        spending.api_prices,
        spending.api_usage,
        spending.budgets,
    ],
    asset_checks=[
        scraping_checks.scraping_checks,
        scraping_checks.freshness_check,
        scraping_checks.landing_zone_has_no_unread_files,
        engagement_checks.engagement_checks,
        priorities.priority_checks,
        channels_checks.channels_checks,
        channels_checks.credential_expiry_check,
        catalogue_checks.catalogue_checks,
        content_checks.content_checks,
        content_checks.placeholders_are_known,
        content_checks.hashes_are_of_their_texts,
        publishing_checks.publishing_checks,
        spending.operations_checks,
    ],
    jobs=[
        automation.daily_job,
        automation.fetch_job,
        automation.catalogue_job,
        automation.reference_job,
        automation.content_job,
        automation.publish_job,
        automation.queue_job,
        automation.insights_job,
        automation.feeds_job,
        writing_sensor.write_job,
    ],
    schedules=[
        automation.daily_schedule,
        automation.fetch_schedule,
        automation.catalogue_schedule,
        automation.content_schedule,
        automation.publish_schedule,
        automation.insights_schedule,
        automation.feeds_schedule,
    ],
    sensors=[landing_sensor.landing_zone_sensor, approval_sensor.approval_sensor, writing_sensor.writing_sensor],
    resources={"postgres": PostgresResource()},
    loggers={"console": dg.colored_console_logger, "progress": progress_logger},
    executor=dg.in_process_executor,
)
