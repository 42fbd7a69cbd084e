-- The numbers of the weekly report as views, for BI tools and for the report itself. Each has organization_id and
-- week_start: a filter on them reaches the index of the table that is read, so that a week costs what it contains.
-- Simulated posts are in none of them.

set local role syndication_owner;

-- The views read days between the bounds of a week, which are columns of a table or of a subquery. An expression such
-- as week_start + 6 in their place is not leakproof: under row-level security it could not be looked up in an index.
create table engagement.weeks (
    week_start date primary key check (extract(isodow from week_start) = 1),
    week_end date not null unique,
    week_name text not null unique,
    check (week_end = week_start + 6)
);

insert into engagement.weeks (week_start, week_end, week_name)
select
    monday::date,
    monday::date + 6,
    to_char(monday, 'IYYY-"W"IW')
from generate_series(timestamp '2000-01-03', timestamp '2099-12-28', interval '7 days') as w (monday);

comment on table engagement.weeks is 'One row is one ISO week of the years 2000 to 2099: the calendar of the report.';
comment on column engagement.weeks.week_start is 'Monday of the week.';
comment on column engagement.weeks.week_end is 'Sunday of the week.';
comment on column engagement.weeks.week_name is 'ISO name, such as 2025-W46; the year is the ISO year.';

grant select on engagement.weeks to syndication_pipeline, syndication_reader;

create index platform_engagement_daily_day on engagement.platform_engagement_daily (organization_id, activity_date);

create view engagement.report_weeks with (security_invoker = true) as
select
    o.organization_id,
    w.week_start,
    w.week_end,
    w.week_name,
    d.last_observed_day,
    d.days_observed,
    d.engagement,
    d.begins_at,
    d.ends_at,
    d.compared_first_day,
    d.compared_last_day,
    d.compared_begins_at,
    d.compared_ends_at,
    d.four_weeks_first_day,
    d.chart_first_day,
    d.cohorts_begin_at
from tenancy.organizations as o
cross join engagement.weeks as w
cross join lateral (
    select
        max(e.activity_date) as last_observed_day,
        count(distinct e.activity_date)::integer as days_observed,
        sum(e.engagement_delta)::bigint as engagement,
        w.week_start::timestamp at time zone 'utc' as begins_at,
        (max(e.activity_date) + 1)::timestamp at time zone 'utc' as ends_at,
        w.week_start - 7 as compared_first_day,
        max(e.activity_date) - 7 as compared_last_day,
        (w.week_start - 7)::timestamp at time zone 'utc' as compared_begins_at,
        (max(e.activity_date) - 6)::timestamp at time zone 'utc' as compared_ends_at,
        max(e.activity_date) - 27 as four_weeks_first_day,
        w.week_end - 27 as chart_first_day,
        (w.week_start - 28)::timestamp at time zone 'utc' as cohorts_begin_at
    from engagement.platform_engagement_daily as e
    where
        e.organization_id = o.organization_id
        and e.activity_date >= w.week_start
        and e.activity_date <= w.week_end
    having count(*) > 0
) as d;

comment on view engagement.report_weeks is
'One row is one ISO week in which something of an organization was observed, with the days that its report covers. A'
' week that is not over yet ends with its last observed day, and is compared with the same days of the week before.';
comment on column engagement.report_weeks.organization_id is 'The organization.';
comment on column engagement.report_weeks.week_start is 'Monday of the week.';
comment on column engagement.report_weeks.week_end is 'Sunday of the week.';
comment on column engagement.report_weeks.week_name is 'ISO name, such as 2025-W46.';
comment on column engagement.report_weeks.last_observed_day is
'Last day of the week with an observation, with which the report of the week ends.';
comment on column engagement.report_weeks.days_observed is 'Days of the week with an observation.';
comment on column engagement.report_weeks.engagement is
'Public engagement that all posts gained in the week; NULL if not measured.';
comment on column engagement.report_weeks.begins_at is 'When the week begins, in UTC.';
comment on column engagement.report_weeks.ends_at is 'When last_observed_day ends, in UTC, exclusive.';
comment on column engagement.report_weeks.compared_first_day is 'First day of the days to compare with.';
comment on column engagement.report_weeks.compared_last_day is 'Last day of the days to compare with.';
comment on column engagement.report_weeks.compared_begins_at is 'When the days to compare with begin, in UTC.';
comment on column engagement.report_weeks.compared_ends_at is 'When the days to compare with end, in UTC, exclusive.';
comment on column engagement.report_weeks.four_weeks_first_day is 'First of the 28 days up to last_observed_day.';
comment on column engagement.report_weeks.chart_first_day is 'First of the 28 days up to week_end.';
comment on column engagement.report_weeks.cohorts_begin_at is
'When the first of five weeks of publication begins, in UTC; the fifth is the week itself.';

create view engagement.report_platforms_by_day with (security_invoker = true) as
select
    w.organization_id,
    w.week_start,
    d.platform,
    d.activity_date,
    d.posts_observed,
    d.posts_published,
    d.posts_with_gap,
    d.corrections,
    d.reactions_delta,
    d.comments_delta,
    d.shares_delta,
    d.saves_delta,
    d.clicks_delta,
    d.views_delta,
    d.impressions_delta,
    d.engagement_delta,
    d.rate_denominator_kind,
    d.rate_numerator,
    d.rate_denominator,
    d.engagement_rate,
    d.mean_engagement_rate
from engagement.report_weeks as w
cross join lateral (
    with observed_days as materialized (
        select e.*
        from engagement.platform_engagement_daily as e
        where
            e.organization_id = w.organization_id
            and e.activity_date >= w.chart_first_day
            and e.activity_date <= w.week_end
    )

    select
        p.platform,
        c.activity_date,
        o.posts_observed,
        o.posts_published,
        o.posts_with_gap,
        o.corrections,
        o.reactions_delta,
        o.comments_delta,
        o.shares_delta,
        o.saves_delta,
        o.clicks_delta,
        o.views_delta,
        o.impressions_delta,
        o.engagement_delta,
        o.rate_denominator_kind,
        o.rate_numerator,
        o.rate_denominator,
        o.engagement_rate,
        o.mean_engagement_rate
    from (select distinct platform from observed_days) as p
    cross join lateral (select w.chart_first_day + n from generate_series(0, 27) as n) as c (activity_date)
    left join observed_days as o on p.platform = o.platform and c.activity_date = o.activity_date
) as d;

