-- Every post that was observed in the window has search terms of its present text.
-- Parameters: window_start, window_end (dates, the end exclusive).

select distinct
    p.organization_id,
    p.post_id
from scraping.snapshots as s
inner join scraping.post_records as p on s.organization_id = p.organization_id and s.post_id = p.post_id
left join curation.post_documents as d on p.organization_id = d.organization_id and p.post_id = d.post_id
where
    s.downloaded_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and s.downloaded_at < %(window_end)s::date::timestamp at time zone 'utc'
    and d.text_hash is distinct from
    decode(md5(concat_ws(e'\n', p.text_content, p.article ->> 'title', p.article ->> 'subtitle')), 'hex');
