-- Operations, fourth part: every call of a paid or limited API, quotas that processes share, budgets of one provider,
-- and what each day has cost. Two logs that grow are partitioned by month.

set local role syndication_owner;

-- operations.api_usage, partitioned: a new table takes the rows of the old one, which is gone before, because a new
-- constraint takes no name that another table has. The policies let the pipeline read it, and nobody else.
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
    account_id text,
    actor text,
    run_id text,
    status_code integer check (status_code between 100 and 999),
    quota_units integer not null default 1 check (quota_units > 0),
    units jsonb not null default '{}' check (jsonb_typeof(units) = 'object'),
    rate_limits jsonb check (jsonb_typeof(rate_limits) = 'object'),
    primary key (organization_id, usage_id, used_at),
    check (num_nonnulls(cost, expected_cost) <= 1),
    check (num_nonnulls(cost, expected_cost) = 0 or currency is not null),
    check (model is null or num_nonnulls(cost, expected_cost) = 0 or price_version is not null)
) partition by range (used_at);

comment on table operations.api_usage is
'One row is one request to a paid or limited API. It is reserved before the request, with its expected cost, and '
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
'Cost of the reported usage in `currency`, or as the provider reports it; NULL if it is unknown, and for calls that '
'cost nothing.';
comment on column operations.api_usage.expected_cost is
'Reserved cost in `currency`, until the call is settled, and afterwards if its usage was not reported or reported as '
'zero, else NULL. Budgets count it; it is not a measured cost.';
comment on column operations.api_usage.currency is 'ISO 4217 code of the cost; NULL without a price.';
comment on column operations.api_usage.price_version is
'Version of the price in api_prices that was applied; NULL if there was none.';
comment on column operations.api_usage.is_successful is
'Whether the call returned a response that is no error; NULL until it is settled, and for ever if its process died '
'before that.';
comment on column operations.api_usage.account_id is
'Social account for which the call was made; NULL if it was made for none.';
comment on column operations.api_usage.actor is
'Who made the call: tenancy.current_actor(); NULL if it was not recorded.';
comment on column operations.api_usage.run_id is 'Dagster run; NULL for a call of the command line.';
comment on column operations.api_usage.status_code is 'HTTP status of the response; NULL without a response.';
comment on column operations.api_usage.quota_units is
'How much of the provider''s quota the call uses, where the quota counts units: 1 unless the provider documents more.';
comment on column operations.api_usage.units is
'What the call has used or returned, by unit, as measured: {"bytes": 20480, "items": 50}. Tokens have columns.';
comment on column operations.api_usage.rate_limits is
'Numbers and times of the rate limit in the headers of the response, by header; NULL if it names none.';

create index api_usage_used_at on operations.api_usage (organization_id, used_at);
create index api_usage_provider on operations.api_usage (provider, used_at);
create index api_usage_costs on operations.api_usage (organization_id, used_at)
include (provider, currency, cost, expected_cost) where num_nonnulls(cost, expected_cost) > 0;

select tenancy.protect_tenant_table('operations.api_usage');

insert into operations.partitioned_tables (table_name) values ('operations.api_usage');

set local role syndication_pipeline;

select operations.ensure_month_partitions(
    'operations.api_usage',
    coalesce((min(used_at) at time zone 'utc')::date, (now() at time zone 'utc')::date),
    greatest((max(used_at) at time zone 'utc')::date, (now() at time zone 'utc')::date)
)
from api_usage_before;

insert into operations.api_usage (
    organization_id, usage_id, provider, operation, model, used_at, latency_ms, input_tokens, cached_input_tokens,
    output_tokens, reasoning_tokens, cost, expected_cost, currency, price_version, is_successful
)
select
    organization_id, usage_id, provider, operation, model, used_at, latency_ms, input_tokens, cached_input_tokens,
    output_tokens, reasoning_tokens, cost, expected_cost, currency, nullif(price_version, 0), is_successful
from api_usage_before;

drop table api_usage_before;

set local role syndication_owner;

