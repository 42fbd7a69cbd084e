-- Every stored counter has a definition, which says what it counts and whether it may be summed. One row is a column
-- without a definition: insert it into engagement.metric_definitions.

select distinct
    a.attname::text as column_name,
    a.attrelid::regclass::text as table_name
from pg_attribute as a
where
    a.attnum > 0
    and not a.attisdropped
    and a.atttypid = 'bigint'::regtype
    and (
        a.attrelid = 'scraping.data_downloads'::regclass
        or (a.attrelid = 'engagement.platform_engagement_daily'::regclass and a.attname like '%%\_delta')
    )
    and not exists (
        select
        from engagement.metric_definitions as m
        where
            m.metric_name = a.attname
            and m.kind = case when a.attname like '%%\_delta' then 'delta' else 'cumulative' end::engagement.metric_kind
    )
