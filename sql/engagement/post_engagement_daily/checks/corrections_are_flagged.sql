-- A row is flagged as a correction if, and only if, one of its deltas is negative. One row is a row with a wrong flag.
-- Materialize engagement for that day again.

select
    organization_id,
    post_id,
    activity_date,
    not is_correction as expected,
    is_correction as found
from engagement.post_engagement_daily
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and activity_date >= %(window_start)s::date
    and activity_date < %(window_end)s::date
    and is_correction <> (
        coalesce(reactions_delta < 0, false)
        or coalesce(comments_delta < 0, false)
        or coalesce(shares_delta < 0, false)
        or coalesce(saves_delta < 0, false)
        or coalesce(clicks_delta < 0, false)
        or coalesce(views_delta < 0, false)
        or coalesce(impressions_delta < 0, false)
        or coalesce(reach_delta < 0, false)
    )