comment on view engagement.report_platforms_by_day is
'One row is one platform on one of the 28 days up to the Sunday of a week: the chart of the week''s report. A '
'platform without an observation in these days has no rows; on a day without one, every value is NULL. A day is in '
'the charts of four weeks: filter on one week_start.';
comment on column engagement.report_platforms_by_day.organization_id is 'The organization.';
comment on column engagement.report_platforms_by_day.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_platforms_by_day.platform is 'The platform.';
comment on column engagement.report_platforms_by_day.activity_date is 'UTC day.';
comment on column engagement.report_platforms_by_day.posts_observed is 'Posts observed on the day.';
comment on column engagement.report_platforms_by_day.posts_published is
'Posts published on the day, among those observed on it.';
comment on column engagement.report_platforms_by_day.posts_with_gap is 'Posts whose deltas cover more than one day.';
comment on column engagement.report_platforms_by_day.corrections is 'Posts of which a counter decreased.';
comment on column engagement.report_platforms_by_day.reactions_delta is
'Reactions that the posts gained; NULL if not measured.';
comment on column engagement.report_platforms_by_day.comments_delta is
'Comments that the posts gained; NULL if not measured.';
comment on column engagement.report_platforms_by_day.shares_delta is
'Shares that the posts gained; NULL if not measured.';
comment on column engagement.report_platforms_by_day.saves_delta is
'Saves that the posts gained; NULL if not measured.';
comment on column engagement.report_platforms_by_day.clicks_delta is
'Clicks that the posts gained; NULL if not measured.';
comment on column engagement.report_platforms_by_day.views_delta is
'Views that the posts gained; NULL if not measured.';
comment on column engagement.report_platforms_by_day.impressions_delta is
'Impressions that the posts gained; NULL if not measured.';
comment on column engagement.report_platforms_by_day.engagement_delta is
'Public engagement that the posts gained; NULL if not measured.';
comment on column engagement.report_platforms_by_day.rate_denominator_kind is
'The metric that the rates are divided by; NULL if the posts have none, or different ones.';
comment on column engagement.report_platforms_by_day.rate_numerator is
'Public engagement of the posts with a denominator.';
comment on column engagement.report_platforms_by_day.rate_denominator is 'Sum of the denominators.';
comment on column engagement.report_platforms_by_day.engagement_rate is
'rate_numerator / rate_denominator as a fraction.';
comment on column engagement.report_platforms_by_day.mean_engagement_rate is
'Mean of the posts'' rates, as a fraction.';

create view engagement.report_platforms_weekly with (security_invoker = true) as
select
    w.organization_id,
    w.week_start,
    p.platform,
    p.days_observed,
    p.engagement,
    p.compared_engagement,
    p.reactions,
    p.compared_reactions,
    p.comments,
    p.compared_comments,
    p.shares,
    p.compared_shares,
    p.saves,
    p.compared_saves,
    p.clicks,
    p.compared_clicks,
    p.views,
    p.compared_views,
    p.impressions,
    p.compared_impressions,
    p.rate_denominator_kind,
    p.rate_numerator,
    p.rate_denominator,
    p.rate_numerator / nullif(p.rate_denominator, 0)::numeric as engagement_rate,
    p.posts_published,
    p.compared_posts_published,
    p.post_days,
    p.gaps,
    p.corrections,
    p.not_measured
from engagement.report_weeks as w
cross join lateral (
    select
        coalesce(d.platform, p.platform) as platform,
        coalesce(d.days_observed, 0) as days_observed,
        d.engagement,
        d.compared_engagement,
        d.reactions,
        d.compared_reactions,
        d.comments,
        d.compared_comments,
        d.shares,
        d.compared_shares,
        d.saves,
        d.compared_saves,
        d.clicks,
        d.compared_clicks,
        d.views,
        d.compared_views,
        d.impressions,
        d.compared_impressions,
        case when d.is_one_kind then d.rate_denominator_kind end as rate_denominator_kind,
        case when d.is_one_kind then d.rate_numerator end as rate_numerator,
        case when d.is_one_kind then d.rate_denominator end as rate_denominator,
        coalesce(p.posts_published, 0) as posts_published,
        coalesce(p.compared_posts_published, 0) as compared_posts_published,
        coalesce(d.post_days, 0) as post_days,
        coalesce(d.gaps, 0) as gaps,
        coalesce(d.corrections, 0) as corrections,
        coalesce(n.not_measured, 0) as not_measured
    from (
        select
            e.platform,
            (count(*) filter (where f.is_now))::integer as days_observed,
            sum(e.engagement_delta) filter (where f.is_now)::bigint as engagement,
            sum(e.engagement_delta) filter (where f.is_compared)::bigint as compared_engagement,
            sum(e.reactions_delta) filter (where f.is_now)::bigint as reactions,
            sum(e.reactions_delta) filter (where f.is_compared)::bigint as compared_reactions,
            sum(e.comments_delta) filter (where f.is_now)::bigint as comments,
            sum(e.comments_delta) filter (where f.is_compared)::bigint as compared_comments,
            sum(e.shares_delta) filter (where f.is_now)::bigint as shares,
            sum(e.shares_delta) filter (where f.is_compared)::bigint as compared_shares,
            sum(e.saves_delta) filter (where f.is_now)::bigint as saves,
            sum(e.saves_delta) filter (where f.is_compared)::bigint as compared_saves,
            sum(e.clicks_delta) filter (where f.is_now)::bigint as clicks,
            sum(e.clicks_delta) filter (where f.is_compared)::bigint as compared_clicks,
            sum(e.views_delta) filter (where f.is_now)::bigint as views,
            sum(e.views_delta) filter (where f.is_compared)::bigint as compared_views,
            sum(e.impressions_delta) filter (where f.is_now)::bigint as impressions,
            sum(e.impressions_delta) filter (where f.is_compared)::bigint as compared_impressions,
            min(e.rate_denominator_kind) filter (where f.is_now) as rate_denominator_kind,
            count(*) filter (where f.is_now and e.rate_denominator_kind is null) = 0
            and count(distinct e.rate_denominator_kind) filter (where f.is_now) = 1 as is_one_kind,
            sum(e.rate_numerator) filter (where f.is_now)::bigint as rate_numerator,
            sum(e.rate_denominator) filter (where f.is_now)::bigint as rate_denominator,
            sum(e.posts_observed) filter (where f.is_now)::bigint as post_days,
            sum(e.posts_with_gap) filter (where f.is_now)::bigint as gaps,
            sum(e.corrections) filter (where f.is_now)::bigint as corrections
        from engagement.platform_engagement_daily as e
        cross join lateral (
            select
                e.activity_date >= w.week_start as is_now,
                e.activity_date between w.compared_first_day and w.compared_last_day as is_compared
        ) as f
        where
            e.organization_id = w.organization_id
            and e.activity_date >= w.chart_first_day
            and e.activity_date <= w.last_observed_day
        group by e.platform
    ) as d
    full join (
        select
            o.platform,
            (count(*) filter (where o.posted_at >= w.begins_at))::integer as posts_published,
            (
                count(*) filter (where o.posted_at < w.compared_ends_at and o.first_seen_at < w.compared_ends_at)
            )::integer as compared_posts_published
        from scraping.posts as o
        where
            o.organization_id = w.organization_id
            and o.posted_at >= w.compared_begins_at
            and o.posted_at < w.ends_at
            and o.first_seen_at < w.ends_at
            and o.post_type is distinct from 'repost'
            and not o.is_simulated
        group by o.platform
    ) as p on d.platform = p.platform
    left join (
        select
            e.platform,
            count(*) as not_measured
        from engagement.post_engagement_daily as e
        where
            e.organization_id = w.organization_id
            and e.activity_date >= w.week_start
            and e.activity_date <= w.last_observed_day
            and e.engagement_delta is null
            and not e.is_simulated
        group by e.platform
    ) as n on d.platform = n.platform
) as p;

