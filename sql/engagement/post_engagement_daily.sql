-- One row is one post on one UTC day with at least one observation: closings, and deltas to the last closing known
-- before. Parameters: window_start, window_end (dates, the end exclusive).
--
-- A re-run changes nothing. Days may come in any order: besides the window, the rows after it that lean on it are
-- computed again, up to the first in which each counter of the post is measured. What changed outside of the window is
-- noted in engagement.days_to_roll_up for the rollups that are made of this table.

create temporary table touched_posts on commit drop as
select
    t.organization_id,
    t.post_id,
    p.platform,
    p.profile_id,
    p.posted_at,
    p.is_history_rewritten
from (
    select
        organization_id,
        post_id
    from scraping.data_downloads
    where
        downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
        and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    union
    select
        organization_id,
        post_id
    from engagement.post_engagement_daily
    where activity_date >= %(window_start)s::date and activity_date < %(window_end)s::date
) as t
inner join scraping.posts as p on t.organization_id = p.organization_id and t.post_id = p.post_id;

analyze touched_posts;

-- The closings of the window, and of every day of a post whose history was rewritten.
create temporary table closings on commit drop as
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
    select *
    from scraping.data_downloads
    where
        downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
        and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    union all
    select d.*
    from scraping.data_downloads as d
    inner join touched_posts as t on d.organization_id = t.organization_id and d.post_id = t.post_id
    where
        t.is_history_rewritten
        and not (
            d.downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
            and d.downloaded_at < %(window_end)s::timestamp at time zone 'utc'
        )
) as s
group by s.organization_id, s.post_id, (s.downloaded_at at time zone 'utc')::date;

analyze closings;

-- Which counters may have changed in the window: those that have a value there, now or before.
create temporary table touched_counters on commit drop as
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
    from closings
    union all
    select organization_id, post_id, reactions, comments, shares, saves, clicks, views, impressions, reach
    from engagement.post_engagement_daily
    where activity_date >= %(window_start)s::date and activity_date < %(window_end)s::date
) as rows_of_window
group by organization_id, post_id;

analyze touched_counters;

-- The rows after the window that lean on it.
create temporary table following_rows on commit drop as
select e.*
from touched_posts as t
inner join touched_counters as c on t.organization_id = c.organization_id and t.post_id = c.post_id
inner join lateral (
    select *
    from engagement.post_engagement_daily as e
    where
        e.organization_id = t.organization_id
        and e.post_id = t.post_id
        and e.activity_date >= %(window_end)s::date
    order by e.activity_date
    limit 1
) as n on true
inner join engagement.post_engagement_daily as e
    on
        e.organization_id = t.organization_id
        and e.post_id = t.post_id
        and e.activity_date >= %(window_end)s::date
        and e.activity_date <= greatest(
            n.activity_date,
            case
                when c.has_reactions and n.reactions is null then (
                    select min(later.activity_date)
                    from engagement.post_engagement_daily as later
                    where
                        later.organization_id = t.organization_id
                        and later.post_id = t.post_id
                        and later.activity_date >= %(window_end)s::date
                        and later.reactions is not null
                )
            end,
            case
                when c.has_comments and n.comments is null then (
                    select min(later.activity_date)
                    from engagement.post_engagement_daily as later
                    where
                        later.organization_id = t.organization_id
                        and later.post_id = t.post_id
                        and later.activity_date >= %(window_end)s::date
                        and later.comments is not null
                )
            end,
            case
                when c.has_shares and n.shares is null then (
                    select min(later.activity_date)
                    from engagement.post_engagement_daily as later
                    where
                        later.organization_id = t.organization_id
                        and later.post_id = t.post_id
                        and later.activity_date >= %(window_end)s::date
                        and later.shares is not null
                )
            end,
            case
                when c.has_saves and n.saves is null then (
                    select min(later.activity_date)
                    from engagement.post_engagement_daily as later
                    where
                        later.organization_id = t.organization_id
                        and later.post_id = t.post_id
                        and later.activity_date >= %(window_end)s::date
                        and later.saves is not null
                )
            end,
            case
                when c.has_clicks and n.clicks is null then (
                    select min(later.activity_date)
                    from engagement.post_engagement_daily as later
                    where
                        later.organization_id = t.organization_id
                        and later.post_id = t.post_id
                        and later.activity_date >= %(window_end)s::date
                        and later.clicks is not null
                )
            end,
            case
                when c.has_views and n.views is null then (
                    select min(later.activity_date)
                    from engagement.post_engagement_daily as later
                    where
                        later.organization_id = t.organization_id
                        and later.post_id = t.post_id
                        and later.activity_date >= %(window_end)s::date
                        and later.views is not null
                )
            end,
            case
                when c.has_impressions and n.impressions is null then (
                    select min(later.activity_date)
                    from engagement.post_engagement_daily as later
                    where
                        later.organization_id = t.organization_id
                        and later.post_id = t.post_id
                        and later.activity_date >= %(window_end)s::date
                        and later.impressions is not null
                )
            end,
            case
                when c.has_reach and n.reach is null then (
                    select min(later.activity_date)
                    from engagement.post_engagement_daily as later
                    where
                        later.organization_id = t.organization_id
                        and later.post_id = t.post_id
                        and later.activity_date >= %(window_end)s::date
                        and later.reach is not null
                )
            end
        )
