-- The number of a version of an analyzer, which is added if it is new. Parameters: organization_id, analyzer, program,
-- model, prompt. A re-run changes nothing.

insert into media.analyzer_versions (organization_id, analyzer, version, program, model, prompt)
select
    %(organization_id)s,
    %(analyzer)s,
    coalesce(max(v.version), 0) + 1,
    %(program)s,
    %(model)s,
    %(prompt)s
from media.analyzer_versions as v
where v.organization_id = %(organization_id)s and v.analyzer = %(analyzer)s
on conflict (organization_id, analyzer, program, model, prompt) do nothing;

select version
from media.analyzer_versions
where
    organization_id = %(organization_id)s
    and analyzer = %(analyzer)s
    and program = %(program)s
    and model is not distinct from %(model)s::text
    and prompt is not distinct from %(prompt)s::text
