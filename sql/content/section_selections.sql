-- One row is the section selected for one channel and day. Documents published by the end of the day come newest first,
-- the sections of a document in order. The channels are those of content.section_channels.
-- A channel gets each section once, whatever the day of its selection. Only if the platform rejected every post of a
-- section is it selected again, up to three times in total; a section that a person rejected or cancelled is not.
-- A channel without a section left has no row on that day, which is normal.
-- A day depends on the files observed by its end and on existing selections, so a backfill gives the same result. A
-- re-run keeps every selection.
-- Parameters: selected_on (a date). Returns the number of waiting channels and of selected sections.

with waiting_channels as (
    select
        c.organization_id,
        c.platform,
        c.channel_type
    from content.section_channels as c
    inner join tenancy.organizations as o on c.organization_id = o.organization_id and o.is_active
    inner join channels.platforms as p on c.platform = p.platform and p.status = 'active'
    inner join channels.platform_channels as pc
        on c.platform = pc.platform and c.channel_type = pc.channel_type and pc.status in ('active', 'beta')
    where
        c.is_active
        and c.starts_on <= %(selected_on)s::date
        and publishing.is_process_active(c.platform, c.channel_type, 'blog_post')
        and not exists (
            select
            from content.section_selections as s
            where
                s.organization_id = c.organization_id
                and s.platform = c.platform
                and s.channel_type = c.channel_type
                and s.selected_on = %(selected_on)s::date
        )
),

known_documents as (
    select distinct on (o.organization_id, o.document_id)
        o.organization_id,
        o.document_id,
        o.is_published,
        o.facts
    from documents.document_observations as o
    where
        o.organization_id in (select organization_id from waiting_channels)
        and o.observed_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc'
    order by
        o.organization_id asc,
        o.document_id asc,
        o.observed_at desc,
        o.content_hash desc,
        o.source_file_path desc
),

published_documents as (
    select
        k.organization_id,
        k.document_id,
        k.facts,
        d.source,
        d.remote_document_id,
        coalesce((k.facts ->> 'published_at')::timestamptz, d.first_seen_at) as published_at,
        -- A page in both the blog's export and its feed counts once: as the document whose sections were selected
        -- before, else as the document of the export, whose sections are more reliable.
        row_number() over (
            partition by k.organization_id, coalesce(k.facts ->> 'url', k.document_id)
            order by
                exists (
                    select
                    from content.section_selections as s
                    inner join documents.source_sections as t
                        on s.organization_id = t.organization_id and s.section_id = t.section_id
                    where s.organization_id = k.organization_id and t.document_id = k.document_id
                ) desc,
                d.source = 'blog_posts' desc,
                d.source asc,
                d.remote_document_id asc
        ) as rank_of_page
    from known_documents as k
    inner join documents.source_documents as d
        on k.organization_id = d.organization_id and k.document_id = d.document_id
    where
        k.is_published
        and coalesce((k.facts ->> 'published_at')::timestamptz, d.first_seen_at)
        < (%(selected_on)s::date + 1)::timestamp at time zone 'utc'
),

known_sections as (
    select
        d.organization_id,
        d.published_at,
        d.source,
        d.remote_document_id,
        s.position,
        t.section_id
    from published_documents as d
    cross join lateral jsonb_array_elements(d.facts -> 'sections') with ordinality as s (section, position)
    inner join documents.source_sections as t
        on
            d.organization_id = t.organization_id
            and d.document_id = t.document_id
            and s.section ->> 'section_key' = t.section_key
    where d.rank_of_page = 1 and s.section ->> 'section_url' <> ''
),

progress as (
    select
        w.organization_id,
        w.platform,
        w.channel_type,
        s.section_id,
        count(*) as attempts,
        bool_and(coalesce(t.is_rejected, false)) as is_rejected
    from waiting_channels as w
    inner join content.section_selections as s
        on w.organization_id = s.organization_id and w.platform = s.platform and w.channel_type = s.channel_type
    left join content.posts_core as p
        on s.organization_id = p.organization_id and s.section_selection_id = p.section_selection_id
    left join lateral (
        select
            bool_and(
                t.state = 'failed' and t.updated_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc'
            ) as is_rejected
        from publishing.post_targets as t
        where t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
    ) as t on true
    group by w.organization_id, w.platform, w.channel_type, s.section_id
),

candidates as (
    select
        w.organization_id,
        w.platform,
        w.channel_type,
        k.section_id,
        coalesce(p.attempts, 0) + 1 as attempt,
        row_number() over (
            partition by w.organization_id, w.platform, w.channel_type
            order by k.published_at desc, k.source asc, k.remote_document_id asc, k.position asc
        ) as rank,
        count(*) over (partition by w.organization_id, w.platform, w.channel_type) as sections
    from waiting_channels as w
    inner join known_sections as k on w.organization_id = k.organization_id
    left join progress as p
        on
            w.organization_id = p.organization_id
            and w.platform = p.platform
            and w.channel_type = p.channel_type
            and k.section_id = p.section_id
    where p.section_id is null or (p.is_rejected and p.attempts < 3)
),

written_rows as (
    insert into content.section_selections (
        organization_id, platform, channel_type, selected_on, section_id, attempt, sections_left
    )
    select
        organization_id,
        platform,
        channel_type,
        %(selected_on)s::date,
        section_id,
        attempt,
        sections - 1
    from candidates
    where rank = 1
    order by organization_id, platform, channel_type
    returning organization_id
)

select
    (select count(*) from waiting_channels) as channels_waiting,
    (select count(*) from written_rows) as rows_written;
