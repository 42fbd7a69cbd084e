-- One row is one day on which files of a room have landed: the number of files and loaded items, and the open
-- quarantine with place and reason. Parameters: days, other_sources (which the room does not load), shown_items.

select
    f.landed_on,
    f.files,
    f.items,
    coalesce(q.open_items, 0) as open_items,
    q.reasons
from (
    select
        landed_on,
        count(*) as files,
        sum(items) as items
    from landing.files
    where
        landed_on = any(%(days)s::date[])
        and source <> all(%(other_sources)s::text[])
        and withdrawn_at is null
    group by landed_on
) as f
left join (
    select
        landed_on,
        count(*) as open_items,
        jsonb_agg(
            jsonb_build_array(source_file_path, coalesce(position::text, 'the whole file'), reason)
            order by source_file_path, position nulls first
        ) filter (where place <= %(shown_items)s) as reasons
    from (
        select
            landed_on,
            source_file_path,
            position,
            reason,
            row_number() over (partition by landed_on order by source_file_path, position nulls first) as place
        from landing.quarantine
        where
            organization_id = any(array(select organization_id from tenancy.organizations))
            and landed_on = any(%(days)s::date[])
            and source <> all(%(other_sources)s::text[])
            and replayed_at is null and closed_at is null
    ) as open_quarantine
    group by landed_on
) as q on f.landed_on = q.landed_on
order by f.landed_on;