comment on view engagement.report_platforms_weekly is
'One row is one platform in one week: what its posts gained, how many were published, and how complete the data is. '
'It has platforms that were observed in the 28 days up to last_observed_day, or published in the week or the week '
'before.';
comment on column engagement.report_platforms_weekly.organization_id is 'The organization.';
comment on column engagement.report_platforms_weekly.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_platforms_weekly.platform is 'The platform.';
comment on column engagement.report_platforms_weekly.days_observed is
'Days of the week with an observation; 0 for a platform that was only observed or published before.';
comment on column engagement.report_platforms_weekly.engagement is
'Public engagement that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_platforms_weekly.compared_engagement is
'Public engagement in the same days of the week before; NULL if not measured.';
comment on column engagement.report_platforms_weekly.reactions is
'Reactions that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_platforms_weekly.compared_reactions is
'Reactions in the same days of the week before; NULL if not measured.';
comment on column engagement.report_platforms_weekly.comments is
'Comments that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_platforms_weekly.compared_comments is
'Comments in the same days of the week before; NULL if not measured.';
comment on column engagement.report_platforms_weekly.shares is
'Shares that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_platforms_weekly.compared_shares is
'Shares in the same days of the week before; NULL if not measured.';
comment on column engagement.report_platforms_weekly.saves is
'Saves that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_platforms_weekly.compared_saves is
'Saves in the same days of the week before; NULL if not measured.';
comment on column engagement.report_platforms_weekly.clicks is
'Clicks that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_platforms_weekly.compared_clicks is
'Clicks in the same days of the week before; NULL if not measured.';
comment on column engagement.report_platforms_weekly.views is
'Views that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_platforms_weekly.compared_views is
'Views in the same days of the week before; NULL if not measured.';
comment on column engagement.report_platforms_weekly.impressions is
'Impressions that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_platforms_weekly.compared_impressions is
'Impressions in the same days of the week before; NULL if not measured.';
comment on column engagement.report_platforms_weekly.rate_denominator_kind is
'The metric that the rate is divided by; NULL if the days have none, or different ones.';
comment on column engagement.report_platforms_weekly.rate_numerator is
'Public engagement of the posts with a denominator; NULL without rate_denominator_kind.';
comment on column engagement.report_platforms_weekly.rate_denominator is
'Sum of the denominators; NULL without rate_denominator_kind.';
comment on column engagement.report_platforms_weekly.engagement_rate is
'rate_numerator / rate_denominator as a fraction: the ratio of sums.';
comment on column engagement.report_platforms_weekly.posts_published is
'Posts published in the week and seen by its last observed day, without plain reposts. Posts that were found later '
'do not count, so that old weeks do not look better than new ones.';
comment on column engagement.report_platforms_weekly.compared_posts_published is
'The same for the same days of the week before.';
comment on column engagement.report_platforms_weekly.post_days is
'Pairs of one post and one day of the week on which it was observed.';
comment on column engagement.report_platforms_weekly.gaps is 'Those whose delta covers more than one day.';
comment on column engagement.report_platforms_weekly.corrections is 'Those on which a counter decreased.';
comment on column engagement.report_platforms_weekly.not_measured is
'Those without a delta: mostly the first snapshot of a post that had been published before.';

create view engagement.report_top_posts with (security_invoker = true) as
select
    r.organization_id,
    r.week_start,
    r.period,
    r.place,
    r.post_id,
    p.platform,
    p.post_type,
    p.posted_at,
    p.author_name,
    p.author_username,
    p.author_url,
    p.first_line,
    p.url,
    r.engagement,
    d.reactions,
    d.comments,
    d.shares,
    d.views,
    d.days_observed,
    d.days_with_gap,
    d.days_corrected
from (
    select
        w.organization_id,
        w.week_start,
        s.period,
        s.first_day,
        w.last_observed_day as last_day,
        t.post_id,
        t.engagement,
        row_number() over (
            partition by w.organization_id, w.week_start, s.period order by t.engagement desc, t.post_id asc
        ) as place
    from engagement.report_weeks as w
    cross join lateral (
        values ('week', w.week_start), ('four weeks', w.four_weeks_first_day)
    ) as s (period, first_day)
    cross join lateral (
        select
            e.post_id,
            engagement.total(e.engagement_delta) as engagement
        from engagement.post_engagement_daily as e
        where
            e.organization_id = w.organization_id
            and e.activity_date >= s.first_day
            and e.activity_date <= w.last_observed_day
            and not e.is_simulated
        group by e.post_id
        having engagement.total(e.engagement_delta) is not null
    ) as t
) as r
-- A limit keeps the planner from joining all posts before the best are known.
cross join lateral (
    select
        o.platform,
        o.post_type,
        o.posted_at,
        a.name as author_name,
        coalesce(a.username, o.author_username) as author_username,
        a.profile_url as author_url,
        left(substring(o.text_content from '[^ \t\r\n][^\n]*'), 300) as first_line,
        o.url
    from scraping.posts as o
    left join scraping.profiles as a on o.organization_id = a.organization_id and o.profile_id = a.profile_id
    where o.organization_id = r.organization_id and o.post_id = r.post_id
    limit 1
) as p
cross join lateral (
    select
        sum(e.reactions_delta)::bigint as reactions,
        sum(e.comments_delta)::bigint as comments,
        sum(e.shares_delta)::bigint as shares,
        sum(e.views_delta)::bigint as views,
        count(*)::integer as days_observed,
        (count(*) filter (where e.is_gap))::integer as days_with_gap,
        (count(*) filter (where e.is_correction))::integer as days_corrected
    from engagement.post_engagement_daily as e
    where
        e.organization_id = r.organization_id
        and e.post_id = r.post_id
        and e.activity_date >= r.first_day
        and e.activity_date <= r.last_day
) as d;

