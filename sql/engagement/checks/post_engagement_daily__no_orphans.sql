-- Every row of these days belongs to an existing post and author. One row is a daily row without its post or profile:
-- rows were deleted with constraints disabled.

select
    e.organization_id,
    e.post_id,
    e.activity_date,
    e.profile_id
from engagement.post_engagement_daily as e
where
    e.organization_id = any(array(select organization_id from tenancy.organizations))
    and e.activity_date >= %(window_start)s::date
    and e.activity_date < %(window_end)s::date
    and (
        not exists (
            select
            from scraping.posts as p
            where p.organization_id = e.organization_id and p.post_id = e.post_id
        )
        or (
            e.profile_id is not null
            and not exists (
                select
                from scraping.profiles as f
                where f.organization_id = e.organization_id and f.profile_id = e.profile_id
            )
        )
    )
