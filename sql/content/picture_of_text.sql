-- One row is a picture of ours that is published with a text: its alternative text, the words that the licence of its
-- photo wants in the text, why it may not be published at all, the hard rules of the brand that it breaks, and how the
-- brand speaks, in the version that the picture was made with.
-- Parameters: organization_id, picture_file_id.

select
    f.media_file_id as picture_file_id,
    visual.alt_text,
    case when visual.shows_attribution is not true then visual.attribution end as attribution,
    -- With its own attribution as the caption, what is left is what no text can fix.
    publishing.picture_problem(
        f.organization_id, f.media_file_id, coalesce(visual.attribution, '')
    ) as licence_problem,
    coalesce(visual.broken_rules, '{}') as broken_rules,
    visual.brand_name,
    visual.voice,
    visual.messaging_guidelines,
    visual.usage_restrictions,
    coalesce(visual.vocabulary, '{}') as vocabulary,
    coalesce(visual.banned_words, '{}') as banned_words
from media.media_files as f
left join lateral (
    select
        v.alt_text,
        v.shows_attribution,
        case when s.is_attribution_required then s.attribution end as attribution,
        w.brand_name,
        w.voice,
        w.messaging_guidelines,
        w.usage_restrictions,
        w.vocabulary,
        w.banned_words,
        array(
            select m.reason
            from studio.compliance_results as m
            inner join studio.compliance_rules as k on m.rule_name = k.rule_name and m.rule_version = k.version
            where
                m.organization_id = v.organization_id
                and m.variant_id = v.variant_id
                and not m.is_passed
                and k.severity = 'hard'
            order by m.rule_name
        ) || array(
            select format(
                'Its score is %%s, and %%s wants %%s: `syndication brief show %%s` says what lowers it.',
                round(c.score, 2),
                case when wanted.score > w.minimum_score then 'the quality executive' else 'the brand' end,
                wanted.score,
                a.request_id
            )
            from studio.variant_scores as c
            cross join lateral (
                select greatest(w.minimum_score, max(e.minimum_score)) as score
                from brand.enforcement_levels as e
                where r.quality = 'executive' and e.enforcement_level = 'strict'
            ) as wanted
            where
                c.organization_id = v.organization_id
                and c.variant_id = v.variant_id
                and c.score < wanted.score
        ) as broken_rules
    from studio.asset_variants as v
    inner join studio.generated_assets as a on v.organization_id = a.organization_id and v.asset_id = a.asset_id
    inner join studio.content_requests as r on a.organization_id = r.organization_id and a.request_id = r.request_id
    inner join brand.brand_versions as w
        on a.organization_id = w.organization_id and a.brand_id = w.brand_id and a.brand_version = w.version
    left join media.stock_images as s
        on a.organization_id = s.organization_id and a.stock_image_id = s.stock_image_id
    where v.organization_id = f.organization_id and v.media_file_id = f.media_file_id
    -- What two visuals share is judged as the newest of them.
    order by v.created_at desc, v.variant_id asc
    limit 1
) as visual on true
where f.organization_id = %(organization_id)s and f.media_file_id = %(picture_file_id)s