comment on view engagement.report_top_posts is
'One row is one post in one period of a week''s report, ranked by the public engagement that it gained. Posts '
'without measured engagement are not ranked. Filter on period, or each post comes twice.';
comment on column engagement.report_top_posts.organization_id is 'The organization.';
comment on column engagement.report_top_posts.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_top_posts.period is
'week: from Monday to the last observed day. four weeks: the 28 days up to that day.';
comment on column engagement.report_top_posts.place is 'Place by engagement, from 1.';
comment on column engagement.report_top_posts.post_id is 'The post.';
comment on column engagement.report_top_posts.platform is 'Platform of the post.';
comment on column engagement.report_top_posts.post_type is 'Kind of post; NULL if unknown.';
comment on column engagement.report_top_posts.posted_at is 'When the post was published; NULL if unknown.';
comment on column engagement.report_top_posts.author_name is 'Display name of the author; NULL if unknown.';
comment on column engagement.report_top_posts.author_username is 'Name of the author on the platform; NULL if unknown.';
comment on column engagement.report_top_posts.author_url is 'Page of the author; NULL if unknown.';
comment on column engagement.report_top_posts.first_line is
'First line of the text, at most 300 characters; NULL without a text.';
comment on column engagement.report_top_posts.url is 'Page of the post; NULL if unknown.';
comment on column engagement.report_top_posts.engagement is 'Public engagement that the post gained in the period.';
comment on column engagement.report_top_posts.reactions is
'Reactions that the post gained in the period; NULL if not measured.';
comment on column engagement.report_top_posts.comments is
'Comments that the post gained in the period; NULL if not measured.';
comment on column engagement.report_top_posts.shares is
'Shares that the post gained in the period; NULL if not measured.';
comment on column engagement.report_top_posts.views is
'Views that the post gained in the period; NULL if not measured.';
comment on column engagement.report_top_posts.days_observed is 'Days of the period with an observation.';
comment on column engagement.report_top_posts.days_with_gap is 'Those whose delta covers more than one day.';
comment on column engagement.report_top_posts.days_corrected is 'Those on which a counter decreased.';

create view engagement.report_post_history with (security_invoker = true) as
select
    w.organization_id,
    w.week_start,
    e.post_id,
    e.activity_date,
    e.reactions,
    e.comments,
    e.shares,
    e.views,
    e.reactions_delta,
    e.comments_delta,
    e.shares_delta,
    e.views_delta,
    e.engagement_delta,
    e.gap_days,
    e.is_opening,
    e.is_gap,
    e.is_correction
from engagement.report_weeks as w
inner join engagement.post_engagement_daily as e
    on
        w.organization_id = e.organization_id
        and e.activity_date >= w.four_weeks_first_day
        and e.activity_date <= w.last_observed_day
        and not e.is_simulated;

comment on view engagement.report_post_history is
'One row is one observed day of one post in the 28 days up to the last observed day of a week. A day without a row '
'was not observed. A day is in the history of four weeks: filter on one week_start.';
comment on column engagement.report_post_history.organization_id is 'The organization.';
comment on column engagement.report_post_history.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_post_history.post_id is 'The post.';
comment on column engagement.report_post_history.activity_date is 'UTC day.';
comment on column engagement.report_post_history.reactions is
'Reactions in total, at the last observation of the day; NULL if not measured.';
comment on column engagement.report_post_history.comments is
'Comments in total, at the last observation of the day; NULL if not measured.';
comment on column engagement.report_post_history.shares is
'Shares in total, at the last observation of the day; NULL if not measured.';
comment on column engagement.report_post_history.views is
'Views in total, at the last observation of the day; NULL if not measured.';
comment on column engagement.report_post_history.reactions_delta is
'Reactions since the previous observed day; NULL if not measured.';
comment on column engagement.report_post_history.comments_delta is
'Comments since the previous observed day; NULL if not measured.';
comment on column engagement.report_post_history.shares_delta is
'Shares since the previous observed day; NULL if not measured.';
comment on column engagement.report_post_history.views_delta is
'Views since the previous observed day; NULL if not measured.';
comment on column engagement.report_post_history.engagement_delta is
'Public engagement since the previous observed day; NULL if not measured.';
comment on column engagement.report_post_history.gap_days is
'Days since the previous observed day; NULL for the first.';
comment on column engagement.report_post_history.is_opening is 'Whether it is the first observed day of the post.';
comment on column engagement.report_post_history.is_gap is 'Whether the deltas cover more than one day.';
comment on column engagement.report_post_history.is_correction is 'Whether a counter decreased.';

create view engagement.report_profiles_weekly with (security_invoker = true) as
select
    r.organization_id,
    r.week_start,
    r.place,
    r.profile_id,
    p.platform,
    p.username,
    p.name,
    p.profile_url,
    p.is_tracked,
    r.engagement,
    c.compared_engagement,
    d.reactions,
    d.comments,
    d.shares,
    d.views,
    n.posts_published,
    d.days_observed,
    case d.denominator_kinds when 1 then d.denominator_kind end as rate_denominator_kind,
    case d.denominator_kinds when 1 then d.numerator end as rate_numerator,
    case d.denominator_kinds when 1 then d.denominator end as rate_denominator,
    case d.denominator_kinds when 1 then d.numerator / nullif(d.denominator, 0)::numeric end as engagement_rate
from (
    select
        w.organization_id,
        w.week_start,
        w.last_observed_day,
        w.compared_first_day,
        w.compared_last_day,
        w.begins_at,
        w.ends_at,
        t.profile_id,
        t.engagement,
        row_number() over (
            partition by w.organization_id, w.week_start order by t.engagement desc, t.profile_id asc
        ) as place
    from engagement.report_weeks as w
    cross join lateral (
        select
            e.profile_id,
            sum(e.engagement_delta)::bigint as engagement
        from engagement.profile_engagement_daily as e
        where
            e.organization_id = w.organization_id
            and e.activity_date >= w.week_start
            and e.activity_date <= w.last_observed_day
        group by e.profile_id
        having sum(e.engagement_delta) is not null
    ) as t
) as r
-- A limit keeps the planner from joining all profiles before the best are known.
cross join lateral (
    select
        o.platform,
        o.username,
        o.name,
        o.profile_url,
        o.is_tracked or o.last_synced_at is not null as is_tracked
    from scraping.profiles as o
    where o.organization_id = r.organization_id and o.profile_id = r.profile_id
    limit 1
) as p
cross join lateral (
    select
        sum(e.reactions_delta)::bigint as reactions,
        sum(e.comments_delta)::bigint as comments,
        sum(e.shares_delta)::bigint as shares,
        sum(e.views_delta)::bigint as views,
        count(*)::integer as days_observed,
        count(distinct e.rate_denominator_kind) as denominator_kinds,
        min(e.rate_denominator_kind) as denominator_kind,
        sum(e.rate_numerator)::bigint as numerator,
        sum(e.rate_denominator)::bigint as denominator
    from engagement.profile_engagement_daily as e
    where
        e.organization_id = r.organization_id
        and e.profile_id = r.profile_id
        and e.activity_date >= r.week_start
        and e.activity_date <= r.last_observed_day
) as d
cross join lateral (
    select sum(e.engagement_delta)::bigint as compared_engagement
    from engagement.profile_engagement_daily as e
    where
        e.organization_id = r.organization_id
        and e.profile_id = r.profile_id
        and e.activity_date >= r.compared_first_day
        and e.activity_date <= r.compared_last_day
) as c
cross join lateral (
    select count(*)::integer as posts_published
    from scraping.posts as o
    where
        o.organization_id = r.organization_id
        and o.profile_id = r.profile_id
        and o.posted_at >= r.begins_at
        and o.posted_at < r.ends_at
        and o.post_type is distinct from 'repost'
        and o.first_seen_at < r.ends_at
        and not o.is_simulated
) as n;