where not t.is_history_rewritten;

analyze following_rows;

-- What was known of each post before the window.
create temporary table preceding_rows on commit drop as
select
    t.organization_id,
    t.post_id,
    b.activity_date,
    b.last_observed_at,
    coalesce(
        b.reactions,
        case
            when c.has_reactions then (
                select earlier.reactions
                from engagement.post_engagement_daily as earlier
                where
                    earlier.organization_id = t.organization_id
                    and earlier.post_id = t.post_id
                    and earlier.activity_date < %(window_start)s::date
                    and earlier.reactions is not null
                order by earlier.activity_date desc
                limit 1
            )
        end
    ) as reactions,
    coalesce(
        b.comments,
        case
            when c.has_comments then (
                select earlier.comments
                from engagement.post_engagement_daily as earlier
                where
                    earlier.organization_id = t.organization_id
                    and earlier.post_id = t.post_id
                    and earlier.activity_date < %(window_start)s::date
                    and earlier.comments is not null
                order by earlier.activity_date desc
                limit 1
            )
        end
    ) as comments,
    coalesce(
        b.shares,
        case
            when c.has_shares then (
                select earlier.shares
                from engagement.post_engagement_daily as earlier
                where
                    earlier.organization_id = t.organization_id
                    and earlier.post_id = t.post_id
                    and earlier.activity_date < %(window_start)s::date
                    and earlier.shares is not null
                order by earlier.activity_date desc
                limit 1
            )
        end
    ) as shares,
    coalesce(
        b.saves,
        case
            when c.has_saves then (
                select earlier.saves
                from engagement.post_engagement_daily as earlier
                where
                    earlier.organization_id = t.organization_id
                    and earlier.post_id = t.post_id
                    and earlier.activity_date < %(window_start)s::date
                    and earlier.saves is not null
                order by earlier.activity_date desc
                limit 1
            )
        end
    ) as saves,
    coalesce(
        b.clicks,
        case
            when c.has_clicks then (
                select earlier.clicks
                from engagement.post_engagement_daily as earlier
                where
                    earlier.organization_id = t.organization_id
                    and earlier.post_id = t.post_id
                    and earlier.activity_date < %(window_start)s::date
                    and earlier.clicks is not null
                order by earlier.activity_date desc
                limit 1
            )
        end
    ) as clicks,
    coalesce(
        b.views,
        case
            when c.has_views then (
                select earlier.views
                from engagement.post_engagement_daily as earlier
                where
                    earlier.organization_id = t.organization_id
                    and earlier.post_id = t.post_id
                    and earlier.activity_date < %(window_start)s::date
                    and earlier.views is not null
                order by earlier.activity_date desc
                limit 1
            )
        end
    ) as views,
    coalesce(
        b.impressions,
        case
            when c.has_impressions then (
                select earlier.impressions
                from engagement.post_engagement_daily as earlier
                where
                    earlier.organization_id = t.organization_id
                    and earlier.post_id = t.post_id
                    and earlier.activity_date < %(window_start)s::date
                    and earlier.impressions is not null
                order by earlier.activity_date desc
                limit 1
            )
        end
    ) as impressions,
    coalesce(
        b.reach,
        case
            when c.has_reach then (
                select earlier.reach
                from engagement.post_engagement_daily as earlier
                where
                    earlier.organization_id = t.organization_id
                    and earlier.post_id = t.post_id
                    and earlier.activity_date < %(window_start)s::date
                    and earlier.reach is not null
                order by earlier.activity_date desc
                limit 1
            )
        end
    ) as reach
