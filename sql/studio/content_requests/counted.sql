-- How many briefs of an organization `listed.sql` finds. Parameters: organization_id, state, batch, language and words
-- (NULL for all).

select count(*)::int as briefs
from studio.content_requests as r
where
    r.organization_id = %(organization_id)s
    and coalesce(r.state::text = %(state)s, true)
    and coalesce(r.batch_name = %(batch)s, true)
    and coalesce(r.language = %(language)s, true)
    and (
        %(words)s::text is null
        or position(lower(%(words)s::text) in lower(r.title || ' ' || r.brief)) > 0
    )
