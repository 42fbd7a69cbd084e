-- The ranking can compute every active factor. One row is a factor that it cannot compute, so that its weight has no
-- effect. Set is_active to false, or add the factor to sql/engagement/content_priorities.sql.

select
    factor_name,
    factor_weight
from engagement.priority_factors
where
    is_active
    and factor_weight > 0
    and factor_name not in ('recency', 'engagement', 'success_rate', 'freshness')
