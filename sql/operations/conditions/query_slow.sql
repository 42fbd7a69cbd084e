-- A statement takes long. One row is a statement of the newest day whose calls take at least as many milliseconds as
-- the threshold on average, or that was seen running for as long where calls are not counted; value is that time.
-- Statements that are no queries, such as a backup's, are left out. Parameter: threshold.

select
    null as organization_id,
    query_id as subject,
    measured_on::timestamp at time zone 'utc' as since,
    round(milliseconds) as value,
    format(
        'A statement %%s: %%s. See its plan: syndication health query %%s.',
        case
            when source = 'sampled' then format('was seen running for %%s ms', round(milliseconds))
            else format('takes %%s ms on average (%%s calls)', round(milliseconds), calls)
        end,
        left(query, 200),
        query_id
    ) as message
from operations.newest_query_statistics
where
    milliseconds >= %(threshold)s
    and coalesce(calls_since, 1) > 0
    and plan_missing is distinct from 'It is no query.'
