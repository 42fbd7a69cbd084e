-- One row is one post on one UTC day with at least one observation: the closing values of its counters, and the values
-- known before the day. Deltas, flags and rates follow from these: they are generated columns of the table.
-- Where the definition of a counter changes (engagement.platform_metrics), a new series begins. Parameters:
-- window_start, window_end (dates, the end exclusive).
--
-- A re-run changes nothing, and days can be computed in any order: the rows after the window whose values before depend
-- on it are computed, too. Posts marked needs_rebuild are computed on all of their days. Of days whose snapshots are
-- archived, the existing row is what is known. Days whose rows are archived are left out: later days count from what
-- they carry.

with recursive days as (
    select
        organization_id,
        post_id,
        (downloaded_at at time zone 'utc')::date as activity_date,
        engagement.last_known(reactions order by downloaded_at) as reactions,
        engagement.last_known(comments order by downloaded_at) as comments,
        engagement.last_known(shares order by downloaded_at) as shares,
        engagement.last_known(saves order by downloaded_at) as saves,
        engagement.last_known(clicks order by downloaded_at) as clicks,
        engagement.last_known(views order by downloaded_at) as views,
        engagement.last_known(impressions order by downloaded_at) as impressions,
        engagement.last_known(reach order by downloaded_at) as reach,
        count(*)::integer as observations,
        min(downloaded_at) as first_observed_at,
        max(downloaded_at) as last_observed_at
    from (
        select
            organization_id, post_id, downloaded_at,
            reactions, comments, shares, saves, clicks, views, impressions, reach
        from scraping.data_downloads
        where
            downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
            and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
        union all
        select
            d.organization_id, d.post_id, d.downloaded_at,
            d.reactions, d.comments, d.shares, d.saves, d.clicks, d.views, d.impressions, d.reach
        from posts_to_rebuild as r
        inner join scraping.data_downloads as d on r.organization_id = d.organization_id and r.post_id = d.post_id
        where
            d.downloaded_at < %(window_start)s::timestamp at time zone 'utc'
            or d.downloaded_at >= %(window_end)s::timestamp at time zone 'utc'
    ) as observations
    where
        not exists (
            select
            from closed_months as m
            where
                m.organization_id = observations.organization_id
                and observations.downloaded_at >= m.begins_at
                and observations.downloaded_at < m.ends_at
        )
    group by organization_id, post_id, (downloaded_at at time zone 'utc')::date
),

-- The days of these posts that have no snapshots any more: in the window, and of posts to rebuild on all days.
kept_days as (
    select e.*
    from closed_months as m
    inner join engagement.post_engagement_daily as e
        on
            m.organization_id = e.organization_id
            and e.activity_date >= greatest(m.first_day, %(window_start)s::date)
            and e.activity_date < least(m.end_day, %(window_end)s::date)
    where
        m.is_kept
        and (
            (e.organization_id, e.post_id) in (select d.organization_id, d.post_id from days as d)
            or (e.organization_id, e.post_id) in (select s.organization_id, s.post_id from scope as s)
        )
        and (e.organization_id, e.post_id) not in (select r.organization_id, r.post_id from posts_to_rebuild as r)
    union all
    select e.*
    from posts_to_rebuild as r
    inner join closed_months as m on r.organization_id = m.organization_id and m.is_kept
    inner join engagement.post_engagement_daily as e
        on
            r.organization_id = e.organization_id
            and r.post_id = e.post_id
            and m.first_day <= e.activity_date
            and m.end_day > e.activity_date
),

-- The posts with a row before or after this run, and the counters that these rows measure.
touched_posts as (
    select
        organization_id,
        post_id,
        bit_or(measured_counters) as measured_counters
    from (
        select
            organization_id,
            post_id,
            engagement.measured_counters(reactions, comments, shares, saves, clicks, views, impressions, reach)
                as measured_counters
        from days
        union all
        select organization_id, post_id, measured_counters
        from scope
        union all
        select organization_id, post_id, measured_counters
        from kept_days
    ) as rows_of_window
    where (organization_id, post_id) not in (select r.organization_id, r.post_id from posts_to_rebuild as r)
    group by organization_id, post_id
),

