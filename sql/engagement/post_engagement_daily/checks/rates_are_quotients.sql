-- A rate is the engagement of the day divided by its denominator, and NULL if the denominator is 0 or not measured, or
-- the rate is 1000 or more. One row is a rate that differs. Materialize engagement for that day again.

select
    organization_id,
    post_id,
    activity_date,
    rate_denominator_kind,
    engagement_delta as numerator,
    rate_denominator as denominator,
    engagement_rate as found
from engagement.post_engagement_daily
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and activity_date >= %(window_start)s::date
    and activity_date < %(window_end)s::date
    and (
        engagement_rate is distinct from case
            when abs(round(engagement_delta::numeric / nullif(rate_denominator, 0), 6)) < 1000
                then round(engagement_delta::numeric / nullif(rate_denominator, 0), 6)
        end
        or rate_denominator is distinct from case rate_denominator_kind
            when 'impressions' then impressions_delta
            when 'views' then views_delta
        end
        or (rate_denominator_kind is null) <> (rate_formula is null)
    )
