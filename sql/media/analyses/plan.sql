-- What an analyzer has to do: contents that it has never looked at, that wait or are parked, and that only an older
-- version has looked at, with the cost of those that this version has completed.
-- Parameters: organization_id, analyzer, version (0 if it was never used), mime_types (of pictures).

with contents as (
    select
        count(*) filter (where a.sha256 is not null) as contents_seen,
        count(*) as contents
    from media.media_files as f
    left join (
        select distinct sha256
        from media.analyses
        where organization_id = %(organization_id)s and analyzer = %(analyzer)s
    ) as a on f.sha256 = a.sha256
    where f.organization_id = %(organization_id)s and f.mime_type = any(%(mime_types)s::text[])
),

of_version as (
    select
        sha256,
        bool_or(version = %(version)s) as is_of_version,
        bool_or(state in ('pending', 'analyzing')) as is_waiting,
        bool_or(state = 'failed' and version = %(version)s) as is_parked
    from media.analyses
    where organization_id = %(organization_id)s and analyzer = %(analyzer)s
    group by sha256
)

select
    c.contents - c.contents_seen as new_pictures,
    (select count(*) from of_version where is_waiting) as waiting,
    (select count(*) from of_version where is_parked) as parked,
    (select count(*) from of_version where not is_of_version and not is_waiting) as of_older_versions,
    a.average_cost,
    a.dearest_cost,
    a.currency
from contents as c
left join (
    select
        avg(cost) as average_cost,
        max(cost) as dearest_cost,
        currency
    from media.analyses
    where
        organization_id = %(organization_id)s
        and analyzer = %(analyzer)s
        and version = %(version)s
        and cost is not null
    group by currency
    order by count(*) desc, currency
    limit 1
) as a on true
