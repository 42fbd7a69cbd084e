-- One row is one visual template of one organization: a design that is filled by fields and drawn in every size. Its
-- versions are in brand.visual_template_versions. Each organization gets the templates of the project once. A changed
-- one becomes a new version, unless a user has written a newer one, which is kept.
-- Parameters: templates (JSON, the entries of the files). A re-run adds nothing.

with entries as (
    select
        o.organization_id,
        e.template_name,
        e.document,
        decode(e.reference_hash, 'hex') as reference_hash
    from tenancy.organizations as o
    cross join jsonb_to_recordset(%(templates)s::jsonb) as e (template_name text, document jsonb, reference_hash text)
),

added_templates as (
    insert into brand.visual_templates (organization_id, template_name)
    select
        organization_id,
        template_name
    from entries
    order by organization_id, template_name
    on conflict (organization_id, template_name) do nothing
    returning organization_id, template_id, template_name
),

all_templates as (
    select
        organization_id,
        template_id,
        template_name
    from added_templates
    union all
    -- A statement does not see the rows that it inserts, so this is the other half.
    select
        organization_id,
        template_id,
        template_name
    from brand.visual_templates
),

compared as (
    select
        a.organization_id,
        a.template_id,
        e.document,
        e.reference_hash,
        coalesce(v.version, 0) as version,
        v.version is not null and v.reference_hash is null as is_user_maintained,
        coalesce(v.reference_hash = e.reference_hash, false) as is_same
    from entries as e
    inner join all_templates as a on e.organization_id = a.organization_id and e.template_name = a.template_name
    left join lateral (
        select
            version,
            reference_hash
        from brand.visual_template_versions
        where organization_id = a.organization_id and template_id = a.template_id
        order by version desc
        limit 1
    ) as v on true
),

added_versions as (
    insert into brand.visual_template_versions (organization_id, template_id, version, document, reference_hash)
    select
        organization_id,
        template_id,
        version + 1,
        document,
        reference_hash
    from compared
    where not is_user_maintained and not is_same
    returning organization_id
)

select
    (select count(*) from added_templates) as templates_added,
    (select count(*) from added_versions) as versions_added,
    (select count(*) from compared where is_user_maintained) as user_templates_kept
