-- Every selection of a section has one post with the same section, channel and day.

select
    s.section_selection_id,
    s.selected_on,
    p.post_core_id
from content.section_selections as s
left join content.posts_core as p
    on s.organization_id = p.organization_id and s.section_selection_id = p.section_selection_id
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and (p.section_id, p.platform, p.channel_type, p.planned_on)
    is distinct from (s.section_id, s.platform, s.channel_type, s.selected_on)
