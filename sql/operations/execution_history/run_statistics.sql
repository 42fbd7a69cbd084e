-- One row is one UTC day and one step of the pipeline, or one source that was fetched or loaded: how many times it ran,
-- how those ended, how long they took together, and what they made. What runs still, or found nothing to do, is left
-- out. Parameters: since (day), organization (slug, NULL for all).

with organizations as (
    select o.organization_id
    from tenancy.organizations as o
    where %(organization)s::text is null or o.slug = %(organization)s
),

-- A work has a row for each organization and channel, which began and ended together.
works as (
    select
        h.executed_on as day,
        h.step as what,
        bool_and(h.status = 'success') as is_success,
        bool_or(h.status in ('success', 'partial')) as is_useful,
        max(extract(epoch from h.finished_at - h.started_at)) as seconds,
        sum(h.rows_out) as made
    from organizations as o
    inner join operations.execution_history as h on o.organization_id = h.organization_id
    where h.executed_on >= %(since)s and h.status not in ('running', 'idle')
    group by h.executed_on, h.step, coalesce(h.work_id::text, h.execution_id)
),

downloads as (
    select
        (r.started_at at time zone 'utc')::date as day,
        format('%%s %%s', r.kind, r.source) as what,
        r.status = 'completed' as is_success,
        r.status = 'completed' or r.posts_fetched > 0 as is_useful,
        extract(epoch from r.completed_at - r.started_at) as seconds,
        r.posts_fetched as made
    from organizations as o
    inner join scraping.download_runs as r on o.organization_id = r.organization_id
    where
        r.started_at >= %(since)s::date::timestamp at time zone 'utc'
        and r.status <> 'running'
)

select
    a.day,
    a.what,
    count(*) as runs,
    count(*) filter (where a.is_success) as succeeded,
    count(*) filter (where a.is_useful and not a.is_success) as in_part,
    sum(a.seconds) as seconds,
    sum(a.made) as made
from (
    select * from works
    union all
    select * from downloads
) as a
group by a.day, a.what
order by a.day desc, a.what asc;
