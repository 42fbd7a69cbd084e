-- A post of a dry run, and one whose numbers are samples, is marked as simulated in every table with rows of posts, so
-- that it counts in no total. One row is a post without its mark, or with a wrong one: it was marked after the rollup,
-- or its target was recorded after the load. Load a day of the post and materialize engagement again.

select
    e.table_name,
    e.organization_id,
    e.post_id,
    e.activity_date,
    p.is_simulated or t.target_id is not null as expected,
    e.is_simulated as found
from (
    select
        'post_engagement_daily' as table_name,
        organization_id,
        post_id,
        activity_date,
        is_simulated
    from engagement.post_engagement_daily
    where
        organization_id = any(array(select organization_id from tenancy.organizations))
        and activity_date >= %(window_start)s::date
        and activity_date < %(window_end)s::date
    union all
    select
        'post_cohorts',
        organization_id,
        post_id,
        (observed_at at time zone 'utc')::date,
        is_simulated
    from engagement.post_cohorts
    where
        observed_at >= %(window_start)s::timestamp at time zone 'utc'
        and observed_at < %(window_end)s::timestamp at time zone 'utc'
) as e
inner join scraping.posts as p on e.organization_id = p.organization_id and e.post_id = p.post_id
left join publishing.post_targets as t
    on
        p.organization_id = t.organization_id
        and p.platform = t.platform
        and p.urn = t.platform_post_id
        and t.is_simulated
where e.is_simulated <> (p.is_simulated or t.target_id is not null)
