-- Adds statements that were running at a look to the rows of their UTC day: how often they were seen, and the longest
-- time. Parameter: queries, a JSON list of rows. A look counts once for a statement.

insert into operations.query_statistics_daily as q
select r.*
from jsonb_populate_recordset(null::operations.query_statistics_daily, %(queries)s) as r
on conflict (measured_on, query_id, source) do update
    set
        times_seen = q.times_seen + 1,
        longest_milliseconds = greatest(q.longest_milliseconds, excluded.longest_milliseconds),
        role_name = excluded.role_name,
        plan = coalesce(q.plan, excluded.plan),
        plan_missing = case when coalesce(q.plan, excluded.plan) is null then excluded.plan_missing end
