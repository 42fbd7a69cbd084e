-- Every approval rule lists at least one generator, and only template, llm or person.

select
    r.organization_id,
    r.platform,
    r.channel_type,
    r.generators
from content.approval_rules as r
where not (r.generators <@ array['template', 'llm', 'person'] and cardinality(r.generators) > 0)
