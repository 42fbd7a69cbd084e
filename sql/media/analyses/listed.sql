-- Analyses, the newest first. Parameters: organization (slug, or NULL), analyzer (or NULL), state (or NULL), maximum.

select
    o.slug as organization,
    a.analysis_id,
    a.sha256,
    a.analyzer,
    a.version,
    a.state::text,
    a.state_since,
    a.attempts,
    a.next_attempt_at,
    a.reason,
    (
        select min(p.post_id)
        from media.post_media_files as p
        where p.organization_id = a.organization_id and p.sha256 = a.sha256
    ) as post_id,
    a.text_in_picture,
    a.colours,
    a.description,
    a.objects,
    a.safety::text,
    a.alt_text,
    a.confidence,
    a.cost,
    a.currency
from tenancy.organizations as o
-- Each organization's newest come from its index.
cross join lateral (
    select n.*
    from media.analyses as n
    where
        n.organization_id = o.organization_id
        and (%(analyzer)s::text is null or n.analyzer = %(analyzer)s)
        and (%(state)s::media.analysis_state is null or n.state = %(state)s)
    order by n.state_since desc, n.analysis_id asc
    limit %(maximum)s
) as a
where %(organization)s::text is null or o.slug = %(organization)s
order by a.state_since desc, a.organization_id asc, a.analysis_id asc
limit %(maximum)s
