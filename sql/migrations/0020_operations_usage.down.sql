-- Puts the two logs into one table each, and removes quotas, unit prices, budgets of one provider and daily usage. What
-- is known of calls without a model beside their cost is lost.

set local role syndication_owner;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
-- Forced row-level security hides the rows of organizations from their owner.
set local role syndication_pipeline;
delete from operations.alerts where kind = 'quota_used';
delete from operations.alert_routes where kind = 'quota_used';
set local role syndication_owner;
delete from operations.condition_kinds where kind = 'quota_used';
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

drop view content.post_costs, operations.monthly_costs;
drop table operations.api_usage_daily;
drop function
    operations.settle_calls,
    operations.reserve_calls,
    operations.budget_problem,
    operations.quota_problem,
    operations.quotas_used,
    operations.quota_window_start,
    operations.budgets_used;
drop table operations.api_unit_prices, operations.api_quotas;

set local role syndication_pipeline;
delete from operations.budgets where provider <> 'all';
set local role syndication_owner;
alter table operations.budgets drop constraint budgets_pkey, add primary key (organization_id, period);
alter table operations.budgets drop column provider;

comment on table operations.budgets is
'One row is the amount that an organization may spend on paid calls per UTC day or month: runs warn at 80 %, and no '
'more calls are made at 100 %.';

comment on column ai.llm_calls.usage_id is 'Row with usage and cost in operations.api_usage.';

delete from operations.partitioned_tables
where table_name in ('operations.api_usage', 'publishing.execution_history');

set local role syndication_pipeline;

create temporary table api_usage_before as select * from operations.api_usage;

set local role syndication_owner;

drop table operations.api_usage;

