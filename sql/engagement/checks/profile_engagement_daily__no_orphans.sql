-- Every row of these days belongs to an existing profile. One row is a daily row without its profile: rows were deleted
-- with constraints disabled.

select
    e.organization_id,
    e.profile_id,
    e.activity_date
from engagement.profile_engagement_daily as e
where
    e.organization_id = any(array(select organization_id from tenancy.organizations))
    and e.activity_date >= %(window_start)s::date
    and e.activity_date < %(window_end)s::date
    and not exists (
        select
        from scraping.profiles as p
        where p.organization_id = e.organization_id and p.profile_id = e.profile_id
    )