comment on view engagement.report_profiles_weekly is
'One row is one profile in one week, ranked by the public engagement that its posts gained. Profiles without '
'measured engagement are not ranked.';
comment on column engagement.report_profiles_weekly.organization_id is 'The organization.';
comment on column engagement.report_profiles_weekly.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_profiles_weekly.place is 'Place by engagement, from 1.';
comment on column engagement.report_profiles_weekly.profile_id is 'The profile.';
comment on column engagement.report_profiles_weekly.platform is 'Platform of the profile.';
comment on column engagement.report_profiles_weekly.username is 'Name on the platform.';
comment on column engagement.report_profiles_weekly.name is 'Display name; NULL if unknown.';
comment on column engagement.report_profiles_weekly.profile_url is 'Page of the profile; NULL if unknown.';
comment on column engagement.report_profiles_weekly.is_tracked is
'Whether the profile is or was tracked; false for authors that were only seen.';
comment on column engagement.report_profiles_weekly.engagement is
'Public engagement that its posts gained in the week.';
comment on column engagement.report_profiles_weekly.compared_engagement is
'Public engagement in the same days of the week before; NULL if not measured.';
comment on column engagement.report_profiles_weekly.reactions is
'Reactions that its posts gained in the week; NULL if not measured.';
comment on column engagement.report_profiles_weekly.comments is
'Comments that its posts gained in the week; NULL if not measured.';
comment on column engagement.report_profiles_weekly.shares is
'Shares that its posts gained in the week; NULL if not measured.';
comment on column engagement.report_profiles_weekly.views is
'Views that its posts gained in the week; NULL if not measured.';
comment on column engagement.report_profiles_weekly.posts_published is
'Posts published in the week and seen by its last observed day, without plain reposts.';
comment on column engagement.report_profiles_weekly.days_observed is 'Days of the week with an observation.';
comment on column engagement.report_profiles_weekly.rate_denominator_kind is
'The metric that the rate is divided by; NULL if the days have none, or different ones.';
comment on column engagement.report_profiles_weekly.rate_numerator is
'Public engagement of the posts with a denominator; NULL without rate_denominator_kind.';
comment on column engagement.report_profiles_weekly.rate_denominator is
'Sum of the denominators; NULL without rate_denominator_kind.';
comment on column engagement.report_profiles_weekly.engagement_rate is
'rate_numerator / rate_denominator as a fraction: the ratio of sums.';

create view engagement.report_hashtags_weekly with (security_invoker = true) as
select
    r.organization_id,
    r.week_start,
    r.place,
    r.hashtag_id,
    h.hashtag,
    r.engagement,
    c.compared_engagement,
    d.posts
from (
    select
        w.organization_id,
        w.week_start,
        w.last_observed_day,
        w.compared_first_day,
        w.compared_last_day,
        t.hashtag_id,
        t.engagement,
        row_number() over (
            partition by w.organization_id, w.week_start order by t.engagement desc, t.hashtag_id asc
        ) as place
    from engagement.report_weeks as w
    cross join lateral (
        select
            e.hashtag_id,
            sum(e.engagement_delta)::bigint as engagement
        from engagement.hashtag_engagement_daily as e
        where
            e.organization_id = w.organization_id
            and e.activity_date >= w.week_start
            and e.activity_date <= w.last_observed_day
        group by e.hashtag_id
        having sum(e.engagement_delta) is not null
    ) as t
) as r
-- A limit keeps the planner from joining all hashtags before the best are known.
cross join lateral (
    select o.hashtag
    from scraping.hashtags as o
    where o.organization_id = r.organization_id and o.hashtag_id = r.hashtag_id
    limit 1
) as h
cross join lateral (
    select max(t.posts_observed)::integer as posts
    from (
        select sum(e.posts_observed) as posts_observed
        from engagement.hashtag_engagement_daily as e
        where
            e.organization_id = r.organization_id
            and e.hashtag_id = r.hashtag_id
            and e.activity_date >= r.week_start
            and e.activity_date <= r.last_observed_day
        group by e.activity_date
    ) as t
) as d
cross join lateral (
    select sum(e.engagement_delta)::bigint as compared_engagement
    from engagement.hashtag_engagement_daily as e
    where
        e.organization_id = r.organization_id
        and e.hashtag_id = r.hashtag_id
        and e.activity_date >= r.compared_first_day
        and e.activity_date <= r.compared_last_day
) as c;

comment on view engagement.report_hashtags_weekly is
'One row is one hashtag in one week, ranked by the public engagement that its posts gained. A post with two hashtags'
' counts for both, so the rows do not add up to a total.';
comment on column engagement.report_hashtags_weekly.organization_id is 'The organization.';
comment on column engagement.report_hashtags_weekly.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_hashtags_weekly.place is 'Place by engagement, from 1.';
comment on column engagement.report_hashtags_weekly.hashtag_id is 'The hashtag.';
comment on column engagement.report_hashtags_weekly.hashtag is 'The hashtag, without #.';
comment on column engagement.report_hashtags_weekly.engagement is
'Public engagement that its posts gained in the week.';
comment on column engagement.report_hashtags_weekly.compared_engagement is
'Public engagement in the same days of the week before; NULL if not measured.';
comment on column engagement.report_hashtags_weekly.posts is 'Posts observed on the day with the most.';

create view engagement.report_cohorts_weekly with (security_invoker = true) as
select
    w.organization_id,
    w.week_start,
    c.platform,
    c.published_week,
    c.age_name,
    c.age,
    c.posts_published,
    c.posts_of_age,
    c.posts_measured,
    c.median_engagement
