-- One row is one blog post or feed entry that posts are written from, as its newest observation describes it. An older
-- file never overwrites a newer one. A document without observations stays, but is no longer published. A re-run
-- changes nothing. Returns the number of rows changed.

with observed as (
    select
        o.organization_id,
        o.document_id,
        o.observed_at,
        o.is_published,
        o.content_hash,
        o.facts,
        min(o.observed_at) over (partition by o.organization_id, o.document_id) as first_seen_at,
        -- The order is the same for files with equal times, whichever was loaded first.
        row_number() over (
            partition by o.organization_id, o.document_id
            order by o.observed_at desc, o.content_hash desc, o.source_file_path desc
        ) as newest_rank
    from changed_documents as c
    inner join documents.document_observations as o
        on c.organization_id = o.organization_id and c.document_id = o.document_id
),

described as (
    update documents.source_documents as d set
        title = o.facts ->> 'title',
        summary = o.facts ->> 'summary',
        url = o.facts ->> 'url',
        image_url = o.facts ->> 'image_url',
        published_at = (o.facts ->> 'published_at')::timestamptz,
        is_published = o.is_published,
        content_hash = o.content_hash,
        observed_at = o.observed_at,
        first_seen_at = o.first_seen_at
    from observed as o
    where
        d.organization_id = o.organization_id
        and d.document_id = o.document_id
        and o.newest_rank = 1
        and (d.content_hash, d.is_published, d.observed_at, d.first_seen_at)
        is distinct from (o.content_hash, o.is_published, o.observed_at, o.first_seen_at)
    returning d.document_id
),

unobserved as (
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

select (select count(*) from described) + (select count(*) from unobserved) as rows_changed;
