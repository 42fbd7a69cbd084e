-- One row is one archived month with the slug of its organization, the oldest first. Parameters: organization (a slug;
-- NULL for all), table_name (NULL for all), month (its first day; NULL for all).

select
    o.slug,
    a.*
from operations.archives as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
where
    coalesce(o.slug = %(organization)s, true)
    and coalesce(a.table_name = %(table_name)s, true)
    and coalesce(a.month = %(month)s, true)
order by o.slug, a.month, a.table_name;
