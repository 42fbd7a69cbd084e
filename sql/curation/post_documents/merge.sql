-- Writes the search terms of the texts in `read_texts`, and for all posts of the scope when they were published and
-- last observed. A re-run changes nothing. Parameters: version.

create temporary table times on commit drop as
select
    p.organization_id,
    p.post_id,
    p.posted_at,
    greatest(
        p.last_seen_at,
        (
            select max(n.downloaded_at)
            from scraping.snapshots as n
            where n.organization_id = p.organization_id and n.post_id = p.post_id
        )
    ) as observed_at
from scope as s
inner join scraping.post_records as p on s.organization_id = p.organization_id and s.post_id = p.post_id;

update curation.post_documents as d set posted_at = t.posted_at, observed_at = t.observed_at
from times as t
where
    d.organization_id = t.organization_id
    and d.post_id = t.post_id
    and (d.posted_at, d.observed_at) is distinct from (t.posted_at, t.observed_at);

insert into curation.post_documents as d (
    organization_id, post_id, language, document, text_hash, reader_version, posted_at, observed_at
)
select
    r.organization_id,
    r.post_id,
    r.language,
    curation.search_document(r.language, r.words, r.terms),
    r.text_hash,
    %(version)s,
    t.posted_at,
    t.observed_at
from read_texts as r
inner join times as t on r.organization_id = t.organization_id and r.post_id = t.post_id
on conflict (organization_id, post_id) do update set
language = excluded.language,
document = excluded.document,
text_hash = excluded.text_hash,
reader_version = excluded.reader_version;

drop table times;