comment on column ai.llm_calls.usage_id is
'Row with usage and cost in operations.api_usage, which is found by this id alone: the time in its key is that of the '
'reservation.';

-- publishing.execution_history, partitioned in the same way.
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
    primary key (organization_id, execution_id, executed_at),
    foreign key (platform, channel_type, process_name) references publishing.content_processes on update cascade,
    check ((execution_status = 'success') = (error_message is null))
) partition by range (executed_at);

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

insert into operations.partitioned_tables (table_name) values ('publishing.execution_history');

set local role syndication_pipeline;

select operations.ensure_month_partitions(
    'publishing.execution_history',
    coalesce((min(executed_at) at time zone 'utc')::date, (now() at time zone 'utc')::date),
    greatest((max(executed_at) at time zone 'utc')::date, (now() at time zone 'utc')::date)
)
from execution_history_before;

insert into publishing.execution_history
select
    organization_id, execution_id, process_name, platform, channel_type, execution_status, input_data, output_data,
    execution_seconds, error_message, dagster_run_id, executed_at
from execution_history_before;

drop table execution_history_before;

set local role syndication_owner;

-- Budgets of one provider beside those of all.
alter table operations.budgets
add column provider text not null default 'all' check (provider <> ''),
drop constraint budgets_pkey,
add primary key (organization_id, period, provider);

comment on table operations.budgets is
'One row is the amount that an organization may spend on paid calls per UTC day or month: runs warn from the lowest '
'level of the condition budget_used on, and no more calls are made at 100 %.';
comment on column operations.budgets.provider is
'Provider whose calls it limits; `all` is every provider, together.';

