-- Operations, second part: prices of paid APIs, usage with its cost, and budgets.

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
    source_url text,
    checked_on date,
    primary key (provider, model, price_version)
);

comment on table operations.api_prices is
'One row is the price of a model from a day on, per million tokens.';
comment on column operations.api_prices.provider is 'The API provider that charges for the calls.';
comment on column operations.api_prices.model is 'The model name as sent to the provider.';
comment on column operations.api_prices.price_version is
'Version of the price, from 1. A price change adds a row instead of editing one.';
comment on column operations.api_prices.valid_from is
'First UTC day of the price, which applies until the valid_from of the next version.';
comment on column operations.api_prices.currency is 'ISO 4217 code of the three prices.';
comment on column operations.api_prices.input_price is 'Price per million uncached input tokens.';
comment on column operations.api_prices.cached_input_price is 'Price per million cached input tokens.';
comment on column operations.api_prices.output_price is 'Price per million output tokens, reasoning tokens included.';
comment on column operations.api_prices.source_url is 'Page on which the provider states the price; NULL if not noted.';
comment on column operations.api_prices.checked_on is
'Day on which a person read the price there; NULL if not noted.';

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
'One row is the amount that an organization may spend on paid calls per UTC day or month: runs warn at 80 %, and no '
'more calls are made at 100 %.';
comment on column operations.budgets.period is 'Length of the budget period in UTC: day or month.';
comment on column operations.budgets.amount is 'Maximum spending per period, in `currency`.';
comment on column operations.budgets.currency is 'ISO 4217 code; calls paid in another currency are not made.';
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
