-- One row is what one rule measured of one picture, with the file of the picture. Parameters: organization_id,
-- request_id (its newest visual; NULL for all), variant_id (NULL for all), rule_names.

select
    v.variant_id,
    v.format_name,
    f.object_path,
    r.rule_name,
    r.measured,
    k.threshold,
    k.is_minimum,
    r.is_passed,
    r.evidence
from studio.asset_variants as v
inner join studio.generated_assets as a on v.organization_id = a.organization_id and v.asset_id = a.asset_id
inner join media.media_files as f on v.organization_id = f.organization_id and v.media_file_id = f.media_file_id
inner join studio.compliance_results as r on v.organization_id = r.organization_id and v.variant_id = r.variant_id
inner join studio.compliance_rules as k on r.rule_name = k.rule_name and r.rule_version = k.version
where
    v.organization_id = %(organization_id)s
    and (%(request_id)s::text is null or (a.request_id = %(request_id)s and a.is_newest))
    and (%(variant_id)s::text is null or v.variant_id = %(variant_id)s)
    and r.rule_name = any(%(rule_names)s)
    and r.measured is not null
order by v.platform asc, v.channel_type asc, v.is_posted desc, v.format_name asc, v.variant_id asc, r.rule_name asc
