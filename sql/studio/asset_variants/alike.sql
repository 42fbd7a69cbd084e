-- One row is a new picture with the most similar one of another brief, if there is one: of the same inputs, or whose
-- perceptual hash differs in 5 bits at most (the parts of media.alike_pictures). Rejected briefs do not count,
-- cancelled ones only if a post of theirs was sent, and neither do the translations of its batch. Each step is kept by
-- itself and looks up few rows by an index: a planner without statistics would compare all with all.
-- Parameters: organization_id, request_id, variants (JSON: render_hash, media_file_id).

with fresh as materialized (
    select
        v.number,
        v.variant ->> 'render_hash' as render_hash,
        f.perceptual_hash,
        f.hash_low is not null as is_telling,
        array(select int4xor(f.hash_low, bit) from unnest(p.bits) as b (bit)) as low_parts,
        array(select int4xor(f.hash_middle, bit) from unnest(p.bits) as b (bit)) as middle_parts,
        array(select int4xor(f.hash_high, bit) from unnest(p.bits) as b (bit)) as high_parts
    from jsonb_array_elements(%(variants)s::jsonb) with ordinality as v (variant, number)
    cross join lateral (
        select
            m.perceptual_hash,
            m.hash_low,
            m.hash_middle,
            m.hash_high
        from media.media_files as m
        where m.organization_id = %(organization_id)s and m.media_file_id = v.variant ->> 'media_file_id'
        offset 0
    ) as f
    cross join (select array[0] || array(select 1 << n from generate_series(0, 21) as s (n)) as bits) as p
),

alike as materialized (
    select
        n.number,
        f.media_file_id,
        f.differing_bits
    from fresh as n
    cross join lateral (
        select
            m.media_file_id,
            bit_count(int8xor(m.perceptual_hash, n.perceptual_hash)::bit(64))::integer as differing_bits
        from media.media_files as m
        where
            n.is_telling
            and m.organization_id = %(organization_id)s
            and (
                m.hash_low = any(n.low_parts)
                or m.hash_middle = any(n.middle_parts)
                or m.hash_high = any(n.high_parts)
            )
            and bit_count(int8xor(m.perceptual_hash, n.perceptual_hash)::bit(64)) <= 5
        order by differing_bits, m.media_file_id
        limit 100
    ) as f
),

found as materialized (
    select
        n.number,
        v.variant_id,
        v.asset_id,
        v.created_at,
        0 as differing_bits,
        true as has_same_inputs
    from fresh as n
    cross join lateral (
        select
            w.variant_id,
            w.asset_id,
            w.created_at
        from studio.asset_variants as w
        where w.organization_id = %(organization_id)s and w.render_hash = n.render_hash
        limit 100
    ) as v
    union all
    select
        k.number,
        v.variant_id,
        v.asset_id,
        v.created_at,
        k.differing_bits,
        false
    from alike as k
    cross join lateral (
        select
            w.variant_id,
            w.asset_id,
            w.created_at
        from studio.asset_variants as w
        where w.organization_id = %(organization_id)s and w.media_file_id = k.media_file_id
        limit 100
    ) as v
),

nearest as materialized (
    select distinct on (k.number)
        k.number,
        k.variant_id,
        k.differing_bits,
        k.has_same_inputs,
        r.request_id,
        r.title
    from found as k
    cross join lateral (
        select
            o.request_id,
            o.title
        from studio.generated_assets as a
        inner join studio.content_requests as o
            on a.organization_id = o.organization_id and a.request_id = o.request_id
        inner join studio.content_requests as own
            on own.organization_id = %(organization_id)s and own.request_id = %(request_id)s
        where
            a.organization_id = %(organization_id)s
            and a.asset_id = k.asset_id
            and a.is_newest
            and o.request_id <> own.request_id
            and o.state <> 'rejected'
            and not coalesce(o.batch_name = own.batch_name and o.language <> own.language, false)
            and (
                o.state <> 'archived'
                or exists (
                    select
                    from content.posts_core as p
                    inner join publishing.post_targets as t
                        on p.organization_id = t.organization_id and p.post_core_id = t.post_core_id
                    where
                        p.organization_id = o.organization_id
                        and p.request_id = o.request_id
                        and t.state = 'published'
                )
            )
        limit 1
    ) as r
    order by k.number asc, k.differing_bits asc, k.has_same_inputs desc, k.created_at asc, k.variant_id asc
)

select
    n.number::integer as number,
    n.is_telling,
    k.variant_id,
    k.differing_bits,
    k.has_same_inputs,
    k.request_id,
    k.title
from fresh as n
left join nearest as k on n.number = k.number
order by n.number
