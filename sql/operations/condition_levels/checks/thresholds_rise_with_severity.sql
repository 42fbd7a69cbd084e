-- A higher severity of a kind has a higher threshold. One row is a pair of levels in the wrong order: the lower
-- severity never takes effect. Set them with `syndication alert level`.

select
    lower_level.kind,
    lower_level.severity::text as lower_severity,
    lower_level.threshold as lower_threshold,
    higher_level.severity::text as higher_severity,
    higher_level.threshold as higher_threshold
from operations.condition_levels as lower_level
inner join operations.condition_levels as higher_level
    on
        lower_level.kind = higher_level.kind
        and lower_level.severity < higher_level.severity
        and lower_level.threshold >= higher_level.threshold
