-- A day's rate is the sum of the posts' engagement divided by the sum of their denominators, and NULL if the
-- denominator is 0 or not measured, or the rate is 1000 or more. One row is a rate that differs. Materialize engagement
-- for that day again.

select
    organization_id,
    hashtag_id,
    platform,
    activity_date,
    rate_denominator_kind,
    rate_numerator as numerator,
    rate_denominator as denominator,
    engagement_rate as found
from engagement.hashtag_engagement_daily
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and activity_date >= %(window_start)s::date
    and activity_date < %(window_end)s::date
    and (
        engagement_rate is distinct from case
            when abs(round(rate_numerator::numeric / nullif(rate_denominator, 0), 6)) < 1000
                then round(rate_numerator::numeric / nullif(rate_denominator, 0), 6)
        end
        or (rate_denominator_kind is null) <> (rate_formula is null)
        or (rate_denominator is not null and rate_denominator_kind is null)
    )
