-- One row is one post on one UTC day with at least one observation: the day's closing values, and their change since
-- the last closing values known before. Parameters: window_start, window_end (dates, the end exclusive).
--
-- A re-run changes nothing, and days can be computed in any order: later rows whose deltas depend on the window are
-- recomputed too, up to the first row in which every counter of the window is measured. Posts marked needs_rebuild are
-- recomputed on all of their days, and the mark is cleared. Days that change outside of the window are recorded in
-- engagement.stale_days, so that the rollups built on this table recompute them.

create temporary table posts_to_rebuild (organization_id text not null, post_id text not null) on commit drop;

-- A post that a load has locked keeps its mark for the next run: waiting for the lock could deadlock.
with marked_posts as (
    select
        organization_id,
        post_id
    from scraping.posts
    where needs_rebuild
    for update skip locked
),

unmarked_posts as (
    update scraping.posts as p set needs_rebuild = false
    from marked_posts as m
    where p.organization_id = m.organization_id and p.post_id = m.post_id
    returning p.organization_id, p.post_id
)

insert into posts_to_rebuild (organization_id, post_id)
select
    organization_id,
    post_id
from unmarked_posts;

analyze posts_to_rebuild;

-- The closing values of the window, and of every day of a post to rebuild.
create temporary table closing_values on commit drop as
select
    s.organization_id,
    s.post_id,
    (s.downloaded_at at time zone 'utc')::date as activity_date,
    engagement.last_known(s.reactions order by s.downloaded_at) as reactions,
    engagement.last_known(s.comments order by s.downloaded_at) as comments,
    engagement.last_known(s.shares order by s.downloaded_at) as shares,
    engagement.last_known(s.saves order by s.downloaded_at) as saves,
    engagement.last_known(s.clicks order by s.downloaded_at) as clicks,
    engagement.last_known(s.views order by s.downloaded_at) as views,
    engagement.last_known(s.impressions order by s.downloaded_at) as impressions,
    engagement.last_known(s.reach order by s.downloaded_at) as reach,
    count(*)::integer as observations,
    min(s.downloaded_at) as first_observed_at,
    max(s.downloaded_at) as last_observed_at
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
) as s
group by s.organization_id, s.post_id, (s.downloaded_at at time zone 'utc')::date;

analyze closing_values;

-- The existing rows of the same days. Joined by organization, because the index on days begins with it.
create temporary table existing_rows on commit drop as
select
    e.organization_id, e.post_id, e.activity_date,
    e.reactions, e.comments, e.shares, e.saves, e.clicks, e.views, e.impressions, e.reach
from tenancy.organizations as o
inner join engagement.post_engagement_daily as e on o.organization_id = e.organization_id
where e.activity_date >= %(window_start)s::date and e.activity_date < %(window_end)s::date
union all
select
    e.organization_id, e.post_id, e.activity_date,
    e.reactions, e.comments, e.shares, e.saves, e.clicks, e.views, e.impressions, e.reach
from posts_to_rebuild as r
inner join engagement.post_engagement_daily as e on r.organization_id = e.organization_id and r.post_id = e.post_id
where e.activity_date < %(window_start)s::date or e.activity_date >= %(window_end)s::date;

analyze existing_rows;

-- The counters that may have changed: those with a value among the new or the existing rows.
create temporary table touched_posts on commit drop as
select
    p.organization_id,
    p.post_id,
    p.platform,
    p.profile_id,
    p.posted_at,
    r.post_id is not null as is_rebuilt,
    t.has_reactions,
    t.has_comments,
    t.has_shares,
    t.has_saves,
    t.has_clicks,
    t.has_views,
    t.has_impressions,
    t.has_reach
from (
    select
        organization_id,
        post_id,
        bool_or(reactions is not null) as has_reactions,
        bool_or(comments is not null) as has_comments,
        bool_or(shares is not null) as has_shares,
        bool_or(saves is not null) as has_saves,
        bool_or(clicks is not null) as has_clicks,
        bool_or(views is not null) as has_views,
        bool_or(impressions is not null) as has_impressions,
        bool_or(reach is not null) as has_reach
    from (
        select organization_id, post_id, reactions, comments, shares, saves, clicks, views, impressions, reach
        from closing_values
        union all
        select organization_id, post_id, reactions, comments, shares, saves, clicks, views, impressions, reach
        from existing_rows
    ) as rows_of_window
    group by organization_id, post_id
) as t
inner join scraping.posts as p on t.organization_id = p.organization_id and t.post_id = p.post_id
left join posts_to_rebuild as r on t.organization_id = r.organization_id and t.post_id = r.post_id;

