-- A rate at an age is the engagement divided by its denominator, and NULL if the denominator is 0 or not measured, or
-- the rate is 1000 or more. One row is a rate or an engagement of these days that differs. Materialize engagement for
-- that day again.

select
    organization_id,
    post_id,
    age_name,
    rate_denominator_kind,
    engagement as numerator,
    rate_denominator as denominator,
    engagement_rate as found
from engagement.post_cohorts
where
    observed_at >= %(window_start)s::timestamp at time zone 'utc'
    and observed_at < %(window_end)s::timestamp at time zone 'utc'
    and (
        engagement_rate is distinct from case
            when abs(round(engagement::numeric / nullif(rate_denominator, 0), 6)) < 1000
                then round(engagement::numeric / nullif(rate_denominator, 0), 6)
        end
        or engagement is distinct from case
            when num_nonnulls(reactions, comments, shares, saves) > 0
                then coalesce(reactions, 0) + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(saves, 0)
        end
        or rate_denominator is distinct from case rate_denominator_kind
            when 'impressions' then impressions
            when 'reach' then reach
            when 'views' then views
        end
        or (rate_denominator_kind is null) <> (rate_formula is null)
    )