from touched_posts as t
inner join (
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
        select *
        from touched_counters
        union all
        select
            organization_id,
            post_id,
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
    group by organization_id, post_id
) as c on t.organization_id = c.organization_id and t.post_id = c.post_id
inner join lateral (
    select *
    from engagement.post_engagement_daily as e
    where
        e.organization_id = t.organization_id
        and e.post_id = t.post_id
        and e.activity_date < %(window_start)s::date
    order by e.activity_date desc
    limit 1
) as b on true
where not t.is_history_rewritten;

analyze preceding_rows;

create temporary table computed_rows on commit drop as
select
    d.organization_id,
    d.post_id,
    d.activity_date,
    t.platform,
    t.profile_id,
    d.reactions,
    d.comments,
    d.shares,
    d.saves,
    d.clicks,
    d.views,
    d.impressions,
    d.reach,
    d.reactions - case
        when d.known_reactions is not null then d.known_reactions
        when t.posted_at >= d.first_observed_at - g.sampling_gap then 0
    end as reactions_delta,
    d.comments - case
        when d.known_comments is not null then d.known_comments
        when t.posted_at >= d.first_observed_at - g.sampling_gap then 0
    end as comments_delta,
    d.shares - case
        when d.known_shares is not null then d.known_shares
        when t.posted_at >= d.first_observed_at - g.sampling_gap then 0
    end as shares_delta,
    d.saves - case
        when d.known_saves is not null then d.known_saves
        when t.posted_at >= d.first_observed_at - g.sampling_gap then 0
    end as saves_delta,
    d.clicks - case
        when d.known_clicks is not null then d.known_clicks
        when t.posted_at >= d.first_observed_at - g.sampling_gap then 0
    end as clicks_delta,
    d.views - case
        when d.known_views is not null then d.known_views
        when t.posted_at >= d.first_observed_at - g.sampling_gap then 0
    end as views_delta,
    d.impressions - case
        when d.known_impressions is not null then d.known_impressions
        when t.posted_at >= d.first_observed_at - g.sampling_gap then 0
    end as impressions_delta,
    d.reach - case
        when d.known_reach is not null then d.known_reach
        when t.posted_at >= d.first_observed_at - g.sampling_gap then 0
    end as reach_delta,
    d.observations,
    d.first_observed_at,
    d.last_observed_at,
    d.previous_observed_at,
    d.activity_date - (d.previous_observed_at at time zone 'utc')::date as gap_days,
    coalesce((t.posted_at at time zone 'utc')::date = d.activity_date, false) as is_published_on_day