analyze touched_posts;

-- The rows after the window that depend on it: the next row of each post …
create temporary table following_rows on commit drop as
select n.*
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
where not t.is_rebuilt;

analyze following_rows;

-- … and, where that row lacks a counter of the window, all rows up to the first with that counter. In both searches for
-- a counter, `offset 0` makes the planner search the index once per post: it misestimates a join over ranges of days.
insert into following_rows
select m.*
from touched_posts as t
inner join following_rows as n on t.organization_id = n.organization_id and t.post_id = n.post_id
cross join lateral (
    select max(found.activity_date) as last_day
    from (
        values
        ('reactions', t.has_reactions and n.reactions is null),
        ('comments', t.has_comments and n.comments is null),
        ('shares', t.has_shares and n.shares is null),
        ('saves', t.has_saves and n.saves is null),
        ('clicks', t.has_clicks and n.clicks is null),
        ('views', t.has_views and n.views is null),
        ('impressions', t.has_impressions and n.impressions is null),
        ('reach', t.has_reach and n.reach is null)
    ) as c (counter_name, is_missing)
    cross join lateral (
        select e.activity_date
        from engagement.post_engagement_daily as e
        where
            e.organization_id = t.organization_id
            and e.post_id = t.post_id
            and e.activity_date > n.activity_date
            and case c.counter_name
                when 'reactions' then e.reactions
                when 'comments' then e.comments
                when 'shares' then e.shares
                when 'saves' then e.saves
                when 'clicks' then e.clicks
                when 'views' then e.views
                when 'impressions' then e.impressions
                when 'reach' then e.reach
            end is not null
        order by e.activity_date
        limit 1
    ) as found
    where c.is_missing
) as search
cross join lateral (
    select *
    from engagement.post_engagement_daily as e
    where
        e.organization_id = t.organization_id
        and e.post_id = t.post_id
        and e.activity_date > n.activity_date
        and e.activity_date <= search.last_day
    offset 0
) as m
where search.last_day is not null;

analyze following_rows;

-- The counters whose last value before the window is needed: those of the window and of the rows after it.
create temporary table needed_counters on commit drop as
select
    organization_id,
    post_id,
    bool_or(has_reactions) as has_reactions,
    bool_or(has_comments) as has_comments,
    bool_or(has_shares) as has_shares,
    bool_or(has_saves) as has_saves,
    bool_or(has_clicks) as has_clicks,
    bool_or(has_views) as has_views,
    bool_or(has_impressions) as has_impressions,
    bool_or(has_reach) as has_reach
from (
    select
        organization_id, post_id,
        has_reactions, has_comments, has_shares, has_saves,
        has_clicks, has_views, has_impressions, has_reach
    from touched_posts
    where not is_rebuilt
    union all
    select
        organization_id, post_id,
        reactions is not null,
        comments is not null,
        shares is not null,
        saves is not null,
        clicks is not null,
        views is not null,
        impressions is not null,
        reach is not null
    from following_rows
) as all_counters
group by organization_id, post_id;

analyze needed_counters;

-- The values known before the window: the row before it …
create temporary table preceding_rows on commit drop as
select b.*
from needed_counters as t
cross join lateral (
    select *
    from engagement.post_engagement_daily as e
    where
        e.organization_id = t.organization_id
        and e.post_id = t.post_id
        and e.activity_date < %(window_start)s::date
    order by e.activity_date desc
    limit 1
) as b;

analyze preceding_rows;

