-- One row is one section that a waiting channel can choose: it never had the section, or the platform rejected every
-- post of it, of which there were fewer than three. `attempt` is 1 for a section that it never had.
-- Reads waiting_channels and published_documents. Parameters: selected_on (a date).

with earlier_selections as (
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
)

select
    w.organization_id,
    w.platform,
    w.channel_type,
    t.section_id,
    coalesce(e.attempts, 0) + 1 as attempt,
    d.published_at,
    d.source,
    d.remote_document_id,
    s.position
from waiting_channels as w
inner join published_documents as d on w.organization_id = d.organization_id
cross join lateral jsonb_array_elements(d.facts -> 'sections') with ordinality as s (section, position)
inner join documents.source_sections as t
    on
        d.organization_id = t.organization_id
        and d.document_id = t.document_id
        and s.section ->> 'section_key' = t.section_key
left join earlier_selections as e
    on
        w.organization_id = e.organization_id
        and w.platform = e.platform
        and w.channel_type = e.channel_type
        and t.section_id = e.section_id
where s.section ->> 'section_url' <> '' and (e.section_id is null or (e.is_rejected and e.attempts < 3))