from (
    select
        r.*,
        engagement.last_known(r.reactions) over earlier_days as known_reactions,
        engagement.last_known(r.comments) over earlier_days as known_comments,
        engagement.last_known(r.shares) over earlier_days as known_shares,
        engagement.last_known(r.saves) over earlier_days as known_saves,
        engagement.last_known(r.clicks) over earlier_days as known_clicks,
        engagement.last_known(r.views) over earlier_days as known_views,
        engagement.last_known(r.impressions) over earlier_days as known_impressions,
        engagement.last_known(r.reach) over earlier_days as known_reach,
        lag(r.last_observed_at) over days as previous_observed_at
    from (
        select
            organization_id,
            post_id,
            activity_date,
            reactions, comments, shares, saves, clicks, views, impressions, reach,
            observations,
            first_observed_at,
            last_observed_at
        from closings
        union all
        select
            organization_id,
            post_id,
            activity_date,
            reactions, comments, shares, saves, clicks, views, impressions, reach,
            observations,
            first_observed_at,
            last_observed_at
        from following_rows
        union all
        select
            organization_id,
            post_id,
            activity_date,
            reactions, comments, shares, saves, clicks, views, impressions, reach,
            null,
            null,
            last_observed_at
        from preceding_rows
    ) as r
    window
        days as (partition by r.organization_id, r.post_id order by r.activity_date),
        earlier_days as (
            partition by r.organization_id, r.post_id order by r.activity_date
            rows between unbounded preceding and 1 preceding
        )
) as d
inner join touched_posts as t on d.organization_id = t.organization_id and d.post_id = t.post_id
left join engagement.sampling_gaps as g on t.platform = g.platform
where d.observations is not null;

analyze computed_rows;

with removed_rows as (
    delete from engagement.post_engagement_daily as e using touched_posts as t
    where
        e.organization_id = t.organization_id
        and e.post_id = t.post_id
        and (
            t.is_history_rewritten
            or (e.activity_date >= %(window_start)s::date and e.activity_date < %(window_end)s::date)
        )
        and not exists (
            select
            from closings as c
            where
                c.organization_id = e.organization_id
                and c.post_id = e.post_id
                and c.activity_date = e.activity_date
        )
    returning e.organization_id, e.activity_date
),

written_rows as (
    insert into engagement.post_engagement_daily as e (
        organization_id, post_id, activity_date, platform, profile_id,
        reactions, comments, shares, saves, clicks, views, impressions, reach,
        reactions_delta, comments_delta, shares_delta, saves_delta,
        clicks_delta, views_delta, impressions_delta, reach_delta,
        observations, first_observed_at, last_observed_at, previous_observed_at, gap_days, is_correction,
        is_published_on_day, engagement_delta, rate_denominator_kind, rate_denominator, engagement_rate, rate_formula
    )
    select
        organization_id,
        post_id,
        activity_date,
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
            when abs(engagement_delta) < 1000 * abs(rate_denominator)
                then round(engagement_delta::numeric / nullif(rate_denominator, 0), 6)
        end as engagement_rate,
        'engagement_rate_by_' || rate_denominator_kind || '/1' as rate_formula
    from (
        select
            c.*,
            case
                when num_nonnulls(c.reactions_delta, c.comments_delta, c.shares_delta, c.saves_delta) > 0
                    then
                        coalesce(c.reactions_delta, 0) + coalesce(c.comments_delta, 0)
                        + coalesce(c.shares_delta, 0) + coalesce(c.saves_delta, 0)
            end as engagement_delta,
            case
                when c.impressions_delta is not null then 'impressions'
                when c.views_delta is not null then 'views'
            end as rate_denominator_kind,
            coalesce(c.impressions_delta, c.views_delta) as rate_denominator
        from computed_rows as c
    ) as rated_rows
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
            e.platform, e.profile_id, e.reactions, e.comments, e.shares, e.saves, e.clicks, e.views, e.impressions, e.reach,
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

noted_days as (
    insert into engagement.days_to_roll_up (organization_id, table_name, activity_date)
    select distinct
        changed.organization_id,
        rollup.table_name,
        changed.activity_date
    from (
        select * from removed_rows
        union all
        select * from written_rows
    ) as changed
    cross join (
        values ('profile_engagement_daily'), ('platform_engagement_daily'), ('hashtag_engagement_daily')
    ) as rollup (table_name)
    where not (
        changed.activity_date >= %(window_start)s::date and changed.activity_date < %(window_end)s::date
    )
    on conflict do nothing
)

select
    (select count(*) from computed_rows) as rows_computed,
    (select count(*) from written_rows) as rows_written,
    (select count(*) from removed_rows) as rows_removed;
