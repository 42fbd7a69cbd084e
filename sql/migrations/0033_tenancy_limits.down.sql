-- Owners keep all rights that they have, and nobody can give one by a command.

set local role syndication_owner;

drop view tenancy.user_activity;
drop function tenancy.actor_kind;

alter table publishing.content_processes drop column instructions;

alter table operations.condition_levels disable trigger condition_levels_changes;
with raised as (
    update operations.condition_levels as l
    set threshold = 100
    where
        (l.kind, l.severity, l.threshold) = ('budget_used', 'critical', 95)
        and not exists (
            select from operations.condition_levels as e
            where (e.kind, e.severity) = ('budget_used', 'error')
        )
    returning l.kind
)

insert into operations.condition_levels (kind, severity, threshold)
select
    r.kind,
    'error',
    95
from raised as r;

delete from operations.alerts where kind = 'foreign_key_unindexed';
update operations.alert_routes set kind = null, is_active = false where kind = 'foreign_key_unindexed';
alter table operations.condition_kinds disable trigger condition_kinds_changes;
delete from operations.condition_kinds where kind = 'foreign_key_unindexed';
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'roles.edit';
delete from tenancy.permissions where permission = 'roles.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;

drop index operations.webhook_events_occurred_at;

create or replace function operations.reserve_calls(calls jsonb)
returns table (usage_id text, used_at timestamptz, problem text,
    free_at timestamptz) language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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

create or replace function operations.budget_problem(call jsonb, expected numeric, currency text, moment timestamptz)
returns text language sql stable set search_path to 'pg_catalog', 'pg_temp'
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

create or replace function operations.budgets_used(moment timestamptz)
returns table (organization_id text, period text, provider text, amount numeric, currency text, starts_at timestamptz,
    ends_at timestamptz, spent numeric, expected numeric, used numeric, used_percent numeric,
    projected numeric) language sql stable set search_path to 'pg_catalog', 'pg_temp'
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

drop function operations.budgets_of;
