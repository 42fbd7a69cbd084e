-- One row is what a month of one post carries to later days once its rows are removed: the last value of each counter.
-- A re-run changes nothing. Parameters: organization_id, first_day, end_day (exclusive).

insert into engagement.carried_values (
    organization_id, post_id, month, last_observed_at,
    reactions, comments, shares, saves, clicks, views, impressions, reach
)
select
    e.organization_id,
    e.post_id,
    %(first_day)s::date,
    max(e.last_observed_at),
    max(engagement.dated(e.activity_date, e.reactions)),
    max(engagement.dated(e.activity_date, e.comments)),
    max(engagement.dated(e.activity_date, e.shares)),
    max(engagement.dated(e.activity_date, e.saves)),
    max(engagement.dated(e.activity_date, e.clicks)),
    max(engagement.dated(e.activity_date, e.views)),
    max(engagement.dated(e.activity_date, e.impressions)),
    max(engagement.dated(e.activity_date, e.reach))
from engagement.post_engagement_daily as e
where
    e.organization_id = %(organization_id)s
    and e.activity_date >= %(first_day)s::date
    and e.activity_date < %(end_day)s::date
group by e.organization_id, e.post_id
on conflict (organization_id, post_id, month) do nothing;
