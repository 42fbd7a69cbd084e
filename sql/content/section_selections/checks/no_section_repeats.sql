-- No channel gets a section again, unless the platform rejected every earlier post of that section.

select
    s.platform,
    s.channel_type,
    s.selected_on,
    s.section_id
from content.section_selections as s
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and exists (
        select
        from content.section_selections as e
        left join content.posts_core as p
            on e.organization_id = p.organization_id and e.section_selection_id = p.section_selection_id
        where
            e.organization_id = s.organization_id
            and e.platform = s.platform
            and e.channel_type = s.channel_type
            and e.section_id = s.section_id
            and e.selected_on < s.selected_on
            and not exists (
                select
                from publishing.post_targets as t
                where t.organization_id = p.organization_id and t.post_core_id = p.post_core_id and t.state = 'failed'
            )
    )
