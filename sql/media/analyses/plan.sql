-- What an analyzer has to do: pictures and posters that it has never seen, that wait or are parked, and that only older
-- versions have seen, with the cost of what this version has completed.
-- Parameters: organization_id, analyzer, program, model, prompt (of the version; program NULL if it is not known, then
-- no version is older), mime_types (of pictures).

with seen as (
    select
        a.sha256,
        bool_or(
            %(program)s::text is null
            or (
                v.program = %(program)s
                and v.model is not distinct from %(model)s::text
                and v.prompt is not distinct from %(prompt)s::text
            )
        ) as is_of_version,
        bool_or(a.state in ('pending', 'analyzing')) as is_waiting,
        bool_or(a.state = 'failed') as is_parked
    from media.analyses as a
    inner join media.analyzer_versions as v
        on a.organization_id = v.organization_id and a.analyzer = v.analyzer and a.version = v.version
    where a.organization_id = %(organization_id)s and a.analyzer = %(analyzer)s
    group by a.sha256
),

costs as (
    select
        avg(a.cost) as average_cost,
        max(a.cost) as dearest_cost,
        a.currency
    from media.analyses as a
    inner join media.analyzer_versions as v
        on a.organization_id = v.organization_id and a.analyzer = v.analyzer and a.version = v.version
    where
        a.organization_id = %(organization_id)s
        and a.analyzer = %(analyzer)s
        and v.model = %(model)s::text
        and a.cost is not null
    group by a.currency
    order by count(*) desc, a.currency
    limit 1
)

select
    (
        select count(*)
        from media.media_files as f
        where
            f.organization_id = %(organization_id)s
            and (f.mime_type = any(%(mime_types)s::text[]) or f.poster_path is not null)
            and f.sha256 not in (select s.sha256 from seen as s)
    ) as new_pictures,
    (select count(*) from seen where is_waiting) as waiting,
    (select count(*) from seen where is_parked) as parked,
    (select count(*) from seen where not is_of_version and not is_waiting) as of_older_versions,
    c.average_cost,
    c.dearest_cost,
    c.currency
from (select 1) as one_row
left join costs as c on true
