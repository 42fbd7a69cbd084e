-- One row is one brief, as people list it: the newest first. Parameters, NULL for all: organization (slug), state,
-- batch, platform, language, due_before (a day), brand (name), words (a part of title or message), is_waiting (whether
-- it waits for a person), request_ids; and maximum (rows; NULL for all). What is NULL is left out of the plan.

select
    r.organization_id,
    o.slug as organization,
    r.request_id,
    r.batch_name,
    r.title,
    r.language,
    studio.channels_of_request(r.organization_id, r.request_id) as channels,
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
    ) as lowest_score,
    r.variation,
    r.mode::text as mode,
    r.quality::text as quality,
    r.stopped_before::text as stopped_before,
    r.stock_image_id
from studio.content_requests as r
inner join tenancy.organizations as o on r.organization_id = o.organization_id
left join studio.generated_assets as a
    on r.organization_id = a.organization_id and r.request_id = a.request_id and a.is_newest
where
    (%(organization)s::text is null or o.slug = %(organization)s::text)
    and (%(state)s::studio.request_state is null or r.state = %(state)s::studio.request_state)
    and (%(batch)s::text is null or r.batch_name = %(batch)s::text)
    and (%(language)s::text is null or r.language = %(language)s::text)
    and (%(request_ids)s::text[] is null or r.request_id = any(%(request_ids)s::text[]))
    and (
        %(platform)s::text is null
        or exists (
            select
            from studio.request_channels as c
            where
                c.organization_id = r.organization_id
                and c.request_id = r.request_id
                and c.platform = %(platform)s::text
        )
    )
    and (%(due_before)s::date is null or r.due_on < %(due_before)s::date)
    and (
        %(words)s::text is null
        or position(lower(%(words)s::text) in lower(r.title || ' ' || r.brief)) > 0
    )
    and (
        %(brand)s::text is null
        or %(brand)s::text = coalesce(
            (
                select b.brand_name
                from brand.brand_profiles as b
                where b.organization_id = a.organization_id and b.brand_id = a.brand_id
            ),
            r.brand_name,
            (
                select b.brand_name
                from brand.current_visual_templates as t
                inner join brand.brand_profiles as b
                    on t.organization_id = b.organization_id and t.brand_id = b.brand_id
                where t.organization_id = r.organization_id and t.template_name = r.template_name
            ),
            (
                select min(b.brand_name)
                from brand.brand_profiles as b
                where b.organization_id = r.organization_id
                having count(*) = 1
            )
        )
    )
    and coalesce((r.stopped_before is not null) = %(is_waiting)s::boolean, true)
order by r.created_at desc, r.request_id asc
limit %(maximum)s