from engagement.report_weeks as w
cross join lateral (
    select
        p.platform,
        date_trunc('week', p.posted_at at time zone 'utc')::date as published_week,
        a.age_name,
        a.age,
        count(*)::integer as posts_published,
        (count(*) filter (where f.is_of_age))::integer as posts_of_age,
        (count(e.engagement) filter (where f.is_of_age))::integer as posts_measured,
        percentile_cont(0.5) within group (order by e.engagement) filter (where f.is_of_age) as median_engagement
    from scraping.posts as p
    inner join engagement.post_cohorts as e on p.organization_id = e.organization_id and p.post_id = e.post_id
    inner join engagement.cohort_ages as a on e.age_name = a.age_name
    cross join lateral (select p.posted_at + a.age < w.ends_at as is_of_age) as f
    where
        p.organization_id = w.organization_id
        and p.posted_at >= w.cohorts_begin_at
        and p.posted_at < w.ends_at
        and p.first_seen_at < w.ends_at
        and not p.is_simulated
    group by p.platform, published_week, a.age_name, a.age
) as c;

comment on view engagement.report_cohorts_weekly is
'One row is the posts that one platform published in one of the five weeks up to the reported one, at one age: posts'
' compared at equal age. Posts that were found, and ages that were reached, after the last observed day do not '
'count.';
comment on column engagement.report_cohorts_weekly.organization_id is 'The organization.';
comment on column engagement.report_cohorts_weekly.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_cohorts_weekly.platform is 'The platform.';
comment on column engagement.report_cohorts_weekly.published_week is 'Monday of the week of publication.';
comment on column engagement.report_cohorts_weekly.age_name is 'The age, such as 24 hours.';
comment on column engagement.report_cohorts_weekly.age is 'The time since publication.';
comment on column engagement.report_cohorts_weekly.posts_published is 'Posts of the week of publication.';
comment on column engagement.report_cohorts_weekly.posts_of_age is 'Those that had reached the age.';
comment on column engagement.report_cohorts_weekly.posts_measured is 'Those that were observed at the age.';
comment on column engagement.report_cohorts_weekly.median_engagement is
'Median public engagement at the age; NULL if none was measured.';

create view engagement.report_quarantined_items_weekly with (security_invoker = true) as
select
    o.organization_id,
    w.week_start,
    q.source,
    q.reason,
    q.items,
    q.whole_files
from tenancy.organizations as o
cross join engagement.weeks as w
cross join lateral (
    select
        q.source,
        q.reason,
        count(*)::integer as items,
        (count(*) filter (where q.position is null))::integer as whole_files
    from landing.quarantine as q
    where
        q.organization_id = o.organization_id
        and q.landed_on >= w.week_start
        and q.landed_on <= w.week_end
        and q.replayed_at is null
    group by q.source, q.reason
) as q;

comment on view engagement.report_quarantined_items_weekly is
'One row is one reason why items that landed in a week could not be loaded. Items that were replayed since are left '
'out: nothing of them is missing.';
comment on column engagement.report_quarantined_items_weekly.organization_id is 'The organization.';
comment on column engagement.report_quarantined_items_weekly.week_start is 'Monday of the week.';
comment on column engagement.report_quarantined_items_weekly.source is 'Source of the items.';
comment on column engagement.report_quarantined_items_weekly.reason is 'Why they could not be loaded.';
comment on column engagement.report_quarantined_items_weekly.items is 'Items and whole files in quarantine.';
comment on column engagement.report_quarantined_items_weekly.whole_files is 'Those that are whole files.';

grant select on
engagement.report_weeks,
engagement.report_platforms_by_day,
engagement.report_platforms_weekly,
engagement.report_top_posts,
engagement.report_post_history,
engagement.report_profiles_weekly,
engagement.report_hashtags_weekly,
engagement.report_cohorts_weekly,
engagement.report_quarantined_items_weekly
to syndication_pipeline, syndication_reader;

-- Our own posts, what performs best and what we planned: the parts of the report that are about us.

create index posts_core_planned_on on content.posts_core (organization_id, planned_on);

create view engagement.own_profiles with (security_invoker = true) as
select distinct
    p.organization_id,
    p.profile_id
from channels.social_accounts as a
inner join scraping.profiles as p
    on
        a.organization_id = p.organization_id
        and a.platform = p.platform
        and p.username in (a.remote_account_id, lower(a.remote_account_id));

comment on view engagement.own_profiles is
'One row is one observed profile that is one of our accounts: its name on the platform is the remote_account_id of a '
'row of channels.social_accounts. All other profiles are watched.';
comment on column engagement.own_profiles.organization_id is 'The organization.';
comment on column engagement.own_profiles.profile_id is 'The profile.';

create view engagement.report_ownership_weekly with (security_invoker = true) as
select
    w.organization_id,
    w.week_start,
    d.platform,
    d.is_own,
    d.profiles,
    d.engagement,
    d.compared_engagement,
    d.reactions,
    d.comments,
    d.shares,
    d.views,
    coalesce(n.posts_published, 0) as posts_published,
    case d.denominator_kinds when 1 then d.denominator_kind end as rate_denominator_kind,
    case d.denominator_kinds when 1 then d.numerator end as rate_numerator,
    case d.denominator_kinds when 1 then d.denominator end as rate_denominator,
    case d.denominator_kinds when 1 then d.numerator / nullif(d.denominator, 0)::numeric end as engagement_rate
from engagement.report_weeks as w
cross join lateral (
    select
        e.platform,
        o.profile_id is not null as is_own,
        (count(distinct e.profile_id) filter (where f.is_now))::integer as profiles,
        sum(e.engagement_delta) filter (where f.is_now)::bigint as engagement,
        sum(e.engagement_delta) filter (where not f.is_now)::bigint as compared_engagement,
        sum(e.reactions_delta) filter (where f.is_now)::bigint as reactions,
        sum(e.comments_delta) filter (where f.is_now)::bigint as comments,
        sum(e.shares_delta) filter (where f.is_now)::bigint as shares,
        sum(e.views_delta) filter (where f.is_now)::bigint as views,
        count(distinct e.rate_denominator_kind) filter (where f.is_now) as denominator_kinds,
        min(e.rate_denominator_kind) filter (where f.is_now) as denominator_kind,
        sum(e.rate_numerator) filter (where f.is_now)::bigint as numerator,
        sum(e.rate_denominator) filter (where f.is_now)::bigint as denominator
    from engagement.profile_engagement_daily as e
    cross join lateral (select e.activity_date >= w.week_start as is_now) as f
    left join engagement.own_profiles as o on e.organization_id = o.organization_id and e.profile_id = o.profile_id
    where
        e.organization_id = w.organization_id
        and e.activity_date >= w.compared_first_day
        and e.activity_date <= w.last_observed_day
        and (f.is_now or e.activity_date <= w.compared_last_day)
    group by e.platform, o.profile_id is not null
    having count(*) filter (where f.is_now) > 0
) as d
left join lateral (
    select count(*)::integer as posts_published
    from scraping.posts as p
    left join engagement.own_profiles as o on p.organization_id = o.organization_id and p.profile_id = o.profile_id
    where
        p.organization_id = w.organization_id
        and p.posted_at >= w.begins_at
        and p.posted_at < w.ends_at
        and p.platform = d.platform
        and p.profile_id is not null
        and (o.profile_id is not null) = d.is_own
        and not p.is_simulated
        and p.post_type is distinct from 'repost'
        and p.first_seen_at < w.ends_at
) as n on true;

