-- What to expect of the next post: an interval from the posts before it, how often such intervals were right, and how
-- much of it comes when.

set local role syndication_owner;

create function engagement.prediction_interval(
    measured bigint[], coverage numeric, out low bigint, out high bigint, out probability numeric
) language sql immutable parallel safe
as $$
    select
        s.ordered[k.place],
        s.ordered[s.measurements + 1 - k.place],
        case when k.place > 0 then (s.measurements + 1 - 2 * k.place)::numeric / (s.measurements + 1) end
    from (
        select
            array_agg(v.value order by v.value) as ordered,
            count(*)::integer as measurements
        from unnest(measured) as v (value)
        where v.value is not null
    ) as s
    cross join lateral (select floor((s.measurements + 1) * (1 - coverage) / 2)::integer as place) as k
$$;

comment on function engagement.prediction_interval is
'The interval in which the next value lies with at least this probability, if it is as likely as any other of them: '
'from the k-th lowest to the k-th highest of n values, which the next one hits with probability (n + 1 - 2k) / '
'(n + 1): the distribution-free prediction interval of order statistics. '
'NULL if there are too few values: 9 for a coverage of 0.8.';
grant execute on function engagement.prediction_interval to syndication_pipeline, syndication_reader;

create view engagement.report_expected_engagement_weekly with (security_invoker = true) as
select
    w.organization_id,
    w.week_start,
    p.profile_id,
    p.platform,
    p.username,
    p.name,
    a.age_name,
    a.age,
    e.posts_measured,
    case when i.low is not null then e.median_engagement end as median_engagement,
    i.low as low_engagement,
    i.high as high_engagement,
    i.probability,
    e.median_share_of_last_age,
    e.posts_predicted,
    e.posts_within
from engagement.report_weeks as w
inner join engagement.own_profiles as o on w.organization_id = o.organization_id
inner join scraping.profiles as p on o.organization_id = p.organization_id and o.profile_id = p.profile_id
cross join (
    select
        age_name,
        age,
        first_value(age_name) over (order by age desc) as last_age_name,
        max(age) over () as last_age
    from engagement.cohort_ages
) as a
-- Ages are added in UTC: in other time zones, a day may have 23 hours.
cross join lateral (
    select
        (w.ends_at at time zone 'utc' - a.age) at time zone 'utc' as published_before,
        (w.ends_at at time zone 'utc' - a.last_age) at time zone 'utc' as last_published_before
) as r
cross join lateral (
    select
        count(*)::integer as posts_measured,
        array_agg(n.engagement) as measured,
        percentile_cont(0.5) within group (order by n.engagement::double precision) as median_engagement,
        percentile_cont(0.5) within group (
            order by n.engagement::double precision / nullif(n.last_engagement, 0)
        ) as median_share_of_last_age,
        count(b.low)::integer as posts_predicted,
        (count(*) filter (where n.engagement between b.low and b.high))::integer as posts_within
    from (
        select
            m.engagement,
            m.last_engagement,
            array_agg(m.engagement) over (
                order by m.posted_at, m.post_id rows between unbounded preceding and 1 preceding
            ) as earlier
        from (
            select
                c.post_id,
                c.posted_at,
                c.engagement,
                l.engagement as last_engagement
            from scraping.posts as s
            inner join engagement.post_cohorts as c
                on s.organization_id = c.organization_id and s.post_id = c.post_id
            left join engagement.post_cohorts as l
                on
                    c.organization_id = l.organization_id
                    and c.post_id = l.post_id
                    and a.last_age_name = l.age_name
                    and c.posted_at < r.last_published_before
            where
                s.organization_id = w.organization_id
                and s.profile_id = p.profile_id
                and s.post_type is distinct from 'repost'
                and not s.is_simulated
                and s.posted_at < r.published_before
                and c.age_name = a.age_name
                and c.engagement is not null
            order by c.posted_at desc, c.post_id desc
            limit 60
        ) as m
    ) as n
    cross join lateral engagement.prediction_interval(n.earlier, 0.8) as b
) as e
cross join lateral engagement.prediction_interval(e.measured, 0.8) as i
where e.posts_measured > 0;

comment on view engagement.report_expected_engagement_weekly is
'One row is what the next post of one of our profiles can expect at one age: from the newest 60 posts that had reached '
'the age by the last observed day of the week and were measured at it, without plain reposts and simulated posts. '
'posts_within / posts_predicted says how often it was right. Filter on week_start.';
comment on column engagement.report_expected_engagement_weekly.organization_id is 'The organization.';
comment on column engagement.report_expected_engagement_weekly.week_start is 'Monday of the week that is reported.';
comment on column engagement.report_expected_engagement_weekly.profile_id is 'Our profile.';
comment on column engagement.report_expected_engagement_weekly.platform is 'Platform of the profile.';
comment on column engagement.report_expected_engagement_weekly.username is 'Name of the profile on the platform.';
comment on column engagement.report_expected_engagement_weekly.name is 'Display name; NULL if unknown.';
comment on column engagement.report_expected_engagement_weekly.age_name is
'The age, such as 24 hours (engagement.cohort_ages).';
comment on column engagement.report_expected_engagement_weekly.age is 'The time since publication.';
comment on column engagement.report_expected_engagement_weekly.posts_measured is
'Posts that the expectation is made from.';
comment on column engagement.report_expected_engagement_weekly.median_engagement is
'Half of the posts had more public engagement at the age; NULL with fewer than 9 posts.';
comment on column engagement.report_expected_engagement_weekly.low_engagement is
'Lower end of the interval; NULL with fewer than 9 posts.';
comment on column engagement.report_expected_engagement_weekly.high_engagement is
'Upper end of the interval; NULL with fewer than 9 posts.';
comment on column engagement.report_expected_engagement_weekly.probability is
'How likely the next post lies in the interval, if it is a post like these: at least 0.8; NULL with fewer than 9 '
'posts.';
comment on column engagement.report_expected_engagement_weekly.median_share_of_last_age is
'Median share of a post''s engagement at the greatest age that it had at this age, over the posts that are measured at '
'both; NULL without such posts.';
comment on column engagement.report_expected_engagement_weekly.posts_predicted is
'Of these posts, those with at least 9 before them: for each, the interval that they gave.';
comment on column engagement.report_expected_engagement_weekly.posts_within is
'Of those, the ones whose engagement lay in their interval.';

grant select on engagement.report_expected_engagement_weekly to syndication_pipeline, syndication_reader;
