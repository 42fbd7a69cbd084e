-- Every loaded item of a landed file is kept in raw_payloads, under its own file or, if identical, under another file
-- of the day. One row is a file with more payloads than items, or with fewer payloads than snapshots that can only come
-- from it, because no other file of the day has the same numbers. Materialize the day again.

with snapshots as (
    select
        organization_id,
        post_id,
        (downloaded_at at time zone 'utc')::date as landed_on,
        hashtextextended(
            row(reactions, comments, shares, saves, clicks, views, impressions, reach, stats)::text, 0
        ) as numbers,
        min(landed_file_id) as landed_file_id
    from scraping.snapshots
    where
        downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
        and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    group by 1, 2, 3, 4
    -- An item yields at most one snapshot, except for quotes: snapshots of the quoted post are not counted.
    having min(landed_file_id) = max(landed_file_id) and bool_and(observed_as <> 'reshared')
),

expected as materialized (
    select
        s.organization_id,
        s.landed_on,
        f.source_file_path,
        count(*) as at_least
    from snapshots as s
    inner join landing.files as f
        on s.organization_id = f.organization_id and s.landed_file_id = f.landed_file_id
    group by 1, 2, 3
),

found as materialized (
    select
        organization_id,
        landed_on,
        source_file_path,
        count(*) as payloads
    from scraping.raw_payloads
    where
        organization_id = any(array(select organization_id from tenancy.organizations))
        and landed_on >= %(window_start)s::date
        and landed_on < %(window_end)s::date
    group by 1, 2, 3
)

select
    organization_id,
    landed_on,
    source_file_path,
    coalesce(expected.at_least, 0) as expected_at_least,
    coalesce(files.items, 0) as expected_at_most,
    coalesce(found.payloads, 0) as found
from (
    select
        organization_id,
        landed_on,
        source_file_path,
        -- Payloads of items that only an older adapter accepted are kept.
        items + items_quarantined as items
    from landing.files
    where
        organization_id = any(array(select organization_id from tenancy.organizations))
        and landed_on >= %(window_start)s::date
        and landed_on < %(window_end)s::date
) as files
full join found using (organization_id, landed_on, source_file_path)
left join expected using (organization_id, landed_on, source_file_path)
where
    (
        coalesce(found.payloads, 0) < coalesce(expected.at_least, 0)
        or coalesce(found.payloads, 0) > coalesce(files.items, 0)
    )
    -- Archived payloads are in their file.
    and not exists (
        select
        from operations.closed_months as m
        where
            m.organization_id = coalesce(files.organization_id, found.organization_id)
            and m.table_name = 'scraping.raw_payloads'
            and coalesce(files.landed_on, found.landed_on) >= m.first_day
            and coalesce(files.landed_on, found.landed_on) < m.end_day
    )