-- … and, where that row lacks a needed counter, all rows back to the last with that counter.
insert into preceding_rows
select m.*
from needed_counters as t
inner join preceding_rows as b on t.organization_id = b.organization_id and t.post_id = b.post_id
cross join lateral (
    select min(found.activity_date) as first_day
    from (
        values
        ('reactions', t.has_reactions and b.reactions is null),
        ('comments', t.has_comments and b.comments is null),
        ('shares', t.has_shares and b.shares is null),
        ('saves', t.has_saves and b.saves is null),
        ('clicks', t.has_clicks and b.clicks is null),
        ('views', t.has_views and b.views is null),
        ('impressions', t.has_impressions and b.impressions is null),
        ('reach', t.has_reach and b.reach is null)
    ) as c (counter_name, is_missing)
    cross join lateral (
        select e.activity_date
        from engagement.post_engagement_daily as e
        where
            e.organization_id = t.organization_id
            and e.post_id = t.post_id
            and e.activity_date < b.activity_date
            and case c.counter_name
                when 'reactions' then e.reactions
                when 'comments' then e.comments
                when 'shares' then e.shares
                when 'saves' then e.saves
                when 'clicks' then e.clicks
                when 'views' then e.views
                when 'impressions' then e.impressions
                when 'reach' then e.reach
            end is not null
        order by e.activity_date desc
        limit 1
    ) as found
    where c.is_missing
) as search
cross join lateral (
    select *
    from engagement.post_engagement_daily as e
    where
        e.organization_id = t.organization_id
        and e.post_id = t.post_id
        and e.activity_date < b.activity_date
        and e.activity_date >= search.first_day
    offset 0
) as m
where search.first_day is not null;

analyze preceding_rows;

-- `is_existing` marks rows that are in the table already. New rows are inserted separately, because an upsert of a
-- whole year takes one and a half times as long.
create temporary table computed_rows on commit drop as
with days_of_posts as (
    select
        c.organization_id, c.post_id, c.activity_date,
        c.reactions, c.comments, c.shares, c.saves, c.clicks, c.views, c.impressions, c.reach,
        c.observations, c.first_observed_at, c.last_observed_at,
        true as is_computed, s.post_id is not null as is_existing
    from closing_values as c
    left join existing_rows as s
        on c.organization_id = s.organization_id and c.post_id = s.post_id and c.activity_date = s.activity_date
    union all
    select
        organization_id, post_id, activity_date,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        observations, first_observed_at, last_observed_at,
        true, true
    from following_rows
    union all
    select
        organization_id, post_id, activity_date,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        observations, first_observed_at, last_observed_at,
        false, true
    from preceding_rows
),

known_values as (
    select
        r.*,
        t.platform,
        t.profile_id,
        t.posted_at,
        -- Where a counter starts if it has no earlier value: at 0 if we watched from publication, else unknown.
        case when t.posted_at >= r.first_observed_at - g.sampling_gap then 0 end as opening,
        -- The latest earlier value. The aggregate last_known gives the same result, but is slower.
        engagement.undated(max(engagement.dated(r.activity_date, r.reactions)) over earlier_days) as known_reactions,
        engagement.undated(max(engagement.dated(r.activity_date, r.comments)) over earlier_days) as known_comments,
        engagement.undated(max(engagement.dated(r.activity_date, r.shares)) over earlier_days) as known_shares,
        engagement.undated(max(engagement.dated(r.activity_date, r.saves)) over earlier_days) as known_saves,
        engagement.undated(max(engagement.dated(r.activity_date, r.clicks)) over earlier_days) as known_clicks,
        engagement.undated(max(engagement.dated(r.activity_date, r.views)) over earlier_days) as known_views,
        engagement.undated(max(engagement.dated(r.activity_date, r.impressions)) over earlier_days)
            as known_impressions,
        engagement.undated(max(engagement.dated(r.activity_date, r.reach)) over earlier_days) as known_reach,
        max(r.last_observed_at) over earlier_days as previous_observed_at
    from days_of_posts as r
    inner join touched_posts as t on r.organization_id = t.organization_id and r.post_id = t.post_id
    left join engagement.sampling_gaps as g on t.platform = g.platform
    window earlier_days as (
        partition by r.organization_id, r.post_id
        order by r.activity_date
        rows between unbounded preceding and 1 preceding
    )
),

deltas as (
    select
        d.organization_id,
        d.post_id,
        d.activity_date,
        d.is_existing,
        d.platform,
        d.profile_id,
        d.reactions,
        d.comments,
        d.shares,
        d.saves,
        d.clicks,
        d.views,
        d.impressions,
        d.reach,
        d.reactions - coalesce(d.known_reactions, d.opening) as reactions_delta,
        d.comments - coalesce(d.known_comments, d.opening) as comments_delta,
        d.shares - coalesce(d.known_shares, d.opening) as shares_delta,
        d.saves - coalesce(d.known_saves, d.opening) as saves_delta,
        d.clicks - coalesce(d.known_clicks, d.opening) as clicks_delta,
        d.views - coalesce(d.known_views, d.opening) as views_delta,
        d.impressions - coalesce(d.known_impressions, d.opening) as impressions_delta,
        d.reach - coalesce(d.known_reach, d.opening) as reach_delta,
        d.observations,
        d.first_observed_at,
        d.last_observed_at,
        d.previous_observed_at,
        d.activity_date - (d.previous_observed_at at time zone 'utc')::date as gap_days,
        coalesce((d.posted_at at time zone 'utc')::date = d.activity_date, false) as is_published_on_day
    from known_values as d
    where d.is_computed
),

