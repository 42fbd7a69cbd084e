-- A total over posts and days is of a metric that may be summed. One row is a column of a table of totals whose metric
-- engagement.metric_definitions does not allow to be summed: remove the column, or correct the definition.

select
    a.attrelid::regclass::text as table_name,
    a.attname::text as column_name
from pg_attribute as a
inner join engagement.metric_definitions as m on a.attname = m.metric_name
where
    a.attrelid in (
        'engagement.profile_engagement_daily'::regclass,
        'engagement.platform_engagement_daily'::regclass,
        'engagement.hashtag_engagement_daily'::regclass,
        'engagement.product_post_performance'::regclass
    )
    and a.attnum > 0
    and not a.attisdropped
    and a.attname like '%%\_delta'
    and not (m.is_additive_over_posts and m.is_additive_over_days)