create table operations.api_usage (
    organization_id text not null references tenancy.organizations on delete cascade,
    usage_id text not null default tenancy.public_id('use', nextval('operations.usage_id_sequence'))
        check (usage_id ~ '^use-[0-9a-f]{8}$'),
    provider text not null,
    operation text not null,
    model text,
    used_at timestamptz not null default now(),
    latency_ms integer check (latency_ms >= 0),
    input_tokens bigint check (input_tokens >= 0),
    cached_input_tokens bigint check (cached_input_tokens >= 0),
    output_tokens bigint check (output_tokens >= 0),
    reasoning_tokens bigint check (reasoning_tokens >= 0),
    cost numeric(14, 8) check (cost >= 0),
    expected_cost numeric(14, 8) check (expected_cost >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    price_version integer,
    is_successful boolean,
    primary key (organization_id, usage_id),
    check (num_nonnulls(cost, expected_cost) <= 1),
    check (num_nonnulls(cost, expected_cost) = 0 or num_nonnulls(currency, price_version) = 2)
);

comment on table operations.api_usage is
'One row is one paid request with its usage and cost. It is reserved before the request, with its expected cost, and '
'settled after it. An unknown cost is NULL, not zero.';
comment on column operations.api_usage.usage_id is 'Public id, such as use-0a1b2c3d.';
comment on column operations.api_usage.provider is 'The API provider that was called.';
comment on column operations.api_usage.operation is 'The purpose of the call.';
comment on column operations.api_usage.model is 'The model that was called; NULL for an API without models.';
comment on column operations.api_usage.used_at is 'When the call was made; its UTC day and month select the budgets.';
comment on column operations.api_usage.latency_ms is 'Milliseconds until the response; NULL if not measured.';
comment on column operations.api_usage.input_tokens is
'Input tokens, including cached tokens; NULL if not reported.';
comment on column operations.api_usage.cached_input_tokens is
'Cached tokens among the input tokens; NULL if not reported.';
comment on column operations.api_usage.output_tokens is
'Output tokens, including reasoning tokens; NULL if not reported.';
comment on column operations.api_usage.reasoning_tokens is
'Reasoning tokens among the output tokens; NULL if not reported.';
comment on column operations.api_usage.cost is
'Cost of the reported usage in `currency`; NULL if usage or price is unknown.';
comment on column operations.api_usage.expected_cost is
'Reserved cost in `currency`, until the call is settled, and afterwards if its usage was not reported or reported as '
'zero, else NULL. Budgets count it; it is not a measured cost.';
comment on column operations.api_usage.currency is 'ISO 4217 code of the cost; NULL without a price.';
comment on column operations.api_usage.price_version is
'Version of the price in api_prices that was applied; NULL if there was none.';
comment on column operations.api_usage.is_successful is
'Whether the call returned a response; NULL until it is settled, and for ever if its process died before that.';

create index api_usage_used_at on operations.api_usage (organization_id, used_at);

select tenancy.protect_tenant_table('operations.api_usage');

set local role syndication_pipeline;

insert into operations.api_usage (
    organization_id, usage_id, provider, operation, model, used_at, latency_ms, input_tokens, cached_input_tokens,
    output_tokens, reasoning_tokens, cost, expected_cost, currency, price_version, is_successful
)
select
    organization_id,
    usage_id,
    provider,
    operation,
    model,
    used_at,
    latency_ms,
    input_tokens,
    cached_input_tokens,
    output_tokens,
    reasoning_tokens,
    cost,
    expected_cost,
    currency,
    -- The old table knows no cost without a price version.
    case when num_nonnulls(cost, expected_cost) > 0 then coalesce(price_version, 0) else price_version end,
    is_successful
from api_usage_before;

drop table api_usage_before;

set local role syndication_owner;

set local role syndication_pipeline;

create temporary table execution_history_before as select * from publishing.execution_history;

set local role syndication_owner;

drop table publishing.execution_history;

create table publishing.execution_history (
    organization_id text not null references tenancy.organizations on delete cascade,
    execution_id text not null default tenancy.public_id('exe', nextval('publishing.execution_id_sequence'))
        check (execution_id ~ '^exe-[0-9a-f]{8}$'),
    process_name text not null,
    platform text not null,
    channel_type text not null,
    execution_status publishing.execution_status not null,
    input_data jsonb not null default '{}',
    output_data jsonb not null default '{}',
    execution_seconds numeric(10, 3) not null check (execution_seconds >= 0),
    error_message text,
    dagster_run_id text,
    executed_at timestamptz not null default now(),
    primary key (organization_id, execution_id),
    foreign key (platform, channel_type, process_name) references publishing.content_processes on update cascade,
    check ((execution_status = 'success') = (error_message is null))
);

comment on table publishing.execution_history is
'One row is one execution of one process: what a run of the publisher did for one channel, as counts.';
comment on column publishing.execution_history.execution_id is 'Public id, such as exe-0a1b2c3d.';
comment on column publishing.execution_history.process_name is 'Process of the posts: product_post, blog_post …';
comment on column publishing.execution_history.platform is 'Platform of the channel.';
comment on column publishing.execution_history.channel_type is 'Kind of publication of the channel.';
comment on column publishing.execution_history.execution_status is
'success if every target was published, partial if some were, failed if none was.';
comment on column publishing.execution_history.input_data is 'Number of targets; no texts, no secrets.';
comment on column publishing.execution_history.output_data is 'Number of calls by outcome.';
comment on column publishing.execution_history.execution_seconds is
'Sum of the durations of its calls, in seconds; concurrent calls add up.';
comment on column publishing.execution_history.error_message is
'How many targets were not published; NULL if all of them were.';
comment on column publishing.execution_history.dagster_run_id is 'Dagster run; NULL if started on the command line.';
comment on column publishing.execution_history.executed_at is 'When it ended.';

create index execution_history_executed_at on publishing.execution_history (organization_id, executed_at);
create index execution_history_process on publishing.execution_history (platform, channel_type, process_name);

select tenancy.protect_tenant_table('publishing.execution_history');

set local role syndication_pipeline;

insert into publishing.execution_history (
    organization_id, execution_id, process_name, platform, channel_type, execution_status, input_data, output_data,
    execution_seconds, error_message, dagster_run_id, executed_at
)
select
    organization_id, execution_id, process_name, platform, channel_type, execution_status, input_data, output_data,
    execution_seconds, error_message, dagster_run_id, executed_at
from execution_history_before;

drop table execution_history_before;

set local role syndication_owner;
