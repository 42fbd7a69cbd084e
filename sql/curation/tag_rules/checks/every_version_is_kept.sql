-- The newest version of every rule is kept with what the rule says.

select
    r.organization_id,
    r.rule_id,
    r.version
from curation.tag_rules as r
left join curation.tag_rule_versions as v
    on r.organization_id = v.organization_id and r.rule_id = v.rule_id and r.version = v.version
where (v.tag_id, v.filter, v.text_query) is distinct from (r.tag_id, r.filter, r.text_query);
