-- One row is one snapshot: the counters of one post at one time, with a reference to the payload that describes it. A
-- re-run changes nothing; snapshots that an adapter now reads differently are replaced, and snapshots that the day's
-- files no longer contain are removed. If several items describe one post at one time, the item of the post itself is
-- preferred, then the smallest hash, so the order of files does not matter. Parameters: day.

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
    m.organization_id,
    m.post_id,
    m.observed_at,
    m.is_description,
    nullif(not m.has_author, false) as lacks_author,
    nullif(not m.has_type, false) as lacks_type,
    m.posted_at,
    counted.observation_id,
    described.observation_id as described_observation_id
from observed_moments as m
inner join observed_posts as counted on m.newness = counted.newness
inner join observed_posts as described on m.described_newness = described.newness;

analyze day_snapshots;

-- The posts whose publication time the day told, and does not tell any more: posts/posted_at.sql finds what is left.
create temporary table undated_posts on commit drop as
select distinct
    d.organization_id,
    d.post_id
from scraping.snapshots as d
where
    d.downloaded_at >= %(day)s::date
    and d.downloaded_at < %(day)s::date + 1
    and d.posted_at is not null
    and d.organization_id not in (select c.organization_id from closed_organizations as c)
    and not exists (
        select
        from described_posts as o
        where o.organization_id = d.organization_id and o.post_id = d.post_id and o.posted_at is not null
    );

-- The posts that the day marked as simulated, and does not mark any more, for posts/is_simulated.sql.
create temporary table unmarked_posts on commit drop as
select distinct
    d.organization_id,
    d.post_id
from scraping.snapshots as d
where
    d.downloaded_at >= %(day)s::date
    and d.downloaded_at < %(day)s::date + 1
    and d.stats @> '{"is_simulated": true}'
    and d.organization_id not in (select c.organization_id from closed_organizations as c)
    and not exists (
        select
        from described_posts as o
        where o.organization_id = d.organization_id and o.post_id = d.post_id and o.is_simulated
    );

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
        lacks_author = s.lacks_author,
        lacks_type = s.lacks_type,
        posted_at = s.posted_at,
        reactions = o.reactions,
        comments = o.comments,
        shares = o.shares,
        saves = o.saves,
        clicks = o.clicks,
        views = o.views,
        impressions = o.impressions,
        reach = o.reach,
        stats = o.stats,
        landed_file_id = f.landed_file_id,
        payload_key = i.payload_key,
        payload_member = i.payload_member
    from day_snapshots as s
    inner join staged_observations as o on s.observation_id = o.observation_id
    inner join staged_observations as i on s.described_observation_id = i.observation_id
    inner join day_files as f on o.organization_id = f.organization_id and o.source_file_path = f.source_file_path
    where
        d.downloaded_at >= %(day)s::date
        and d.downloaded_at < %(day)s::date + 1
        and d.organization_id = s.organization_id
        and d.post_id = s.post_id
        and d.downloaded_at = s.observed_at
        and (
            d.observed_at_source, d.observed_as, d.is_description, d.lacks_author, d.lacks_type, d.posted_at,
            d.reactions, d.comments, d.shares, d.saves, d.clicks, d.views, d.impressions, d.reach, d.stats,
            d.landed_file_id, d.payload_key, d.payload_member
        ) is distinct from (
            o.observed_at_source, o.observed_as, s.is_description, s.lacks_author, s.lacks_type, s.posted_at,
            o.reactions, o.comments, o.shares, o.saves, o.clicks, o.views, o.impressions, o.reach, o.stats,
            f.landed_file_id, i.payload_key, i.payload_member
        )
    returning d.run_id
),

new_snapshots as (
    insert into scraping.snapshots (
        organization_id, post_id, run_id, downloaded_at, observed_at_source, observed_as, is_description, lacks_author,
        lacks_type, posted_at, reactions, comments, shares, saves, clicks, views, impressions, reach, stats,
        landed_file_id, payload_key, payload_member
    )
    select
        s.organization_id,
        s.post_id,
        o.run_id,
        s.observed_at,
        o.observed_at_source,
        o.observed_as,
        s.is_description,
        s.lacks_author,
        s.lacks_type,
        s.posted_at,
        o.reactions,
        o.comments,
        o.shares,
        o.saves,
        o.clicks,
        o.views,
        o.impressions,
        o.reach,
        o.stats,
        f.landed_file_id,
        i.payload_key,
        i.payload_member
    from day_snapshots as s
    inner join staged_observations as o on s.observation_id = o.observation_id
    inner join staged_observations as i on s.described_observation_id = i.observation_id
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
    select
        run_id,
        'new' as change
    from new_snapshots
    union all
    select
        run_id,
        'updated'
    from updated_snapshots
    union all
    select
        run_id,
        'removed'
    from removed_snapshots
) as changes
group by run_id;
