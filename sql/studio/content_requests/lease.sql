-- Leases the brief that is made next: of the highest priority, the one that is due first, then the oldest. A brief that
-- another run leases at the same moment is left to that run, and one that waits for a person to that person; no row if
-- none waits.
-- Parameters: organization (slug; NULL for all), lease_id, lease_seconds, moment.

with due as (
    select
        r.organization_id,
        r.request_id
    from studio.content_requests as r
    inner join tenancy.organizations as o on r.organization_id = o.organization_id
    where
        studio.is_to_be_made(r, %(moment)s)
        and coalesce(o.slug = %(organization)s, o.is_active)
    order by r.priority desc, r.due_on asc, r.created_at asc, r.request_id asc
    limit 1
    for update of r skip locked
)

update studio.content_requests as r
set
    state = 'processing',
    next_attempt_at = null,
    lease_id = %(lease_id)s::uuid,
    leased_until = %(moment)s::timestamptz + make_interval(secs => %(lease_seconds)s),
    attempts = r.attempts + 1
from due as d
where r.organization_id = d.organization_id and r.request_id = d.request_id
returning
    r.organization_id,
    r.request_id,
    r.title,
    r.brief as message,
    r.language,
    r.template_name,
    r.fields,
    r.call_to_action,
    r.link_url,
    r.alt_text,
    r.search_terms,
    r.stock_image_id,
    r.corrections::text[],
    r.mode::text as mode,
    r.quality::text as quality,
    r.stop_before::text[] as stop_before,
    r.variant_fields,
    r.attempts
