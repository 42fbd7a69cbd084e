-- One row is one brief, as people list it: the newest first. Parameters: organization (slug; NULL for all), state,
-- batch, language, words (part of the title) and request_id (NULL for all), maximum (rows) and skipped (rows before
-- them).

select
    r.organization_id,
    o.slug as organization,
    r.request_id,
    r.batch_name,
    r.title,
    r.language,
    array(
        select c.platform || '/' || c.channel_type
        from studio.request_channels as c
        where c.organization_id = r.organization_id and c.request_id = r.request_id
        order by 1
    ) as channels,
    r.template_name,
    r.state::text as state,
    r.state_since,
    r.priority,
    r.due_on,
    r.attempts,
    r.reason,
    a.asset_id,
    a.version,
    (
        select min(s.score)
        from studio.asset_variants as v
        inner join studio.variant_scores as s
            on v.organization_id = s.organization_id and v.variant_id = s.variant_id
        where v.organization_id = a.organization_id and v.asset_id = a.asset_id
    ) as lowest_score
from studio.content_requests as r
inner join tenancy.organizations as o on r.organization_id = o.organization_id
left join studio.generated_assets as a
    on r.organization_id = a.organization_id and r.request_id = a.request_id and a.is_newest
where
    coalesce(o.slug = %(organization)s, true)
    and coalesce(r.state::text = %(state)s, true)
    and coalesce(r.batch_name = %(batch)s, true)
    and coalesce(r.language = %(language)s, true)
    and coalesce(strpos(lower(r.title), lower(%(words)s)) > 0, true)
    and coalesce(r.request_id = %(request_id)s, true)
order by r.created_at desc, r.request_id asc
limit %(maximum)s offset %(skipped)s
