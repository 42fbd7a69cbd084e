-- One row is the newest picture of a channel and format that was drawn from given inputs, of whichever brief of the
-- organization, with what was measured of it. Parameters: organization_id, render_hashes.

select
    v.channel,
    v.format_name,
    v.media_file_id,
    v.render_hash,
    f.mime_type,
    f.size_bytes,
    coalesce(results.results, '[]') as results
from (
    select distinct on (n.platform, n.channel_type, n.format_name, n.render_hash)
        n.organization_id,
        n.variant_id,
        n.platform || '/' || n.channel_type as channel,
        n.format_name,
        n.media_file_id,
        n.render_hash
    from studio.asset_variants as n
    where n.organization_id = %(organization_id)s and n.render_hash = any(%(render_hashes)s)
    order by
        n.platform asc, n.channel_type asc, n.format_name asc, n.render_hash asc, n.created_at desc, n.variant_id asc
) as v
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
