-- One row is one execution of one process: what a run of the publisher did for one channel, as counts.
--
-- Parameters: rows, a JSON list of organization_id, platform, channel_type, post_kind, targets, outcomes (an object of
-- counts) and seconds; dagster_run_id. Creates missing processes, because a channel may be switched off after its posts
-- were queued. Every run appends its own rows.

select operations.ensure_month_partitions(
    'publishing.execution_history', (now() at time zone 'utc')::date, (now() at time zone 'utc')::date
);

with executions as (
    select
        r.*,
        case r.post_kind when 'product' then 'product_post' else r.post_kind end as process_name,
        coalesce((r.outcomes ->> 'published')::integer, 0) as published
    from jsonb_to_recordset(%(rows)s::jsonb) as r (
        organization_id text,
        platform text,
        channel_type text,
        post_kind text,
        targets integer,
        outcomes jsonb,
        seconds numeric
    )
),

processes as (
    insert into publishing.content_processes (process_name, platform, channel_type, display_name)
    select distinct
        process_name,
        platform,
        channel_type,
        process_name
    from executions
    on conflict (platform, channel_type, process_name) do nothing
)

insert into publishing.execution_history (
    organization_id, process_name, platform, channel_type, execution_status, input_data, output_data,
    execution_seconds, error_message, dagster_run_id
)
select
    organization_id,
    process_name,
    platform,
    channel_type,
    case
        when published = targets then 'success' when published > 0 then 'partial' else 'failed'
    end::publishing.execution_status as execution_status,
    jsonb_build_object('targets', targets) as input_data,
    outcomes as output_data,
    seconds,
    case
        when published < targets then format('%%s of %%s targets were not published.', targets - published, targets)
    end as error_message,
    %(dagster_run_id)s as dagster_run_id
from executions
