-- One row is one metric of a platform that fills a counter on a day, and whether its numbers by kind add up to the
-- counter. Parameters: day, counters (our names of all counters).

select
    p.platform,
    p.source_name,
    p.period,
    p.metric_name,
    m.is_additive_over_posts
from engagement.platform_metrics as p
inner join engagement.metric_definitions as m on p.metric_name = m.metric_name
where
    p.valid_from <= %(day)s::date
    and (p.valid_to > %(day)s::date) is not false
    and p.metric_name = any(%(counters)s::text[]);
