-- Every row of these days has its organization. One row is one whose organization does not exist: rows were deleted
-- past the constraints.

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