create function operations.budgets_used(moment timestamptz)
returns table (
    organization_id text,
    period text,
    provider text,
    amount numeric,
    currency text,
    starts_at timestamptz,
    ends_at timestamptz,
    spent numeric,
    expected numeric,
    used numeric,
    used_percent numeric,
    projected numeric
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select
        b.organization_id,
        b.period,
        b.provider,
        b.amount,
        b.currency,
        span.starts_at,
        span.ends_at,
        total.spent,
        total.expected,
        total.spent + total.expected,
        case when b.amount > 0 then 100 * (total.spent + total.expected) / b.amount end,
        -- The first hundredth of a period says too little about the rest.
        (total.spent + total.expected) / greatest(
            extract(epoch from moment - span.starts_at) / extract(epoch from span.ends_at - span.starts_at), 0.01
        )
    from operations.budgets as b
    cross join lateral (
        select
            date_trunc(b.period, moment at time zone 'utc') at time zone 'utc' as starts_at,
            (date_trunc(b.period, moment at time zone 'utc') + ('1 ' || b.period)::interval) at time zone 'utc'
                as ends_at
    ) as span
    cross join lateral (
        select coalesce(sum(u.cost), 0) as spent, coalesce(sum(u.expected_cost), 0) as expected
        from operations.api_usage as u
        where
            u.organization_id = b.organization_id
            and u.used_at >= span.starts_at
            and u.used_at < span.ends_at
            and num_nonnulls(u.cost, u.expected_cost) > 0
            and u.currency = b.currency
            and (b.provider = 'all' or u.provider = b.provider)
    ) as total
$$;

comment on function operations.budgets_used is
'One row is one budget in the UTC day or month of the moment, with what is used of it: spent, and expected for calls '
'of unknown cost or under way; and with what will be used in the whole period if it goes on like this. used_percent '
'is NULL for an amount of zero.';
grant execute on function operations.budgets_used to syndication_pipeline, syndication_reader;

-- Quotas: what a provider allows.
create table operations.api_quotas (
    provider text not null check (provider <> ''),
    unit text not null check (unit in ('requests', 'units')),
    counted_per text not null check (counted_per in ('installation', 'organization', 'account')),
    window_seconds integer not null check (window_seconds > 0),
    amount integer not null check (amount > 0),
    reset_zone text,
    source_url text,
    checked_on date,
    primary key (provider, unit, counted_per, window_seconds),
    check (reset_zone is null or window_seconds = 86400)
);

comment on table operations.api_quotas is
'One row is how many requests or units of its own a provider allows in a window of time. No call passes it. '
'User-maintained.';
comment on column operations.api_quotas.provider is 'The API provider, as in api_usage.';
comment on column operations.api_quotas.unit is 'What is counted: requests, or units (api_usage.quota_units).';
comment on column operations.api_quotas.counted_per is
'Whose calls are counted together: those of the installation, as for one key or address; of an organization; or of '
'one social account.';
comment on column operations.api_quotas.window_seconds is
'Length of the window in seconds; it ends with each call, unless the quota has a reset_zone.';
comment on column operations.api_quotas.amount is 'Most requests or units in a window.';
comment on column operations.api_quotas.reset_zone is
'IANA time zone at whose midnight the provider resets a quota of a day; NULL for a window that ends with each call.';
comment on column operations.api_quotas.source_url is
'Page on which the provider states the quota; NULL if not noted.';
comment on column operations.api_quotas.checked_on is
'Day on which a person read the quota there; NULL if not noted.';

insert into operations.api_quotas (
    provider, unit, counted_per, window_seconds, amount, reset_zone, source_url
) values
(
    'youtube', 'units', 'installation', 86400, 10000, 'America/Los_Angeles',
    'https://developers.google.com/youtube/v3/determine_quota_cost'
),
('mastodon', 'requests', 'account', 300, 300, null, 'https://docs.joinmastodon.org/api/rate-limits/'),
(
    'bluesky', 'requests', 'installation', 300, 3000, null,
    'https://docs.bsky.app/docs/advanced-guides/rate-limits'
);

grant select, insert, update, delete on operations.api_quotas to syndication_pipeline;
grant select on operations.api_quotas to syndication_reader;
create trigger api_quotas_changes after insert or update or delete on operations.api_quotas
for each row execute function channels.write_rule_change();

-- What a unit of an API without models costs.
create table operations.api_unit_prices (
    provider text not null check (provider <> ''),
    operation text not null check (operation <> ''),
    unit text not null check (unit <> ''),
    valid_from date not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    amount numeric(14, 8) not null check (amount >= 0),
    source_url text,
    checked_on date,
    primary key (provider, operation, unit, valid_from)
);

comment on table operations.api_unit_prices is
'One row is what one unit of a paid call costs from a day on, such as one scraped item. It is what a call reserves; '
'the cost that the provider reports replaces it. User-maintained.';
comment on column operations.api_unit_prices.provider is 'The API provider that charges for the calls.';
comment on column operations.api_unit_prices.operation is 'Operation that is charged, as in api_usage.';
comment on column operations.api_unit_prices.unit is 'What is charged, such as items.';
comment on column operations.api_unit_prices.valid_from is
'First UTC day of the price, which applies until the valid_from of the next row.';
comment on column operations.api_unit_prices.currency is 'ISO 4217 code of the amount.';
comment on column operations.api_unit_prices.amount is 'Price of one unit.';
comment on column operations.api_unit_prices.source_url is
'Page on which the provider states the price; NULL if not noted.';
comment on column operations.api_unit_prices.checked_on is
'Day on which a person read the price there; NULL if not noted.';

grant select, insert, update, delete on operations.api_unit_prices to syndication_pipeline;
grant select on operations.api_unit_prices to syndication_reader;
create trigger api_unit_prices_changes after insert or update or delete on operations.api_unit_prices
for each row execute function channels.write_rule_change();

create function operations.quota_window_start(quota operations.api_quotas, moment timestamptz)
returns timestamptz language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when quota.reset_zone is null then moment - make_interval(secs => quota.window_seconds)
        else date_trunc('day', moment at time zone quota.reset_zone) at time zone quota.reset_zone
    end
$$;

comment on function operations.quota_window_start is
'When the window of a quota that contains the moment began: calls after it count.';
grant execute on function operations.quota_window_start to syndication_pipeline, syndication_reader;

create function operations.quotas_used(moment timestamptz)
returns table (
    provider text,
    unit text,
    counted_per text,
    window_seconds integer,
    amount integer,
    organization_id text,
    account_id text,
    used bigint,
    used_percent numeric,
    starts_at timestamptz
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select
        q.provider,
        q.unit,
        q.counted_per,
        q.window_seconds,
        q.amount,
        u.organization_id,
        u.account_id,
        u.used,
        100.0 * u.used / q.amount,
        operations.quota_window_start(q, moment)
    from operations.api_quotas as q
    cross join lateral (
        select
            case when q.counted_per <> 'installation' then c.organization_id end as organization_id,
            case when q.counted_per = 'account' then c.account_id end as account_id,
            sum(case when q.unit = 'units' then c.quota_units else 1 end) as used
        from operations.api_usage as c
        where
            c.provider = q.provider
            and c.used_at >= operations.quota_window_start(q, moment)
            and c.used_at <= moment
        group by 1, 2
    ) as u
$$;

comment on function operations.quotas_used is
'One row is one quota with what its window has used at a moment, of whose calls it counts together: organization and '
'account are NULL for the whole installation. A quota that nothing has used has no row.';
grant execute on function operations.quotas_used to syndication_pipeline, syndication_reader;

create function operations.quota_problem(call jsonb, moment timestamptz)
returns table (problem text, free_at timestamptz)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    quota operations.api_quotas;
    wanted bigint;
    used_units bigint;
    window_start timestamptz;
begin
    for quota in
        select * from operations.api_quotas q where q.provider = call ->> 'provider' order by q.window_seconds desc
    loop
        wanted := case when quota.unit = 'units' then coalesce((call ->> 'quota_units')::bigint, 1) else 1 end;
        window_start := operations.quota_window_start(quota, moment);
        select coalesce(sum(case when quota.unit = 'units' then u.quota_units else 1 end), 0) into used_units
        from operations.api_usage u
        where
            u.provider = quota.provider
            and u.used_at >= window_start
            and (quota.counted_per = 'installation' or u.organization_id = call ->> 'organization_id')
            and (quota.counted_per <> 'account' or u.account_id is not distinct from call ->> 'account_id');
        continue when used_units + wanted <= quota.amount;
        if quota.reset_zone is not null then
            free_at := (
                date_trunc('day', moment at time zone quota.reset_zone) + interval '1 day'
            ) at time zone quota.reset_zone;
        else
            -- When enough of the calls of the window are older than the window.
            select min(freed.used_at) + make_interval(secs => quota.window_seconds) into free_at
            from (
                select
                    u.used_at,
                    sum(case when quota.unit = 'units' then u.quota_units else 1 end)
                        over (order by u.used_at, u.usage_id) as units
                from operations.api_usage u
                where
                    u.provider = quota.provider
                    and u.used_at >= window_start
                    and (quota.counted_per = 'installation' or u.organization_id = call ->> 'organization_id')
                    and (quota.counted_per <> 'account' or u.account_id is not distinct from call ->> 'account_id')
            ) as freed
            where freed.units >= used_units + wanted - quota.amount;
        end if;
        problem := format(
            'The quota of %s is used up: %s of %s %s in %s seconds%s. It is free again at %s UTC.',
            quota.provider,
            used_units,
            quota.amount,
            quota.unit,
            quota.window_seconds,
            case quota.counted_per when 'installation' then '' else ' for the ' || quota.counted_per end,
            to_char(free_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS')
        );
        return next;
        return;
    end loop;
end
$$;

comment on function operations.quota_problem is
'Why no quota of its provider allows the call now, and when one will: no row if all do. The caller holds the lock of '
'the provider.';
grant execute on function operations.quota_problem to syndication_pipeline;

create function operations.budget_problem(call jsonb, expected numeric, currency text, moment timestamptz)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when budget_problem.expected is null then format(
            '%s has a budget, but the price of %s of %s is unknown: add it with `syndication unit-price add`.',
            o.slug, call ->> 'operation', call ->> 'provider'
        )
        when b.currency <> budget_problem.currency then format(
            '%s has a budget in %s, but %s is paid in %s: set the amount for the %s in %s.',
            o.slug, b.currency, call ->> 'provider', budget_problem.currency, b.period, budget_problem.currency
        )
        else format(
            'The budget of %s for the %s is used up%s: %s used of %s %s, and this call may cost %s. Raise it with '
            '`syndication budget edit`, or wait for the next %s.',
            o.slug, b.period, case when b.provider = 'all' then '' else ' for ' || b.provider end,
            round(b.used, 4), b.amount, b.currency, round(budget_problem.expected, 4), b.period
        )
    end
    from operations.budgets_used(moment) as b
    inner join tenancy.organizations as o on b.organization_id = o.organization_id
    where
        b.organization_id = call ->> 'organization_id'
        and b.provider in ('all', call ->> 'provider')
        and (
            budget_problem.expected is null
            or b.currency <> budget_problem.currency
            or b.used + budget_problem.expected > b.amount
        )
    order by b.period, b.provider
    limit 1
$$;

comment on function operations.budget_problem is
'Why no budget of its organization allows a call of an expected cost; NULL if all do. The caller holds the lock of the '
'organization''s budgets.';
grant execute on function operations.budget_problem to syndication_pipeline;

create function operations.reserve_calls(calls jsonb)
returns table (usage_id text, used_at timestamptz, problem text, free_at timestamptz)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    call jsonb;
    lock_key integer;
    moment timestamptz;
    is_paid boolean := false;
    expected numeric;
    charged_in text;
    new_id text;
    problem_found text;
    free_from timestamptz;
begin
    -- In one order, so that two processes never wait for each other.
    for lock_key in
        select distinct hashtext('quota of ' || (c ->> 'provider'))
        from jsonb_array_elements(calls) as c
        where exists (select from operations.api_quotas q where q.provider = c ->> 'provider')
        union
        select distinct hashtext('budget of ' || (c ->> 'organization_id'))
        from jsonb_array_elements(calls) as c
        where c -> 'priced_units' is not null
        order by 1
    loop
        perform pg_advisory_xact_lock(hashtext('api usage'), lock_key);
    end loop;
    -- After the locks: what others have reserved meanwhile is older.
    moment := clock_timestamp();
    if to_regclass('operations.api_usage_' || to_char(moment at time zone 'utc', 'YYYY_MM')) is null then
        perform operations.ensure_month_partitions(
            'operations.api_usage', (moment at time zone 'utc')::date, (moment at time zone 'utc')::date
        );
    end if;
    for call in select value from jsonb_array_elements(calls) loop
        problem_found := null;
        free_from := null;
        expected := (call ->> 'expected_cost')::numeric;
        charged_in := call ->> 'currency';
        select p.problem, p.free_at into problem_found, free_from from operations.quota_problem(call, moment) as p;
        if problem_found is null and call -> 'priced_units' is not null then
            is_paid := true;
            select sum(price.amount * wanted.value::numeric), min(price.currency) into expected, charged_in
            from jsonb_each_text(call -> 'priced_units') as wanted
            cross join lateral (
                select p.amount, p.currency
                from operations.api_unit_prices p
                where
                    p.provider = call ->> 'provider'
                    and p.operation = call ->> 'operation'
                    and p.unit = wanted.key
                    and p.valid_from <= (moment at time zone 'utc')::date
                order by p.valid_from desc
                limit 1
            ) as price;
            problem_found := operations.budget_problem(call, expected, charged_in, moment);
        end if;
        is_paid := is_paid or expected is not null;
        new_id := null;
        if problem_found is null then
            insert into operations.api_usage (
                organization_id, provider, operation, model, used_at, expected_cost, currency, price_version,
                account_id, actor, run_id, quota_units
            ) values (
                call ->> 'organization_id',
                call ->> 'provider',
                call ->> 'operation',
                call ->> 'model',
                coalesce((call ->> 'used_at')::timestamptz, moment),
                expected,
                charged_in,
                (call ->> 'price_version')::integer,
                call ->> 'account_id',
                tenancy.current_actor(),
                call ->> 'run_id',
                coalesce((call ->> 'quota_units')::integer, 1)
            ) returning api_usage.usage_id into new_id;
        end if;
        return query select new_id, coalesce((call ->> 'used_at')::timestamptz, moment), problem_found, free_from;
    end loop;
    if not is_paid then
        -- Losing the last of these rows with the server costs no money, and waiting for the disk costs time.
        perform set_config('synchronous_commit', 'off', true);
    end if;
end
$$;

comment on function operations.reserve_calls is
'Reserves calls before they are made: a row of api_usage each, and the ids in the order of the calls; or, instead of '
'the id, why a quota or a budget does not allow the call, and when it will. Locks are held until the transaction ends, '
'so any number of processes together stay within quotas and budgets. A call is an object of organization_id, provider, '
'operation, and optionally model, account_id, run_id, used_at, quota_units, expected_cost with currency and '
'price_version, or priced_units: the units that it may use at most, which are paid by api_unit_prices.';
grant execute on function operations.reserve_calls to syndication_pipeline;

create function operations.settle_calls(calls jsonb)
returns void language sql
set search_path = pg_catalog, pg_temp
as $$
    update operations.api_usage as u
    set
        is_successful = coalesce(c.is_successful, u.is_successful),
        status_code = coalesce(c.status_code, u.status_code),
        latency_ms = coalesce(c.latency_ms, u.latency_ms),
        units = u.units || coalesce(c.units, '{}'),
        rate_limits = coalesce(c.rate_limits, u.rate_limits),
        cost = coalesce(c.cost, u.cost),
        currency = coalesce(c.currency, u.currency),
        expected_cost = case
            when coalesce(c.cost, u.cost) is null and coalesce(c.may_have_cost, true) then u.expected_cost
        end
    from jsonb_to_recordset(calls) as c (
        organization_id text,
        usage_id text,
        used_at timestamptz,
        is_successful boolean,
        status_code integer,
        latency_ms integer,
        units jsonb,
        rate_limits jsonb,
        cost numeric(14, 8),
        currency text,
        may_have_cost boolean
    )
    where u.organization_id = c.organization_id and u.usage_id = c.usage_id and u.used_at = c.used_at
$$;

comment on function operations.settle_calls is
'Writes what calls have used and cost to their rows, each at most once in the list. What is NULL stays as it is, so '
'settling a call again changes nothing, and a cost that is known later can be added.';
grant execute on function operations.settle_calls to syndication_pipeline;

-- What each day has used and cost.
create table operations.api_usage_daily (
    organization_id text not null references tenancy.organizations on delete cascade,
    activity_date date not null,
    provider text not null,
    operation text not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    calls bigint not null,
    failures bigint not null,
    unsettled bigint not null,
    error_rate numeric generated always as (
        failures::numeric / nullif(calls - unsettled, 0)
    ) stored,
    cost numeric(16, 8),
    expected_cost numeric(16, 8),
    average_ms numeric(12, 1),
    p95_ms numeric(12, 1),
    input_tokens bigint,
    output_tokens bigint,
    quota_units bigint not null,
    units jsonb not null default '{}',
    primary key (organization_id, activity_date, provider, operation, currency)
);

comment on table operations.api_usage_daily is
'One row is what an organization has used of one operation of one provider on one UTC day, and what it has cost.';
comment on column operations.api_usage_daily.activity_date is 'UTC day of the calls.';
comment on column operations.api_usage_daily.provider is 'The API provider.';
comment on column operations.api_usage_daily.operation is 'The purpose of the calls.';
comment on column operations.api_usage_daily.currency is
'ISO 4217 code of the costs; XXX, the code for no currency, for calls without a price.';
comment on column operations.api_usage_daily.calls is 'Number of calls.';
comment on column operations.api_usage_daily.failures is 'Calls without a response, or with an error.';
comment on column operations.api_usage_daily.unsettled is
'Calls whose end is not known: under way, or their process died.';
comment on column operations.api_usage_daily.error_rate is
'failures / (calls - unsettled); NULL if no call is settled.';
comment on column operations.api_usage_daily.cost is 'Known cost; NULL if no cost is known.';
comment on column operations.api_usage_daily.expected_cost is
'Reserved cost of calls whose cost is unknown; NULL if there are none.';
comment on column operations.api_usage_daily.average_ms is
'Average milliseconds until the response; NULL if none was measured.';
comment on column operations.api_usage_daily.p95_ms is
'Milliseconds within which 95 % of the responses came; NULL if none was measured.';
comment on column operations.api_usage_daily.input_tokens is 'Input tokens; NULL if not reported.';
comment on column operations.api_usage_daily.output_tokens is 'Output tokens; NULL if not reported.';
comment on column operations.api_usage_daily.quota_units is 'Units of the provider''s quota.';
comment on column operations.api_usage_daily.units is 'Sums of the measured units, by unit.';

select tenancy.protect_tenant_table('operations.api_usage_daily');

create view operations.monthly_costs with (security_invoker = true) as
select
    d.organization_id,
    o.slug as organization,
    date_trunc('month', d.activity_date::timestamp)::date as month,
    d.provider,
    d.currency,
    sum(d.calls) as calls,
    sum(d.failures) as failures,
    sum(d.quota_units) as quota_units,
    sum(d.cost) as cost,
    sum(d.expected_cost) as expected_cost
from operations.api_usage_daily as d
inner join tenancy.organizations as o on d.organization_id = o.organization_id
group by 1, 2, 3, 4, 5;

comment on view operations.monthly_costs is
'One row is what an organization has used of one provider in one UTC month, and what it has cost, as far as its days '
'are computed.';
comment on column operations.monthly_costs.organization is 'Slug of the organization.';
comment on column operations.monthly_costs.month is 'First day of the month.';
comment on column operations.monthly_costs.currency is
'ISO 4217 code of the costs; XXX, the code for no currency, for calls without a price.';
comment on column operations.monthly_costs.calls is 'Number of calls.';
comment on column operations.monthly_costs.failures is 'Calls without a response, or with an error.';
comment on column operations.monthly_costs.quota_units is 'Units of the provider''s quota.';
comment on column operations.monthly_costs.cost is 'Known cost; NULL if no cost is known.';
comment on column operations.monthly_costs.expected_cost is
'Reserved cost of calls whose cost is unknown; NULL if there are none.';
grant select on operations.monthly_costs to syndication_pipeline, syndication_reader;

create view content.post_costs with (security_invoker = true) as
select
    l.organization_id,
    l.post_core_id,
    coalesce(u.currency, 'XXX') as currency,
    count(*) as calls,
    sum(u.input_tokens) as input_tokens,
    sum(u.output_tokens) as output_tokens,
    sum(u.cost) as cost,
    sum(u.expected_cost) as expected_cost
from ai.llm_calls as l
inner join operations.api_usage as u on l.organization_id = u.organization_id and l.usage_id = u.usage_id
where l.post_core_id is not null
group by 1, 2, 3;

comment on view content.post_costs is
'One row is what the texts of one post have cost in one currency, rejected answers and all variations included.';
comment on column content.post_costs.currency is
'ISO 4217 code of the costs; XXX, the code for no currency, for calls without a price.';
comment on column content.post_costs.calls is 'Requests to language models.';
comment on column content.post_costs.input_tokens is 'Input tokens; NULL if not reported.';
comment on column content.post_costs.output_tokens is 'Output tokens; NULL if not reported.';
comment on column content.post_costs.cost is 'Known cost; NULL if no cost is known.';
comment on column content.post_costs.expected_cost is
'Reserved cost of requests whose cost is unknown; NULL if there are none.';
grant select on content.post_costs to syndication_pipeline, syndication_reader;

-- Rows that come with the project are no change of a rule.
alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('quota_used', 'percent', 24, 'A quota of an API is nearly or fully used.');
insert into operations.condition_levels (kind, severity, threshold) values
('quota_used', 'warning', 80),
('quota_used', 'error', 95),
('quota_used', 'critical', 100);
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;
