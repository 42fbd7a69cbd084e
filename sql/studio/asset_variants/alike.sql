-- One row is a new picture with the most similar one of another brief, if there is one: of the same inputs, or whose
-- perceptual hash differs in 5 bits at most. Rejected briefs do not count, cancelled ones only if a post of theirs was
-- sent, and neither do the translations of its batch. Parameters: organization_id, request_id, variants (JSON:
-- render_hash, media_file_id).

with fresh as (
    select
        v.number,
        v.variant ->> 'render_hash' as render_hash,
        v.variant ->> 'media_file_id' as media_file_id
    from jsonb_array_elements(%(variants)s::jsonb) with ordinality as v (variant, number)
),

alike as (
    select
        n.number,
        v.variant_id,
        0 as differing_bits,
        true as has_same_inputs
    from fresh as n
    inner join studio.asset_variants as v
        on v.organization_id = %(organization_id)s and n.render_hash = v.render_hash
    union all
    select
        n.number,
        v.variant_id,
        k.differing_bits,
        false
    from fresh as n
    -- For each new picture by itself: otherwise all pictures are compared with each other first.
    cross join lateral (
        select
            a.other_media_file_id,
            a.differing_bits
        from media.alike_pictures as a
        where a.organization_id = %(organization_id)s and a.media_file_id = n.media_file_id
        offset 0
    ) as k
    inner join studio.asset_variants as v
        on v.organization_id = %(organization_id)s and k.other_media_file_id = v.media_file_id
),

nearest as (
    select distinct on (k.number)
        k.number,
        k.variant_id,
        k.differing_bits,
        k.has_same_inputs,
        r.request_id,
        r.title
    from alike as k
    inner join studio.asset_variants as v
        on v.organization_id = %(organization_id)s and k.variant_id = v.variant_id
    inner join studio.generated_assets as a
        on v.organization_id = a.organization_id and v.asset_id = a.asset_id and a.is_newest
    inner join studio.content_requests as r
        on a.organization_id = r.organization_id and a.request_id = r.request_id
    inner join studio.content_requests as own
        on own.organization_id = %(organization_id)s and own.request_id = %(request_id)s
    where
        r.request_id <> own.request_id
        and r.state <> 'rejected'
        and not coalesce(r.batch_name = own.batch_name and r.language <> own.language, false)
        and (
            r.state <> 'archived'
            or exists (
                select
                from content.posts_core as p
                inner join publishing.post_targets as t
                    on p.organization_id = t.organization_id and p.post_core_id = t.post_core_id
                where p.organization_id = r.organization_id and p.request_id = r.request_id and t.state = 'published'
            )
        )
    order by k.number asc, k.differing_bits asc, k.has_same_inputs desc, v.created_at asc, k.variant_id asc
)

select
    n.number::integer as number,
    f.hash_low is not null as is_telling,
    k.variant_id,
    k.differing_bits,
    k.has_same_inputs,
    k.request_id,
    k.title
from fresh as n
inner join media.media_files as f
    on f.organization_id = %(organization_id)s and n.media_file_id = f.media_file_id
left join nearest as k on n.number = k.number
order by n.number
