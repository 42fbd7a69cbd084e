-- One row is one text of the scope that was not read yet, or by another version of the program.
-- Parameters: version.

select
    t.organization_id,
    t.post_id,
    t.text,
    array(
        select h.hashtag
        from scraping.post_hashtags as ph
        inner join scraping.hashtags as h
            on ph.organization_id = h.organization_id and ph.hashtag_id = h.hashtag_id
        where ph.organization_id = t.organization_id and ph.post_id = t.post_id and ph.is_current
        order by 1
    ) as hashtags,
    decode(md5(t.text), 'hex') as text_hash
from (
    select
        p.organization_id,
        p.post_id,
        concat_ws(e'\n', p.text_content, p.article ->> 'title', p.article ->> 'subtitle') as text
    from scope as s
    inner join scraping.post_records as p on s.organization_id = p.organization_id and s.post_id = p.post_id
) as t
left join curation.post_documents as d on t.organization_id = d.organization_id and t.post_id = d.post_id
where d.post_id is null or d.reader_version <> %(version)s or d.text_hash <> decode(md5(t.text), 'hex');
