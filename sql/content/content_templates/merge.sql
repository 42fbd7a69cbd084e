-- One row is one template of one organization; its versions are in content.content_template_versions. Each organization
-- gets the default templates of the project once. A changed default becomes a new version, unless a user has written a
-- newer version: user-maintained versions are kept.
-- Parameters: templates (JSON, the entries of the file). A re-run adds nothing.

with entries as (
    select
        o.organization_id,
        e.*
    from tenancy.organizations as o
    cross join jsonb_to_recordset(%(templates)s::jsonb) as e (
        template_name text,
        template_kind content.template_kind,
        post_kind content.post_kind,
        platform text,
        category_name text,
        body text,
        call_to_action text,
        reference_hash text
    )
),

added_templates as (
    insert into content.content_templates (
        organization_id, template_name, template_kind, post_kind, platform, category_name
    )
    select
        organization_id,
        template_name,
        template_kind,
        post_kind,
        platform,
        category_name
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
    from content.content_templates
),

compared as (
    select
        a.organization_id,
        a.template_id,
        e.body,
        e.call_to_action,
        decode(e.reference_hash, 'hex') as reference_hash,
        coalesce(v.version, 0) as version,
        v.version is not null and v.reference_hash is null as is_user_maintained,
        coalesce(v.reference_hash = decode(e.reference_hash, 'hex'), false) as is_same
    from entries as e
    inner join all_templates as a on e.organization_id = a.organization_id and e.template_name = a.template_name
    left join lateral (
        select
            version,
            reference_hash
        from content.content_template_versions
        where organization_id = a.organization_id and template_id = a.template_id
        order by version desc
        limit 1
    ) as v on true
),

added_versions as (
    insert into content.content_template_versions (
        organization_id, template_id, version, body, call_to_action, reference_hash
    )
    select
        organization_id,
        template_id,
        version + 1,
        body,
        call_to_action,
        reference_hash
    from compared
    where not is_user_maintained and not is_same
    returning organization_id
)

select
    (select count(*) from added_templates) as templates_added,
    (select count(*) from added_versions) as versions_added,
    (select count(*) from compared where is_user_maintained) as user_templates_kept;
