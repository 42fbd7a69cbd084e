-- Tables compute a formula as it is defined: the version and the two sides of a rate, and the counters that engagement
-- adds up. One row is a formula in engagement.metric_definitions that the tables compute differently, or not at all: a
-- change of a formula needs a migration of its function, which raises the version.

select
    m.metric_name,
    m.metric_name || '/' || m.formula_version || ' = ' || m.numerator || ' / ' || m.denominator as defined,
    f.rate_formula || ' = engagement / ' || f.denominator as computed
from (
    select
        k.kind::text as denominator,
        engagement.rate_formula(k.kind) as rate_formula
    from unnest(enum_range(null::engagement.denominator_kind)) as k (kind)
    union all
    select
        'followers',
        engagement.rate_by_followers_formula()
) as f
full join (select * from engagement.metric_definitions where kind = 'ratio') as m
    on f.rate_formula = m.metric_name || '/' || m.formula_version
where (m.numerator = 'engagement' and m.denominator = f.denominator) is not true
union all
-- Each counter alone: it counts if, and only if, it is one of the addends.
select
    m.metric_name,
    array_to_string(m.addends, ' + '),
    'with ' || a.counter || ' alone: ' || coalesce(a.engagement::text, 'NULL')
from engagement.metric_definitions as m
cross join (
    values
    ('reactions', engagement.public_engagement(1, null, null, null)),
    ('comments', engagement.public_engagement(null, 1, null, null)),
    ('shares', engagement.public_engagement(null, null, 1, null)),
    ('saves', engagement.public_engagement(null, null, null, 1))
) as a (counter, engagement)
where
    m.metric_name in ('engagement', 'engagement_delta')
    and (
        a.engagement is distinct from case
            when case m.kind when 'delta' then a.counter || '_delta' else a.counter end = any(m.addends) then 1
        end
        or cardinality(m.addends) <> 4
    )
