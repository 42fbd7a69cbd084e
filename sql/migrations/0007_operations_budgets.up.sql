-- Operations, second part: prices of paid APIs, what calls cost, and budgets.

set local role syndication_owner;

create sequence operations.usage_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence operations.usage_id_sequence to syndication_pipeline;

create table operations.api_prices (
    provider text not null,
    model text not null,
    price_version integer not null check (price_version > 0),
    valid_from date not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    input_price numeric(12, 6) not null check (input_price >= 0),
    cached_input_price numeric(12, 6) not null check (cached_input_price >= 0),
    output_price numeric(12, 6) not null check (output_price >= 0),
    primary key (provider, model, price_version)
);

comment on table operations.api_prices is
'One row is what one model costs from a day on, for a million tokens.';
comment on column operations.api_prices.provider is 'Who charges.';
comment on column operations.api_prices.model is 'The model.';
comment on column operations.api_prices.price_version is 'From 1; a new price is a new row.';
comment on column operations.api_prices.valid_from is 'The first day of the price.';
comment on column operations.api_prices.currency is 'ISO 4217 code.';
comment on column operations.api_prices.input_price is 'Of a million input tokens.';
comment on column operations.api_prices.cached_input_price is 'Of a million input tokens that were cached.';
comment on column operations.api_prices.output_price is 'Of a million output tokens.';

create table operations.api_usage (
    organization_id text not null references tenancy.organizations on delete cascade,
    usage_id text not null default tenancy.public_id('use', nextval('operations.usage_id_sequence'))
        check (usage_id like 'use-________'),
    provider text not null,
    operation text not null,
    model text,
    used_at timestamptz not null default now(),
    latency_ms integer check (latency_ms >= 0),
    input_tokens bigint check (input_tokens >= 0),
    cached_input_tokens bigint check (cached_input_tokens >= 0),
    output_tokens bigint check (output_tokens >= 0),
    cost numeric(14, 8) check (cost >= 0),
    expected_cost numeric(14, 8) check (expected_cost >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    price_version integer,
    is_successful boolean not null,
    primary key (organization_id, usage_id),
    check (num_nonnulls(cost, expected_cost) <= 1),
    check (num_nonnulls(cost, expected_cost) = 0 or num_nonnulls(currency, price_version) = 2)
);

comment on table operations.api_usage is
'One row is one paid request, with what it used. The cost is NULL where price or use is not known: that is not free.';
comment on column operations.api_usage.usage_id is 'Public id, use-….';
comment on column operations.api_usage.provider is 'Who was called.';
comment on column operations.api_usage.operation is 'What for.';
comment on column operations.api_usage.model is 'The model.';
comment on column operations.api_usage.used_at is 'When.';
comment on column operations.api_usage.latency_ms is 'Milliseconds until the answer.';
comment on column operations.api_usage.input_tokens is 'Input tokens, the cached ones included.';
comment on column operations.api_usage.cached_input_tokens is 'Of them, those that were cached.';
comment on column operations.api_usage.output_tokens is 'Output tokens.';
comment on column operations.api_usage.cost is 'What it cost.';
comment on column operations.api_usage.expected_cost is
'Where nobody said what it used: what it was expected to cost. Budgets count it; it is no measured cost.';
comment on column operations.api_usage.currency is 'ISO 4217 code.';
comment on column operations.api_usage.price_version is 'The price that was applied.';
comment on column operations.api_usage.is_successful is 'Whether it gave an answer.';

create index api_usage_used_at on operations.api_usage (organization_id, used_at);

create table operations.budgets (
    organization_id text not null references tenancy.organizations on delete cascade,
    period text not null check (period in ('day', 'month')),
    amount numeric(14, 4) not null check (amount >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, period)
);

comment on table operations.budgets is
'One row is what an organization may spend on paid calls in a UTC day or month: a warning at 80 %, the end at 100 %.';
comment on column operations.budgets.period is 'day or month.';
comment on column operations.budgets.amount is 'How much.';
comment on column operations.budgets.currency is 'ISO 4217 code; calls that are paid in another one are refused.';
select tenancy.protect_tenant_table('operations.api_usage');
select tenancy.protect_tenant_table('operations.budgets');
grant select, insert, update, delete on operations.api_prices to syndication_pipeline;
grant select on operations.api_prices to syndication_reader;
create trigger budgets_updated_at before update on operations.budgets
for each row execute function tenancy.set_updated_at();
create trigger budgets_audit after insert or update or delete on operations.budgets
for each row execute function tenancy.write_audit_log();
create trigger api_prices_changes after insert or update or delete on operations.api_prices
for each row execute function channels.write_rule_change();
