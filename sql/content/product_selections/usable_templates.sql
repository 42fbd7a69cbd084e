-- One row is one template that a product's text may be written from: the newest version of an active template, if it
-- can be parsed. `required` are the placeholders that it cannot do without.
-- Parameters: usable_templates (a JSON list of such rows).

select
    organization_id,
    template_id,
    template_name,
    version,
    platform,
    category_name,
    required
from jsonb_to_recordset(%(usable_templates)s::jsonb) as t (
    organization_id text,
    template_id text,
    template_name text,
    version integer,
    platform text,
    category_name text,
    required text[]
)
