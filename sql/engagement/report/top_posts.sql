-- One row is one of the posts that gained the most public engagement in the days up to last_day, best first.
-- Parameters: last_day (date, included), days (how many days, last_day included), row_limit.
--
-- The counters are what the post gained in these days, not totals; NULL where no day measured them. Posts without
-- measured engagement are not ranked. The ranking is an index-only scan; the other columns are looked up for the ranked
-- posts only. Reads as syndication_reader with app.organization_id set; changes nothing.

with ranked_posts as materialized (
    select
        organization_id,
        post_id,
        engagement.total(engagement_delta) as engagement
    from engagement.post_engagement_daily
    where activity_date > %(last_day)s::date - %(days)s::integer and activity_date <= %(last_day)s::date
    group by organization_id, post_id
    having engagement.total(engagement_delta) is not null
    order by engagement desc, post_id asc
    limit %(row_limit)s
)

select
    r.post_id,
    p.platform,
    p.post_type,
    p.posted_at,
    a.name as author_name,
    coalesce(a.username, p.author_username) as author_username,
    a.profile_url as author_url,
    left(split_part(ltrim(p.text_content, E' \t\r\n'), E'\n', 1), 300) as first_line,
    p.url,
    r.engagement,
    d.reactions,
    d.comments,
    d.shares,
    d.views,
    d.days_observed,
    d.days_with_gap,
    d.days_corrected
from ranked_posts as r
inner join scraping.posts as p on r.organization_id = p.organization_id and r.post_id = p.post_id
left join scraping.profiles as a on p.organization_id = a.organization_id and p.profile_id = a.profile_id
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
        and e.activity_date > %(last_day)s::date - %(days)s::integer
        and e.activity_date <= %(last_day)s::date
) as d
order by r.engagement desc, r.post_id asc;