comment on view engagement.report_ownership_weekly is
'One row is the posts of our own profiles, or of the watched ones, on one platform in one week. Posts of unknown '
'authors are in neither.';
comment on column engagement.report_ownership_weekly.organization_id is 'The organization.';
comment on column engagement.report_ownership_weekly.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_ownership_weekly.platform is 'The platform.';
comment on column engagement.report_ownership_weekly.is_own is
'True for the posts of our own accounts (engagement.own_profiles), false for those of all other profiles.';
comment on column engagement.report_ownership_weekly.profiles is 'Profiles with an observed post in the week.';
comment on column engagement.report_ownership_weekly.engagement is
'Public engagement that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_ownership_weekly.compared_engagement is
'Public engagement in the same days of the week before; NULL if not measured.';
comment on column engagement.report_ownership_weekly.reactions is
'Reactions that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_ownership_weekly.comments is
'Comments that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_ownership_weekly.shares is
'Shares that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_ownership_weekly.views is
'Views that the posts gained in the week; NULL if not measured.';
comment on column engagement.report_ownership_weekly.posts_published is
'Posts published in the week and seen by its last observed day, without plain reposts.';
comment on column engagement.report_ownership_weekly.rate_denominator_kind is
'The metric that the rate is divided by; NULL if the days have none, or different ones.';
comment on column engagement.report_ownership_weekly.rate_numerator is
'Public engagement of the posts with a denominator; NULL without rate_denominator_kind.';
comment on column engagement.report_ownership_weekly.rate_denominator is
'Sum of the denominators; NULL without rate_denominator_kind.';
comment on column engagement.report_ownership_weekly.engagement_rate is
'rate_numerator / rate_denominator as a fraction: the ratio of sums.';

create view engagement.report_publications_weekly with (security_invoker = true) as
select
    w.organization_id,
    w.week_start,
    d.platform,
    d.is_own,
    d.trait,
    d.trait_value,
    d.trait_order,
    d.age_name,
    d.posts_of_age,
    d.posts_measured,
    d.median_engagement,
    d.rate_denominator_kind,
    d.engagement_rate,
    d.mean_engagement_rate,
    -- A median of one or two posts is chance.
    case
        when d.posts_measured >= 3
            then row_number() over (
                partition by
                    w.organization_id, w.week_start, d.platform, d.is_own, d.trait, d.age_name, d.posts_measured >= 3
                order by d.median_engagement desc, d.trait_order asc, d.trait_value asc
            )
    end as place
from engagement.report_weeks as w
cross join lateral (
    select
        p.platform,
        o.profile_id is not null as is_own,
        t.trait,
        t.trait_value,
        t.trait_order,
        e.age_name,
        count(*)::integer as posts_of_age,
        count(e.engagement)::integer as posts_measured,
        percentile_cont(0.5) within group (order by e.engagement) as median_engagement,
        case count(distinct e.rate_denominator_kind) when 1 then min(e.rate_denominator_kind) end
            as rate_denominator_kind,
        case count(distinct e.rate_denominator_kind)
            when 1
                then
                    sum(e.engagement) filter (where e.rate_denominator > 0)
                    / nullif(sum(e.rate_denominator) filter (where e.engagement is not null), 0)::numeric
        end as engagement_rate,
        case count(distinct e.rate_denominator_kind) when 1 then avg(e.engagement_rate) end as mean_engagement_rate
    from scraping.posts as p
    inner join engagement.post_cohorts as e on p.organization_id = e.organization_id and p.post_id = e.post_id
    inner join engagement.cohort_ages as a on e.age_name = a.age_name
    left join engagement.own_profiles as o on p.organization_id = o.organization_id and p.profile_id = o.profile_id
    cross join lateral (select p.posted_at at time zone 'utc' as posted_at) as u
    cross join lateral (
        values
        ('weekday', to_char(u.posted_at, 'FMDay'), extract(isodow from u.posted_at)::integer),
        ('hour', to_char(u.posted_at, 'HH24:00'), extract(hour from u.posted_at)::integer),
        ('format', coalesce(p.post_type, 'unknown'), 0)
    ) as t (trait, trait_value, trait_order)
    where
        p.organization_id = w.organization_id
        and p.posted_at >= w.cohorts_begin_at
        and p.posted_at < w.ends_at
        and not p.is_simulated
        and p.posted_at + a.age < w.ends_at
        and p.first_seen_at < w.ends_at
        and p.post_type is distinct from 'repost'
    group by p.platform, o.profile_id is not null, t.trait, t.trait_value, t.trait_order, e.age_name
) as d;

comment on view engagement.report_publications_weekly is
'One row is the posts of our own or of watched profiles on one platform, published in the five weeks up to the '
'reported one, that share a weekday, an hour or a format, at one age: when and how posts do best. Posts of unknown '
'authors count as watched. Posts that had not reached the age by the last observed day, and plain reposts, do not '
'count. Filter on age_name and trait.';
comment on column engagement.report_publications_weekly.organization_id is 'The organization.';
comment on column engagement.report_publications_weekly.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_publications_weekly.platform is 'The platform.';
comment on column engagement.report_publications_weekly.is_own is
'True for the posts of our own accounts (engagement.own_profiles), false for all others.';
comment on column engagement.report_publications_weekly.trait is
'What the posts share: weekday (UTC), hour (UTC) or format (post_type).';
comment on column engagement.report_publications_weekly.trait_value is
'Its value: Monday, 09:00, video; unknown for posts without a known format.';
comment on column engagement.report_publications_weekly.trait_order is
'Order of the values: 1 to 7 for weekdays, 0 to 23 for hours; 0 for formats.';
comment on column engagement.report_publications_weekly.age_name is 'The age, such as 24 hours.';
comment on column engagement.report_publications_weekly.posts_of_age is 'Posts that had reached the age.';
comment on column engagement.report_publications_weekly.posts_measured is 'Those that were observed at the age.';
comment on column engagement.report_publications_weekly.median_engagement is
'Median public engagement at the age; NULL if none was measured.';
comment on column engagement.report_publications_weekly.rate_denominator_kind is
'The metric that the rates are divided by; NULL if the posts have none, or different ones.';
comment on column engagement.report_publications_weekly.engagement_rate is
'Engagement divided by the denominator, over the posts with both, as a fraction: the ratio of sums.';
comment on column engagement.report_publications_weekly.mean_engagement_rate is
'Mean of the posts'' rates, as a fraction.';
comment on column engagement.report_publications_weekly.place is
'Place by median_engagement among the values of the trait, from 1; NULL with less than three measured posts.';

