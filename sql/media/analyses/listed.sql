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
from media.analyses as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
where
    (%(organization)s::text is null or o.slug = %(organization)s)
    and (%(analyzer)s::text is null or a.analyzer = %(analyzer)s)
    and (%(state)s::media.analysis_state is null or a.state = %(state)s)
order by a.state_since desc, a.organization_id asc, a.analysis_id asc
limit %(maximum)s
