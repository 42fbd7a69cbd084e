-- What decides what a process of a channel does: one row is one schedule, rule, limit or instruction, with the
-- organization that it is for (NULL for all of them). Parameters: platform, channel_type, process_name.

select
    o.slug as organization,
    'schedule' as what,
    format('%%s: %%s, %%s', s.schedule_name, s.recurrence_rule, s.time_zone) as value
from publishing.publishing_schedules as s
inner join tenancy.organizations as o on s.organization_id = o.organization_id
where s.platform = %(platform)s and s.channel_type = %(channel_type)s and s.is_active
union all
select
    o.slug,
    'approval',
    format(
        'by rule for texts by %%s%%s',
        array_to_string(r.generators, ', '),
        case when r.minimum_score > 0 then format(' with a score of at least %%s', trim_scale(r.minimum_score)) end
    )
from content.approval_rules as r
inner join tenancy.organizations as o on r.organization_id = o.organization_id
where r.platform = %(platform)s and r.channel_type = %(channel_type)s and r.is_active
union all
select
    o.slug,
    'sections',
    format('one a day from %%s', c.starts_on)
from content.section_channels as c
inner join tenancy.organizations as o on c.organization_id = o.organization_id
where
    c.platform = %(platform)s
    and c.channel_type = %(channel_type)s
    and c.is_active
    and %(process_name)s = 'blog_post'
union all
select
    o.slug,
    'limit',
    format('at most %%s %%s a %%s for paid calls', trim_scale(b.amount), b.currency, b.period)
from operations.budgets as b
inner join tenancy.organizations as o on b.organization_id = o.organization_id
where
    %(process_name)s not in ('announcement', 'event')
    and exists (
        select
        from publishing.publishing_schedules as s
        where
            s.organization_id = b.organization_id
            and s.platform = %(platform)s
            and s.channel_type = %(channel_type)s
            and s.is_active
    )
union all
select
    null,
    'limit',
    format('%%s %%s', r.requirement_key, coalesce(r.maximum::text, r.minimum::text, r.value #>> '{}'))
from channels.channel_requirements as r
where
    r.platform = %(platform)s
    and r.channel_type = %(channel_type)s
    and r.is_active
    and r.requirement_key in (
        'maximum_posts_per_day', 'minutes_between_posts', 'maximum_posts_per_day_of_account', 'variations', 'late_slot'
    )
union all
select
    null,
    'instructions',
    p.instructions
from publishing.content_processes as p
where
    p.platform = %(platform)s
    and p.channel_type = %(channel_type)s
    and p.process_name = %(process_name)s
    and p.instructions is not null
order by organization nulls last, what, value