rated_rows as (
    select
        c.*,
        case
            when num_nonnulls(c.reactions_delta, c.comments_delta, c.shares_delta, c.saves_delta) > 0
                then
                    coalesce(c.reactions_delta, 0) + coalesce(c.comments_delta, 0)
                    + coalesce(c.shares_delta, 0) + coalesce(c.saves_delta, 0)
        end as engagement_delta,
        case
            when c.impressions_delta is not null then 'impressions'::engagement.denominator_kind
            when c.views_delta is not null then 'views'::engagement.denominator_kind
        end as rate_denominator_kind,
        coalesce(c.impressions_delta, c.views_delta) as rate_denominator
    from deltas as c
)

select
    organization_id,
    post_id,
    activity_date,
    is_existing,
    platform,
    profile_id,
    reactions,
    comments,
    shares,
    saves,
    clicks,
    views,
    impressions,
    reach,
    reactions_delta,
    comments_delta,
    shares_delta,
    saves_delta,
    clicks_delta,
    views_delta,
    impressions_delta,
    reach_delta,
    observations,
    first_observed_at,
    last_observed_at,
    previous_observed_at,
    gap_days,
    least(
        reactions_delta, comments_delta, shares_delta, saves_delta, clicks_delta, views_delta, impressions_delta,
        reach_delta, 0
    ) < 0 as is_correction,
    is_published_on_day,
    engagement_delta,
    rate_denominator_kind,
    rate_denominator,
    case
        when abs(engagement_delta) < 999.9999995 * abs(rate_denominator)
            then round(engagement_delta::numeric / nullif(rate_denominator, 0), 6)
    end as engagement_rate,
    'engagement_rate_by_' || rate_denominator_kind || '/1' as rate_formula
from rated_rows;

analyze computed_rows;

with removed_rows as (
    delete from engagement.post_engagement_daily as e using existing_rows as s
    where
        e.organization_id = s.organization_id
        and e.post_id = s.post_id
        and e.activity_date = s.activity_date
        and not exists (
            select
            from closing_values as c
            where
                c.organization_id = s.organization_id
                and c.post_id = s.post_id
                and c.activity_date = s.activity_date
        )
    returning e.organization_id, e.activity_date
),

new_rows as (
    insert into engagement.post_engagement_daily (
        organization_id, post_id, activity_date, platform, profile_id,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        reactions_delta, comments_delta, shares_delta, saves_delta,
        clicks_delta, views_delta, impressions_delta, reach_delta,
        observations, first_observed_at, last_observed_at, previous_observed_at, gap_days, is_correction,
        is_published_on_day, engagement_delta, rate_denominator_kind, rate_denominator, engagement_rate, rate_formula
    )
    select
        organization_id, post_id, activity_date, platform, profile_id,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        reactions_delta, comments_delta, shares_delta, saves_delta,
        clicks_delta, views_delta, impressions_delta, reach_delta,
        observations, first_observed_at, last_observed_at, previous_observed_at, gap_days, is_correction,
        is_published_on_day, engagement_delta, rate_denominator_kind, rate_denominator, engagement_rate, rate_formula
    from computed_rows
    where not is_existing
),

