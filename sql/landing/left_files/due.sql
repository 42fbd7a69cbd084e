-- One row is one landed file that may leave: it was loaded, its month is older than what the organization keeps, the
-- rows of the month are in verified archives only, and no open quarantine and no legal hold needs it. Parameters:
-- sources (of posts), today (a date), organization (a slug; NULL for all). Nothing changes, so a re-run is safe.

select
    o.organization_id,
    o.slug,
    f.source_file_path,
    f.source,
    f.landed_on,
    f.content_hash,
    coalesce(p.action, s.action)::text as action
from operations.retention_subjects as s
cross join tenancy.organizations as o
left join operations.retention_policies as p on o.organization_id = p.organization_id and s.subject = p.subject
cross join lateral (
    select
        case when p.subject is not null then p.keep_months else s.keep_months end as months,
        case when p.subject is not null then p.keep_days else s.keep_days end as days
) as kept
cross join lateral (
    select
        coalesce(
            (date_trunc('month', %(today)s::date::timestamp) - make_interval(months => kept.months))::date,
            %(today)s::date - kept.days
        ) as keeps_from
) as k
inner join landing.files as f on o.organization_id = f.organization_id
where
    s.subject = 'landing.raw_files'
    and coalesce(o.slug = %(organization)s, true)
    and f.source = any(%(sources)s::text[])
    and (date_trunc('month', f.landed_on::timestamp) + interval '1 month')::date <= k.keeps_from
    and f.withdrawn_at is null
    and f.is_settled
    and f.run_id is not null
    and (
        select count(*)
        from operations.archives as a
        where
            a.organization_id = f.organization_id
            and a.table_name in ('scraping.snapshots', 'scraping.raw_payloads')
            and a.month = date_trunc('month', f.landed_on::timestamp)::date
            and a.state = 'archived'
            and a.problem is null
    ) = 2
    and not exists (
        select
        from landing.quarantine as q
        where
            q.organization_id = f.organization_id
            and q.landed_on = f.landed_on
            and q.source = f.source
            and q.replayed_at is null
            and q.closed_at is null
    )
    and not exists (
        select
        from operations.legal_holds as h
        where
            h.organization_id = f.organization_id
            and h.released_at is null
            and coalesce(h.held_from <= f.landed_on, true)
            and coalesce(h.held_to >= f.landed_on, true)
    )
    and not exists (
        select
        from landing.left_files as l
        where l.organization_id = f.organization_id and l.source_file_path = f.source_file_path
    )
order by o.slug, f.landed_on, f.source_file_path;