-- The rows after the window that depend on it: the next row and, while it lacks a counter of the window, the one after.
following_days as (
    select
        n.*,
        t.measured_counters & ~n.measured_counters as missing_counters
    from touched_posts as t
    cross join lateral (
        select *
        from engagement.post_engagement_daily as e
        where
            e.organization_id = t.organization_id
            and e.post_id = t.post_id
            and e.activity_date >= %(window_end)s::date
        order by e.activity_date
        limit 1
    ) as n
    union all
    select
        n.*,
        f.missing_counters & ~n.measured_counters
    from following_days as f
    cross join lateral (
        select *
        from engagement.post_engagement_daily as e
        where e.organization_id = f.organization_id and e.post_id = f.post_id and e.activity_date > f.activity_date
        order by e.activity_date
        limit 1
    ) as n
    where f.missing_counters <> 0
),

all_days as (
    select * from days
    union all
    select
        organization_id, post_id, activity_date,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        observations, first_observed_at, last_observed_at
    from following_days
    union all
    select
        organization_id, post_id, activity_date,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        observations, first_observed_at, last_observed_at
    from kept_days
),

-- The rows before the window on which these days depend: the last row and, while it lacks a counter of these days, the
-- one before it.
preceding_days as (
    select
        b.*,
        n.measured_counters & ~b.measured_counters as missing_counters
    from (
        select
            organization_id,
            post_id,
            bit_or(measured_counters) as measured_counters
        from (
            select organization_id, post_id, measured_counters from touched_posts
            union all
            select organization_id, post_id, measured_counters from following_days
        ) as needed
        group by organization_id, post_id
    ) as n
    cross join lateral (
        select *
        from engagement.post_engagement_daily as e
        where
            e.organization_id = n.organization_id
            and e.post_id = n.post_id
            and e.activity_date < %(window_start)s::date
        order by e.activity_date desc
        limit 1
    ) as b
    union all
    select
        b.*,
        p.missing_counters & ~b.measured_counters
    from preceding_days as p
    cross join lateral (
        select *
        from engagement.post_engagement_daily as e
        where e.organization_id = p.organization_id and e.post_id = p.post_id and e.activity_date < p.activity_date
        order by e.activity_date desc
        limit 1
    ) as b
    where p.missing_counters <> 0
),

-- The last known value of each counter with its day, as one number: see engagement.dated. Archived months carry theirs.
known_values as (
    select
        organization_id,
        post_id,
        max(last_observed_at) as last_observed_at,
        max(reactions) as reactions,
        max(comments) as comments,
        max(shares) as shares,
        max(saves) as saves,
        max(clicks) as clicks,
        max(views) as views,
        max(impressions) as impressions,
        max(reach) as reach
    from (
        select
            organization_id,
            post_id,
            last_observed_at,
            engagement.dated(activity_date, reactions) as reactions,
            engagement.dated(activity_date, comments) as comments,
            engagement.dated(activity_date, shares) as shares,
            engagement.dated(activity_date, saves) as saves,
            engagement.dated(activity_date, clicks) as clicks,
            engagement.dated(activity_date, views) as views,
            engagement.dated(activity_date, impressions) as impressions,
            engagement.dated(activity_date, reach) as reach
        from preceding_days
        union all
        select
            organization_id, post_id, last_observed_at,
            reactions, comments, shares, saves, clicks, views, impressions, reach
        from engagement.carried_values
        where (organization_id, post_id) in (select a.organization_id, a.post_id from all_days as a)
    ) as earlier_values
    group by organization_id, post_id
),