changed_rows as (
    insert into engagement.post_engagement_daily as e (
        organization_id, post_id, activity_date, platform, profile_id,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        reactions_delta, comments_delta, shares_delta, saves_delta,
        clicks_delta, views_delta, impressions_delta, reach_delta,
        observations, first_observed_at, last_observed_at, previous_observed_at, gap_days, is_correction,
        is_published_on_day, engagement_delta, rate_denominator_kind, rate_denominator, engagement_rate, rate_formula
    )
    select
        organization_id, post_id, activity_date, platform, profile_id,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        reactions_delta, comments_delta, shares_delta, saves_delta,
        clicks_delta, views_delta, impressions_delta, reach_delta,
        observations, first_observed_at, last_observed_at, previous_observed_at, gap_days, is_correction,
        is_published_on_day, engagement_delta, rate_denominator_kind, rate_denominator, engagement_rate, rate_formula
    from computed_rows
    where is_existing
    on conflict (organization_id, post_id, activity_date) do update set
        platform = excluded.platform,
        profile_id = excluded.profile_id,
        reactions = excluded.reactions,
        comments = excluded.comments,
        shares = excluded.shares,
        saves = excluded.saves,
        clicks = excluded.clicks,
        views = excluded.views,
        impressions = excluded.impressions,
        reach = excluded.reach,
        reactions_delta = excluded.reactions_delta,
        comments_delta = excluded.comments_delta,
        shares_delta = excluded.shares_delta,
        saves_delta = excluded.saves_delta,
        clicks_delta = excluded.clicks_delta,
        views_delta = excluded.views_delta,
        impressions_delta = excluded.impressions_delta,
        reach_delta = excluded.reach_delta,
        observations = excluded.observations,
        first_observed_at = excluded.first_observed_at,
        last_observed_at = excluded.last_observed_at,
        previous_observed_at = excluded.previous_observed_at,
        gap_days = excluded.gap_days,
        is_correction = excluded.is_correction,
        is_published_on_day = excluded.is_published_on_day,
        engagement_delta = excluded.engagement_delta,
        rate_denominator_kind = excluded.rate_denominator_kind,
        rate_denominator = excluded.rate_denominator,
        engagement_rate = excluded.engagement_rate,
        rate_formula = excluded.rate_formula,
        updated_at = now()
    where
        (
            e.platform, e.profile_id,
            e.reactions, e.comments, e.shares, e.saves, e.clicks, e.views, e.impressions, e.reach,
            e.reactions_delta, e.comments_delta, e.shares_delta, e.saves_delta, e.clicks_delta,
            e.views_delta, e.impressions_delta, e.reach_delta,
            e.observations, e.first_observed_at, e.last_observed_at, e.previous_observed_at, e.is_published_on_day
        ) is distinct from (
            excluded.platform, excluded.profile_id,
            excluded.reactions, excluded.comments, excluded.shares, excluded.saves, excluded.clicks,
            excluded.views, excluded.impressions, excluded.reach,
            excluded.reactions_delta, excluded.comments_delta, excluded.shares_delta, excluded.saves_delta,
            excluded.clicks_delta, excluded.views_delta, excluded.impressions_delta, excluded.reach_delta,
            excluded.observations, excluded.first_observed_at, excluded.last_observed_at,
            excluded.previous_observed_at, excluded.is_published_on_day
        )
    returning e.organization_id, e.activity_date
),

new_stale_days as (
    insert into engagement.stale_days (organization_id, table_name, activity_date)
    select
        changed.organization_id,
        rollup.table_name,
        changed.activity_date
    from (
        select * from removed_rows
        union
        select * from changed_rows
        union
        -- All days of a rebuilt post, new rows included: the rows of a post that was merged into it were deleted with
        -- that post. All other new rows are in the window.
        select c.organization_id, c.activity_date
        from closing_values as c
        inner join posts_to_rebuild as r on c.organization_id = r.organization_id and c.post_id = r.post_id
    ) as changed
    cross join (
        values
        ('profile_engagement_daily'), ('platform_engagement_daily'), ('hashtag_engagement_daily'),
        ('product_post_performance')
    ) as rollup (table_name)
    where changed.activity_date < %(window_start)s::date or changed.activity_date >= %(window_end)s::date
    union
    -- The cohorts recompute every post of a day, so one day per post is enough.
    select
        c.organization_id,
        'post_cohorts',
        min(c.activity_date)
    from closing_values as c
    inner join posts_to_rebuild as r on c.organization_id = r.organization_id and c.post_id = r.post_id
    group by c.organization_id, c.post_id
    on conflict (organization_id, table_name, activity_date) do update set
        activity_date = excluded.activity_date -- locks the row: the rollup that takes it waits for this transaction
)

select
    count(*) as rows_computed,
    count(*) filter (where not is_existing) + (select count(*) from changed_rows) as rows_written,
    (select count(*) from removed_rows) as rows_removed
from computed_rows;
