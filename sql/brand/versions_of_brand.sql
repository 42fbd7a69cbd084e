-- One row is one version of one brand with its files as [[asset_id, role], …], the newest first.
-- Parameters: organization_id, brand_id.

select
    v.brand_id,
    v.version,
    v.repeats_version,
    v.changed_by,
    v.created_at,
    v.colours,
    v.heading_family,
    v.text_family,
    v.voice,
    v.messaging_guidelines,
    v.visual_guidelines,
    v.usage_restrictions,
    v.vocabulary,
    v.banned_words,
    v.languages,
    v.enforcement_level,
    v.minimum_score,
    coalesce(
        (
            select jsonb_agg(jsonb_build_array(a.asset_id, a.asset_role) order by a.asset_id)
            from brand.brand_version_assets as a
            where a.organization_id = v.organization_id and a.brand_id = v.brand_id and a.version = v.version
        ), '[]'
    ) as assets
from brand.brand_profile_versions as v
where v.organization_id = %(organization_id)s and v.brand_id = %(brand_id)s
order by v.version desc
