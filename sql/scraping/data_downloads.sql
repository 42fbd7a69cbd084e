-- One row is one snapshot: the counters of one post at one time. A re-run changes nothing; snapshots that an adapter
-- now reads differently are replaced, and snapshots that the day's files no longer contain are removed. If several
-- items describe one post at one time, the item of the post itself is preferred, then the smallest hash, so the order
-- of files does not matter. Parameters: day.

create temporary table day_files on commit drop as
select
    s.organization_id,
    s.source_file_path,
    s.run_id,
    f.landed_file_id
from staged_files as s
inner join landing.files as f
    on s.organization_id = f.organization_id and s.source_file_path = f.source_file_path;

create temporary table day_snapshots on commit drop as
select
    o.organization_id,
    o.post_id,
    o.observed_at,
    o.observation_id,
    moments.is_description
from (
    select
        min(newness) filter (where has_counters) as newness,
        bool_or(is_description) as is_description
    from observed_posts
    group by organization_id, post_id, observed_at
) as moments
inner join observed_posts as o on moments.newness = o.newness;

analyze day_snapshots;

with removed_snapshots as (
    delete from scraping.snapshots as d using day_files as f
    where
        d.downloaded_at >= %(day)s::date
        and d.downloaded_at < %(day)s::date + 1
        and d.organization_id = f.organization_id
        and d.landed_file_id = f.landed_file_id
        and not exists (
            select
            from day_snapshots as s
            where
                s.organization_id = d.organization_id
                and s.post_id = d.post_id
                and s.observed_at = d.downloaded_at
        )
    returning f.run_id
),

updated_snapshots as (
    update scraping.snapshots as d set
        run_id = o.run_id,
        observed_at_source = o.observed_at_source,
        observed_as = o.observed_as,
        is_description = s.is_description,
        reactions = o.reactions,
        comments = o.comments,
        shares = o.shares,
        saves = o.saves,
        clicks = o.clicks,
        views = o.views,
        impressions = o.impressions,
        reach = o.reach,
        stats = o.stats,
        landed_file_id = f.landed_file_id
    from day_snapshots as s
    inner join staged_observations as o on s.observation_id = o.observation_id
    inner join day_files as f on o.organization_id = f.organization_id and o.source_file_path = f.source_file_path
    where
        d.downloaded_at >= %(day)s::date
        and d.downloaded_at < %(day)s::date + 1
        and d.organization_id = s.organization_id
        and d.post_id = s.post_id
        and d.downloaded_at = s.observed_at
        and (
            d.observed_at_source, d.observed_as, d.is_description, d.reactions, d.comments, d.shares, d.saves,
            d.clicks, d.views, d.impressions, d.reach, d.stats, d.landed_file_id
        ) is distinct from (
            o.observed_at_source, o.observed_as, s.is_description, o.reactions, o.comments, o.shares, o.saves,
            o.clicks, o.views, o.impressions, o.reach, o.stats, f.landed_file_id
        )
    returning d.run_id
),

new_snapshots as (
    insert into scraping.snapshots (
        organization_id, post_id, run_id, downloaded_at, observed_at_source, observed_as, is_description, reactions,
        comments, shares, saves, clicks, views, impressions, reach, stats, landed_file_id
    )
    select
        s.organization_id,
        s.post_id,
        o.run_id,
        s.observed_at,
        o.observed_at_source,
        o.observed_as,
        s.is_description,
        o.reactions,
        o.comments,
        o.shares,
        o.saves,
        o.clicks,
        o.views,
        o.impressions,
        o.reach,
        o.stats,
        f.landed_file_id
    from day_snapshots as s
    inner join staged_observations as o on s.observation_id = o.observation_id
    inner join day_files as f on o.organization_id = f.organization_id and o.source_file_path = f.source_file_path
    where
        not exists (
            select
            from scraping.snapshots as d
            where
                d.downloaded_at >= %(day)s::date
                and d.downloaded_at < %(day)s::date + 1
                and d.organization_id = s.organization_id
                and d.post_id = s.post_id
                and d.downloaded_at = s.observed_at
        )
    order by s.organization_id, s.post_id, s.observed_at
    returning run_id
)

select
    run_id,
    count(*) filter (where change = 'new') as snapshots_new,
    count(*) filter (where change = 'updated') as snapshots_updated,
    count(*) filter (where change = 'removed') as snapshots_removed
from (
    select run_id, 'new' as change from new_snapshots
    union all
    select run_id, 'updated' from updated_snapshots
    union all
    select run_id, 'removed' from removed_snapshots
) as changes
group by run_id;
