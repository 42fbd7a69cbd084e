-- One row is a picture of the newest visual of a brief, with its score and the rules that it breaks or that were not
-- measured. Parameter: request_id.

select
    v.variant_id,
    v.platform || '/' || v.channel_type as channel,
    v.format_name,
    v.is_posted,
    f.width,
    f.height,
    f.size_bytes,
    f.object_path,
    v.alt_text,
    s.score,
    s.measured_weight,
    s.level,
    coalesce(
        (
            select
                jsonb_agg(
                    jsonb_build_object(
                        'rule', r.rule_name,
                        'severity', k.severity,
                        'measured', r.measured,
                        'threshold', k.threshold,
                        'is_passed', r.is_passed,
                        'reason', r.reason
                    ) order by r.is_passed asc nulls last, k.severity asc, r.rule_name asc
                )
            from studio.compliance_results as r
            inner join studio.compliance_rules as k on r.rule_name = k.rule_name and r.rule_version = k.version
            where
                r.organization_id = v.organization_id
                and r.variant_id = v.variant_id
                and r.is_passed is not true
        ),
        '[]'
    ) as findings
from studio.generated_assets as a
inner join studio.asset_variants as v on a.organization_id = v.organization_id and a.asset_id = v.asset_id
inner join media.media_files as f on v.organization_id = f.organization_id and v.media_file_id = f.media_file_id
left join studio.variant_scores as s on v.organization_id = s.organization_id and v.variant_id = s.variant_id
where a.request_id = %(request_id)s and a.is_newest
order by v.platform asc, v.channel_type asc, v.is_posted desc, v.format_name asc
