-- One row is a picture of the newest visual of a brief, with its score and the rules that it breaks or that were not
-- measured: impact is what the score loses by one. Parameter: request_id.

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
                        'reason', r.reason,
                        'evidence', r.evidence,
                        'impact', (1 - r.score) * k.weight * c.weight / (w.weights * s.measured_weight)
                    ) order by r.is_passed asc nulls last, k.severity asc, r.rule_name asc
                )
            from studio.compliance_results as r
            inner join studio.compliance_rules as k on r.rule_name = k.rule_name and r.rule_version = k.version
            left join studio.category_scores as c
                on
                    r.organization_id = c.organization_id
                    and r.variant_id = c.variant_id
                    and k.category = c.category
            cross join lateral (
                select sum(q.weight) as weights
                from studio.compliance_results as o
                inner join studio.compliance_rules as q on o.rule_name = q.rule_name and o.rule_version = q.version
                where
                    o.organization_id = r.organization_id
                    and o.variant_id = r.variant_id
                    and q.category = k.category
                    and o.score is not null
            ) as w
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
