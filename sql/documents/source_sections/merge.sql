-- One row is one section of one document, as described by the newest observation that has it. A section that the
-- document no longer has stays but is inactive, because posts may have been written from it and selections of earlier
-- days may be repeated. A re-run changes nothing. Returns the number of rows written (new or changed).

with observed as (
    select
        o.organization_id,
        o.document_id,
        o.facts,
        row_number() over (
            partition by o.organization_id, o.document_id
            order by o.observed_at desc, o.content_hash desc, o.source_file_path desc
        ) as newest_rank
    from changed_documents as c
    inner join documents.document_observations as o
        on c.organization_id = o.organization_id and c.document_id = o.document_id
),

sections as (
    select distinct on (o.organization_id, o.document_id, s.section ->> 'section_key')
        o.organization_id,
        o.document_id,
        s.section ->> 'section_key' as section_key,
        o.newest_rank = 1 as is_active,
        (s.ordinal - 1)::integer as position,
        s.section ->> 'heading' as heading,
        s.section ->> 'text_content' as text_content,
        s.section ->> 'section_url' as section_url,
        s.section ->> 'image_url' as image_url
    from observed as o
    cross join lateral jsonb_array_elements(o.facts -> 'sections') with ordinality as s (section, ordinal)
    order by o.organization_id asc, o.document_id asc, s.section ->> 'section_key' asc, o.newest_rank asc
),

written_rows as (
    insert into documents.source_sections as t (
        organization_id, document_id, section_key, position, heading, text_content, section_url, image_url, is_active
    )
    select
        organization_id,
        document_id,
        section_key,
        position,
        heading,
        text_content,
        section_url,
        image_url,
        is_active
    from sections
    order by organization_id, document_id, position
    on conflict (organization_id, document_id, section_key) do update set
        position = excluded.position,
        heading = excluded.heading,
        text_content = excluded.text_content,
        section_url = excluded.section_url,
        image_url = excluded.image_url,
        is_active = excluded.is_active
    where
        (t.position, t.heading, t.text_content, t.section_url, t.image_url, t.is_active)
        is distinct from (
            excluded.position,
            excluded.heading,
            excluded.text_content,
            excluded.section_url,
            excluded.image_url,
            excluded.is_active
        )
    returning t.section_id
),

deactivated as (
    update documents.source_sections as t set is_active = false
    from changed_documents as c
    where
        t.organization_id = c.organization_id
        and t.document_id = c.document_id
        and t.is_active
        and not exists (
            select
            from sections as s
            where
                s.organization_id = t.organization_id
                and s.document_id = t.document_id
                and s.section_key = t.section_key
        )
    returning t.section_id
)

select (select count(*) from written_rows) + (select count(*) from deactivated) as rows_changed;
