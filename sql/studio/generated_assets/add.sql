-- Adds the visual of a brief with its variants and their results, after `end_lease.sql` has ended its lease in the same
-- transaction. Parameters: organization_id, request_id, version, brand_id, brand_version, template_id,
-- template_version, stock_image_id, pattern_asset_id, fields (JSON), corrections, variants (JSON, each with its
-- results).

with added as (
    insert into studio.generated_assets (
        organization_id, request_id, version, brand_id, brand_version, template_id, template_version, stock_image_id,
        pattern_asset_id, fields, corrections
    ) values (
        %(organization_id)s,
        %(request_id)s,
        %(version)s,
        %(brand_id)s,
        %(brand_version)s,
        %(template_id)s,
        %(template_version)s,
        %(stock_image_id)s,
        %(pattern_asset_id)s,
        %(fields)s::jsonb,
        %(corrections)s::studio.correction[]
    )
    returning organization_id, asset_id
),

made as (
    select
        tenancy.public_id('var', nextval('studio.variant_id_sequence')) as variant_id,
        v.*
    from jsonb_to_recordset(%(variants)s::jsonb) as v (
        platform text,
        channel_type text,
        format_name text,
        is_posted boolean,
        media_file_id text,
        render_hash text,
        alt_text text,
        shows_attribution boolean,
        results jsonb
    )
),

variants as (
    insert into studio.asset_variants (
        organization_id, variant_id, asset_id, platform, channel_type, format_name, is_posted, media_file_id,
        render_hash, alt_text, shows_attribution
    )
    select
        a.organization_id,
        m.variant_id,
        a.asset_id,
        m.platform,
        m.channel_type,
        m.format_name,
        m.is_posted,
        m.media_file_id,
        m.render_hash,
        m.alt_text,
        m.shows_attribution
    from added as a
    cross join made as m
    returning organization_id, variant_id
),

results as (
    insert into studio.compliance_results (
        organization_id, variant_id, rule_name, rule_version, measured, score, is_passed, reason, evidence
    )
    select
        v.organization_id,
        v.variant_id,
        r.rule_name,
        r.rule_version,
        r.measured,
        r.score,
        r.is_passed,
        r.reason,
        r.evidence
    from variants as v
    inner join made as m on v.variant_id = m.variant_id
    cross join lateral jsonb_to_recordset(m.results) as r (
        rule_name text,
        rule_version integer,
        measured numeric,
        score numeric,
        is_passed boolean,
        reason text,
        evidence jsonb
    )
    returning variant_id
)

select
    a.asset_id,
    (select count(*) from variants) as variants,
    (select count(*) from results) as results
from added as a
