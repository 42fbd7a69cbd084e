-- One row is a picture of the newest visual of a brief, with what was measured of it. Parameters: organization_id,
-- request_id.

select
    v.platform || '/' || v.channel_type as channel,
    v.format_name,
    v.media_file_id,
    f.perceptual_hash,
    v.render_hash,
    f.mime_type,
    f.size_bytes,
    coalesce(results.results, '[]') as results
from studio.generated_assets as a
inner join studio.asset_variants as v on a.organization_id = v.organization_id and a.asset_id = v.asset_id
inner join media.media_files as f on v.organization_id = f.organization_id and v.media_file_id = f.media_file_id
cross join lateral (
    select
        jsonb_agg(
            jsonb_build_object(
                'rule_name', r.rule_name,
                'rule_version', r.rule_version,
                'measured', r.measured,
                'score', r.score,
                'is_passed', r.is_passed,
                'reason', r.reason,
                'evidence', r.evidence
            )
        ) as results
    from studio.compliance_results as r
    where r.organization_id = v.organization_id and r.variant_id = v.variant_id
) as results
where a.organization_id = %(organization_id)s and a.request_id = %(request_id)s and a.is_newest
