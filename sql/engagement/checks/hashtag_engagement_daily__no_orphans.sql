-- Every row of these days belongs to an existing hashtag. One row is a daily row without its hashtag: rows were deleted
-- with constraints disabled.

select
    e.organization_id,
    e.hashtag_id,
    e.platform,
    e.activity_date
from engagement.hashtag_engagement_daily as e
where
    e.organization_id = any(array(select organization_id from tenancy.organizations))
    and e.activity_date >= %(window_start)s::date
    and e.activity_date < %(window_end)s::date
    and not exists (
        select
        from scraping.hashtags as p
        where p.organization_id = e.organization_id and p.hashtag_id = e.hashtag_id
    )
