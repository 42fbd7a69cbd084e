-- One row is one observed day of one post, oldest first: its closing values and deltas.
-- Parameters: post_id, last_day (date, included), days (how many days, last_day included).
--
-- A day without a row was not observed; NULL means not measured. Reads as syndication_reader with app.organization_id
-- set; changes nothing.

select
    activity_date,
    reactions,
    comments,
    shares,
    views,
    reactions_delta,
    comments_delta,
    shares_delta,
    views_delta,
    engagement_delta,
    gap_days,
    is_opening,
    is_gap,
    is_correction
from engagement.post_engagement_daily
where
    post_id = %(post_id)s
    and activity_date > %(last_day)s::date - %(days)s::integer
    and activity_date <= %(last_day)s::date
order by activity_date;
