-- One row is the list of tags of one organization that models may give, with its version. A list that is not there yet
-- gets the next version; a re-run finds it. Organizations without such a tag have no row.

with wanted as (
    select
        t.organization_id,
        jsonb_agg(
            jsonb_build_object('tag_id', t.tag_id, 'name', t.tag_name, 'description', t.description)
            order by t.tag_name
        ) as tags
    from curation.tags as t
    inner join tenancy.organizations as o on t.organization_id = o.organization_id and o.is_active
    where t.is_for_models
    group by t.organization_id
),

added as (
    insert into curation.tag_lists (organization_id, tag_list_version, tags)
    select
        w.organization_id,
        1 + coalesce(
            (select max(l.tag_list_version) from curation.tag_lists as l where l.organization_id = w.organization_id),
            0
        ),
        w.tags
    from wanted as w
    on conflict (organization_id, md5(tags::text)) do nothing
    returning organization_id, tag_list_version, tags
)

select
    organization_id,
    tag_list_version,
    tags
from added
union all
select
    l.organization_id,
    l.tag_list_version,
    l.tags
from wanted as w
inner join curation.tag_lists as l
    on w.organization_id = l.organization_id and md5(w.tags::text) = md5(l.tags::text)
order by organization_id;
