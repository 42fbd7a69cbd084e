-- Adds the next version of one brand and returns its number. Parameters: organization_id, brand_id, repeats_version,
-- and the columns of the version. Two of the same brand at once: the second fails on the key, and nothing of it stays.

insert into brand.brand_profile_versions (
    organization_id,
    brand_id,
    version,
    repeats_version,
    colours,
    heading_family,
    text_family,
    voice,
    messaging_guidelines,
    visual_guidelines,
    usage_restrictions,
    vocabulary,
    banned_words,
    languages,
    enforcement_level,
    minimum_score
)
select
    p.organization_id,
    p.brand_id,
    coalesce(
        (
            select max(v.version) from brand.brand_profile_versions as v
            where v.organization_id = p.organization_id and v.brand_id = p.brand_id
        ), 0
    ) + 1,
    %(repeats_version)s,
    %(colours)s,
    %(heading_family)s,
    %(text_family)s,
    %(voice)s,
    %(messaging_guidelines)s,
    %(visual_guidelines)s,
    %(usage_restrictions)s,
    %(vocabulary)s,
    %(banned_words)s,
    %(languages)s,
    %(enforcement_level)s,
    %(minimum_score)s
from brand.brand_profiles as p
where p.organization_id = %(organization_id)s and p.brand_id = %(brand_id)s
returning version
