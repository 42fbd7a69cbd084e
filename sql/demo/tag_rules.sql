-- Adds the tags, the tag rules and the bound of tagging by models of the demo, unless they exist. Parameter: slug (of
-- the organization).

insert into curation.tags (organization_id, tag_name, description, color, is_for_models)
select
    o.organization_id,
    t.tag_name,
    t.description,
    t.color,
    t.is_for_models
from tenancy.organizations as o
cross join (
    values
    ('kilts', 'Kilts, tartan and pleats.', 'green', true),
    ('baking', 'Bread and what goes with it.', 'yellow', true),
    ('popular', 'What many people react to.', 'red', false)
) as t (tag_name, description, color, is_for_models)
where o.slug = %(slug)s
on conflict (organization_id, tag_name) do nothing;

insert into curation.tag_rules (organization_id, rule_name, tag_id, filter, text_query)
select
    t.organization_id,
    r.rule_name,
    t.tag_id,
    r.filter::jsonb,
    r.text_query
from tenancy.organizations as o
inner join curation.tags as t on o.organization_id = t.organization_id
inner join (
    values
    ('kilts', 'kilts', '{}', 'kilt or tartan or pleat'),
    ('baking', 'baking', '{}', 'dough or loaf or "proofing baskets"'),
    ('popular', 'popular', '{"minimum_reactions": 500}', null)
) as r (rule_name, tag_name, filter, text_query) on t.tag_name = r.tag_name
where o.slug = %(slug)s
on conflict (organization_id, rule_name) do nothing;

insert into curation.model_tagging (organization_id, posts_a_run)
select
    o.organization_id,
    100000
from tenancy.organizations as o
where o.slug = %(slug)s
on conflict (organization_id) do nothing;
