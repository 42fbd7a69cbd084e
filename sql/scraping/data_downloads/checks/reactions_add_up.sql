-- The reactions of a snapshot are the sum of its reactions by kind. One row is a snapshot of these days with another
-- sum. Numbers are stored as the source reports them: it may have added a kind that the adapter does not know yet. Look
-- at unknown_keys of the run.

select
    d.organization_id,
    d.download_id,
    d.post_id,
    d.run_id,
    k.reactions as expected,
    d.reactions as found
from scraping.data_downloads as d
cross join
    lateral (
        select sum(kinds.value::bigint) as reactions
        from jsonb_each_text(d.stats -> 'reactions') as kinds
    ) as k
where
    d.downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
    and d.downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    and d.reactions is not null
    and k.reactions <> d.reactions