create view engagement.report_planned_posts_weekly with (security_invoker = true) as
select
    o.organization_id,
    w.week_start,
    d.platform,
    d.channel_type,
    d.account_name,
    d.posts,
    d.published,
    d.simulated,
    d.scheduled,
    d.without_slot,
    d.waiting_for_review,
    d.unresolved,
    d.failed,
    d.problem
from tenancy.organizations as o
cross join engagement.weeks as w
cross join lateral (
    select
        c.platform,
        c.channel_type,
        a.display_name as account_name,
        count(*)::integer as posts,
        (count(*) filter (where t.state = 'published' and not t.is_simulated))::integer as published,
        (count(*) filter (where t.state = 'published' and t.is_simulated))::integer as simulated,
        (count(*) filter (where t.state in ('scheduled', 'publishing')))::integer as scheduled,
        (count(*) filter (where t.state in ('draft', 'ready')))::integer as without_slot,
        (count(*) filter (where t.state is null))::integer as waiting_for_review,
        (count(*) filter (where t.state = 'needs_reconcile'))::integer as unresolved,
        (count(*) filter (where t.state = 'failed'))::integer as failed,
        min(t.error_message) filter (where t.state in ('failed', 'needs_reconcile', 'draft', 'ready')) as problem
    from content.posts_core as c
    inner join content.posts_content as x
        on c.organization_id = x.organization_id and c.post_core_id = x.post_core_id
    left join publishing.post_targets as t on x.organization_id = t.organization_id and x.content_id = t.content_id
    left join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
    where
        c.organization_id = o.organization_id
        and c.planned_on >= w.week_start
        and c.planned_on <= w.week_end
        and (
            (t.state is null and x.state in ('generated', 'needs_review'))
            or (x.state = 'approved' and t.state <> 'cancelled')
            -- What went out, or may have, counts even if its text was edited since.
            or t.state in ('publishing', 'published', 'needs_reconcile')
        )
    group by c.platform, c.channel_type, t.account_id, a.display_name
) as d;

comment on view engagement.report_planned_posts_weekly is
'One row is one channel and account, and what became of our posts for the days of one week, as of now: what was '
'published, waits or failed. Texts that wait for a reviewer have no account yet. Cancelled targets and replaced texts '
'do not count.';
comment on column engagement.report_planned_posts_weekly.organization_id is 'The organization.';
comment on column engagement.report_planned_posts_weekly.week_start is 'Monday of the week.';
comment on column engagement.report_planned_posts_weekly.platform is 'Platform of the channel.';
comment on column engagement.report_planned_posts_weekly.channel_type is 'Kind of publication, such as feed_post.';
comment on column engagement.report_planned_posts_weekly.account_name is
'Display name of the account; NULL while the text waits for a reviewer.';
comment on column engagement.report_planned_posts_weekly.posts is 'Sum of the following columns.';
comment on column engagement.report_planned_posts_weekly.published is 'Posts that the platform has.';
comment on column engagement.report_planned_posts_weekly.simulated is
'Posts published by a dry run, which sends nothing.';
comment on column engagement.report_planned_posts_weekly.scheduled is 'Posts that wait for their time.';
comment on column engagement.report_planned_posts_weekly.without_slot is
'Approved posts that wait for a slot of a schedule, or that the catalogue contradicts.';
comment on column engagement.report_planned_posts_weekly.waiting_for_review is 'Texts that wait for a reviewer.';
comment on column engagement.report_planned_posts_weekly.unresolved is
'Posts that the platform may have or not: a person looks.';
comment on column engagement.report_planned_posts_weekly.failed is 'Posts that the platform rejected.';
comment on column engagement.report_planned_posts_weekly.problem is
'The first problem among those that failed, are unresolved or have no slot; NULL if there is none.';

create view engagement.report_followers_weekly with (security_invoker = true) as
select
    w.organization_id,
    w.week_start,
    p.profile_id,
    p.platform,
    p.username,
    p.name,
    p.profile_url,
    o.profile_id is not null as is_own,
    n.followers,
    n.observed_at,
    c.followers as compared_followers,
    c.observed_at as compared_observed_at
from engagement.report_weeks as w
inner join scraping.profiles as p on w.organization_id = p.organization_id
cross join lateral (
    select
        s.followers,
        s.observed_at
    from scraping.profile_snapshots as s
    where
        s.organization_id = p.organization_id
        and s.profile_id = p.profile_id
        and s.observed_at >= w.begins_at
        and s.observed_at < w.ends_at
    order by s.observed_at desc
    limit 1
) as n
left join lateral (
    select
        s.followers,
        s.observed_at
    from scraping.profile_snapshots as s
    where
        s.organization_id = p.organization_id
        and s.profile_id = p.profile_id
        and s.observed_at >= w.compared_begins_at
        and s.observed_at < w.compared_ends_at
    order by s.observed_at desc
    limit 1
) as c on true
left join engagement.own_profiles as o on p.organization_id = o.organization_id and p.profile_id = o.profile_id;

comment on view engagement.report_followers_weekly is
'One row is one profile whose number of followers was measured in the week.';
comment on column engagement.report_followers_weekly.organization_id is 'The organization.';
comment on column engagement.report_followers_weekly.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_followers_weekly.profile_id is 'The profile.';
comment on column engagement.report_followers_weekly.platform is 'Platform of the profile.';
comment on column engagement.report_followers_weekly.username is 'Name on the platform.';
comment on column engagement.report_followers_weekly.name is 'Display name; NULL if unknown.';
comment on column engagement.report_followers_weekly.profile_url is 'Page of the profile; NULL if unknown.';
comment on column engagement.report_followers_weekly.is_own is
'Whether it is one of our accounts (engagement.own_profiles).';
comment on column engagement.report_followers_weekly.followers is 'Number of followers, measured last in the week.';
comment on column engagement.report_followers_weekly.observed_at is 'When it was measured.';
comment on column engagement.report_followers_weekly.compared_followers is
'The number that the same days of the week before measured last; NULL if they did not measure it.';
comment on column engagement.report_followers_weekly.compared_observed_at is
'When that was measured; NULL if it was not.';

grant select on
engagement.own_profiles,
engagement.report_followers_weekly,
engagement.report_ownership_weekly,
engagement.report_publications_weekly,
engagement.report_planned_posts_weekly
to syndication_pipeline, syndication_reader;
