-- A score is the weighted mean of the factors stored with it, and lies between 0 and 1. One row is a score that does
-- not follow from its factors. Materialize engagement/content_priorities for that day again.

select
    e.organization_id,
    e.platform,
    e.channel_type,
    e.calculated_on,
    e.product_id,
    e.score as found,
    mean.expected
from engagement.content_priorities as e
cross join lateral (
    select
        coalesce(
            sum((f.factor ->> 'weight')::numeric * (f.factor ->> 'value')::numeric)
            / nullif(sum((f.factor ->> 'weight')::numeric) filter (where f.factor ->> 'value' is not null), 0),
            0
        ) as expected
    from jsonb_each(e.factors) as f (factor_name, factor)
) as mean
where
    e.calculated_on >= %(window_start)s::date
    and e.calculated_on < %(window_end)s::date
    -- Factors are stored with six decimal places.
    and abs(e.score - mean.expected) > 0.000002
