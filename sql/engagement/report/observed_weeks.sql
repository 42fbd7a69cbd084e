-- One row is one ISO week with an observation between two days, oldest first.
-- Parameters: first_day, last_day (dates, both included).
--
-- NULL means not measured. Reads as syndication_reader with app.organization_id set; changes nothing.

select
    date_trunc('week', activity_date::timestamp)::date as monday,
    max(activity_date) as last_observed_day,
    count(distinct activity_date)::integer as days_observed,
    sum(engagement_delta)::bigint as engagement
from engagement.platform_engagement_daily
where activity_date >= %(first_day)s::date and activity_date <= %(last_day)s::date
group by monday
order by monday;
