-- The score of a selection is the weighted mean of its known factors, within 0.000002 for rounding.

select
    s.selection_id,
    s.selected_on,
    s.score,
    round(mean.score, 6) as weighted_mean
from content.product_selections as s
cross join lateral (
    select
        sum((f.factor ->> 'weight')::numeric * (f.factor ->> 'value')::numeric)
        / nullif(sum((f.factor ->> 'weight')::numeric) filter (where (f.factor ->> 'value') is not null), 0) as score
    from jsonb_each(s.factors) as f (factor_name, factor)
) as mean
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and abs(s.score - coalesce(mean.score, 0)) > 0.000002
