-- One row is one picture with every rule that it was measured by, the broken ones first, and the picture of the same
-- channel and format in the version before. Parameters: organization_id, variant_id.

select
    v.variant_id,
    a.request_id,
    a.version,
    v.platform || '/' || v.channel_type as channel,
    v.format_name as format,
    v.media_file_id as picture_id,
    (
        select o.media_file_id
        from studio.generated_assets as b
        inner join studio.asset_variants as o on b.organization_id = o.organization_id and b.asset_id = o.asset_id
        where
            b.organization_id = a.organization_id
            and b.request_id = a.request_id
            and b.version < a.version
            and o.platform = v.platform
            and o.channel_type = v.channel_type
            and o.format_name = v.format_name
        order by b.version desc
        limit 1
    ) as former_picture_id,
    s.score,
    s.level,
    coalesce(
        (
            select
                jsonb_agg(
                    jsonb_build_object(
                        'rule', r.rule_name,
                        'version', r.rule_version,
                        'category', k.category,
                        'weight', k.weight,
                        'severity', k.severity,
                        'measured', r.measured,
                        'threshold', k.threshold,
                        'is_minimum', k.is_minimum,
                        'is_passed', r.is_passed,
                        'reason', r.reason,
                        'evidence', r.evidence
                    ) order by r.is_passed asc nulls last, k.severity asc, r.rule_name asc
                )
            from studio.compliance_results as r
            inner join studio.compliance_rules as k on r.rule_name = k.rule_name and r.rule_version = k.version
            where r.organization_id = v.organization_id and r.variant_id = v.variant_id
        ),
        '[]'
    ) as findings
from studio.asset_variants as v
inner join studio.generated_assets as a on v.organization_id = a.organization_id and v.asset_id = a.asset_id
left join studio.variant_scores as s on v.organization_id = s.organization_id and v.variant_id = s.variant_id
where v.organization_id = %(organization_id)s and v.variant_id = %(variant_id)s
