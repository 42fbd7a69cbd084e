-- One row is how many briefs wait to be made, at most `maximum`, as `lease.sql` finds them. Parameters: organization
-- (slug; NULL for all), moment, maximum.

select count(*) as briefs
from (
    select
    from studio.content_requests as r
    inner join tenancy.organizations as o on r.organization_id = o.organization_id
    where
        studio.is_to_be_made(r, %(moment)s)
        and coalesce(o.slug = %(organization)s, o.is_active)
    limit %(maximum)s
) as waiting
