-- Every row of these days belongs to an existing organization. One row is a daily row without its organization: rows
-- were deleted with constraints disabled.

select
    e.organization_id,
    e.platform,
    e.activity_date
from engagement.platform_engagement_daily as e
where
    e.activity_date >= %(window_start)s::date
    and e.activity_date < %(window_end)s::date
    and not exists (
        select
        from tenancy.organizations as p
        where p.organization_id = e.organization_id
    )
