-- Every active factor is one that the ranking knows how to compute. One row is one that it does not: its weight counts
-- for nothing. Set is_active to false, or write the factor into sql/engagement/content_priorities.sql.

select
    factor_name,
    factor_weight
from engagement.priority_factors
where
    is_active
    and factor_weight > 0
    and factor_name not in ('recency', 'engagement', 'success_rate', 'freshness')
