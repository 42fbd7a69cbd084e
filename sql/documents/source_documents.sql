-- One row is one blog post or feed entry that posts are written from, as its newest observation says. It stays when no
-- file has it any more, not published. An older file never overwrites what a newer one says; a re-run changes nothing.
-- Returns how many rows are other than before.

with newest as (
    select
        o.organization_id,
        o.document_id,
        o.observed_at,
        o.is_published,
        o.content_hash,
        o.facts,
        min(o.observed_at) over (partition by o.organization_id, o.document_id) as first_seen_at,
        -- Of two files of one moment, the same one whatever was loaded first.
        row_number() over (
            partition by o.organization_id, o.document_id
            order by o.observed_at desc, o.content_hash desc, o.source_file_path desc
        ) as place
    from changed_documents as c
    inner join documents.document_observations as o
        on c.organization_id = o.organization_id and c.document_id = o.document_id
),

described as (
    update documents.source_documents as d set
        title = n.facts ->> 'title',
        summary = n.facts ->> 'summary',
        url = n.facts ->> 'url',
        image_url = n.facts ->> 'image_url',
        published_at = (n.facts ->> 'published_at')::timestamptz,
        is_published = n.is_published,
        content_hash = n.content_hash,
        observed_at = n.observed_at,
        first_seen_at = n.first_seen_at
    from newest as n
    where
        d.organization_id = n.organization_id
        and d.document_id = n.document_id
        and n.place = 1
        and (d.content_hash, d.is_published, d.observed_at, d.first_seen_at)
        is distinct from (n.content_hash, n.is_published, n.observed_at, n.first_seen_at)
    returning d.document_id
),

left_alone as (
    update documents.source_documents as d set is_published = false
    from changed_documents as c
    where
        d.organization_id = c.organization_id
        and d.document_id = c.document_id
        and d.is_published
        and not exists (
            select
            from documents.document_observations as o
            where o.organization_id = d.organization_id and o.document_id = d.document_id
        )
    returning d.document_id
)

select (select count(*) from described) + (select count(*) from left_alone) as rows_changed;