-- Each day with the last known values before it, and since when its counters are defined.
days_with_history as (
    select
        d.*,
        p.platform,
        p.profile_id,
        coalesce((p.posted_at at time zone 'utc')::date = d.activity_date, false) as is_published_on_day,
        p.is_simulated,
        coalesce(max(d.last_observed_at) over earlier_days, b.last_observed_at) as previous_observed_at,
        -- Whether the post was young enough at its first observation that its counters started at 0 while we watched.
        p.posted_at >= d.first_observed_at - g.sampling_gap as is_watched,
        coalesce(max(engagement.dated(d.activity_date, d.reactions)) over earlier_days, b.reactions) as reactions_known,
        coalesce(max(engagement.dated(d.activity_date, d.comments)) over earlier_days, b.comments) as comments_known,
        coalesce(max(engagement.dated(d.activity_date, d.shares)) over earlier_days, b.shares) as shares_known,
        coalesce(max(engagement.dated(d.activity_date, d.saves)) over earlier_days, b.saves) as saves_known,
        coalesce(max(engagement.dated(d.activity_date, d.clicks)) over earlier_days, b.clicks) as clicks_known,
        coalesce(max(engagement.dated(d.activity_date, d.views)) over earlier_days, b.views) as views_known,
        coalesce(max(engagement.dated(d.activity_date, d.impressions)) over earlier_days, b.impressions)
            as impressions_known,
        coalesce(max(engagement.dated(d.activity_date, d.reach)) over earlier_days, b.reach) as reach_known,
        f.reactions_since,
        f.comments_since,
        f.shares_since,
        f.saves_since,
        f.clicks_since,
        f.views_since,
        f.impressions_since,
        f.reach_since
    from all_days as d
    inner join scraping.posts as p on d.organization_id = p.organization_id and d.post_id = p.post_id
    left join known_values as b on d.organization_id = b.organization_id and d.post_id = b.post_id
    left join engagement.sampling_gaps as g on p.platform = g.platform
    left join engagement.counter_definitions as f
        on
            p.platform = f.platform
            and d.activity_date >= f.valid_from
            and (d.activity_date < f.valid_to) is not false
    window earlier_days as (
        partition by d.organization_id, d.post_id
        order by d.activity_date
        rows between unbounded preceding and 1 preceding
    )
)

select
    organization_id, post_id, activity_date, platform, profile_id, is_published_on_day, is_simulated,
    observations, first_observed_at, last_observed_at, previous_observed_at,
    reactions, comments, shares, saves, clicks, views, impressions, reach,
    engagement.value_before(reactions, reactions_known, is_watched) as reactions_before,
    engagement.value_before(comments, comments_known, is_watched) as comments_before,
    engagement.value_before(shares, shares_known, is_watched) as shares_before,
    engagement.value_before(saves, saves_known, is_watched) as saves_before,
    engagement.value_before(clicks, clicks_known, is_watched) as clicks_before,
    engagement.value_before(views, views_known, is_watched) as views_before,
    engagement.value_before(impressions, impressions_known, is_watched) as impressions_before,
    engagement.value_before(reach, reach_known, is_watched) as reach_before,
    engagement.gap_days(reactions, reactions_known, reactions_since, is_watched, activity_date) as reactions_gap_days,
    engagement.gap_days(comments, comments_known, comments_since, is_watched, activity_date) as comments_gap_days,
    engagement.gap_days(shares, shares_known, shares_since, is_watched, activity_date) as shares_gap_days,
    engagement.gap_days(saves, saves_known, saves_since, is_watched, activity_date) as saves_gap_days,
    engagement.gap_days(clicks, clicks_known, clicks_since, is_watched, activity_date) as clicks_gap_days,
    engagement.gap_days(views, views_known, views_since, is_watched, activity_date) as views_gap_days,
    engagement.gap_days(impressions, impressions_known, impressions_since, is_watched, activity_date)
        as impressions_gap_days,
    engagement.gap_days(reach, reach_known, reach_since, is_watched, activity_date) as reach_gap_days,
    engagement.measured_counters(
        engagement.redefined(reactions, reactions_known, reactions_since),
        engagement.redefined(comments, comments_known, comments_since),
        engagement.redefined(shares, shares_known, shares_since),
        engagement.redefined(saves, saves_known, saves_since),
        engagement.redefined(clicks, clicks_known, clicks_since),
        engagement.redefined(views, views_known, views_since),
        engagement.redefined(impressions, impressions_known, impressions_since),
        engagement.redefined(reach, reach_known, reach_since)
    ) as redefined_counters
from days_with_history;
