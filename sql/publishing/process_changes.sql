-- One row is one change of the state of a process, or of whether it is paused, the newest first.
-- Parameters: platform, channel_type, process_name.

select
    c.occurred_at,
    tenancy.actor_name(c.actor) as actor,
    case
        when c.old_values is null then 'added as ' || (c.new_values ->> 'development_status')
        when c.old_values ->> 'development_status' <> c.new_values ->> 'development_status'
            then format('%%s to %%s', c.old_values ->> 'development_status', c.new_values ->> 'development_status')
        when (c.new_values ->> 'is_active')::boolean then 'resumed'
        else 'paused'
    end as what
from channels.rule_changes as c
where
    c.table_name = 'publishing.content_processes'
    and c.row_key = jsonb_build_object(
        'platform', %(platform)s::text, 'channel_type', %(channel_type)s::text, 'process_name', %(process_name)s::text
    )
    and c.new_values is not null
    and (
        c.old_values is null
        or c.old_values ->> 'development_status' <> c.new_values ->> 'development_status'
        or c.old_values ->> 'is_active' <> c.new_values ->> 'is_active'
    )
order by c.occurred_at desc, c.change_id desc
limit 20
