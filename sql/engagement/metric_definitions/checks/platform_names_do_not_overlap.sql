-- On any day, a platform has one name per metric. One row is a pair of rows in engagement.platform_metrics that are
-- valid on the same days: a fetch would request the metric twice, or under a retired name. Set valid_to of the older
-- row.

select
    a.platform,
    a.metric_name,
    a.source_name,
    a.valid_from,
    a.valid_to,
    b.source_name as other_source_name,
    b.valid_from as other_valid_from,
    b.valid_to as other_valid_to
from engagement.platform_metrics as a
inner join engagement.platform_metrics as b
    on
        a.platform = b.platform
        and (a.metric_name = b.metric_name or a.source_name = b.source_name)
        and (a.source_name, a.valid_from) < (b.source_name, b.valid_from)
        and daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)
