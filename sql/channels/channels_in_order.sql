-- One row is one channel of one platform with the number of its active rules and what people should know about it, in
-- display order.

select
    pc.platform,
    pc.channel_type,
    p.display_name || ' ' || lower(t.display_name) as display_name,
    case when p.status = 'active' then pc.status::text else 'platform ' || p.status::text end as status,
    count(r.requirement_key) as rules,
    concat_ws(' ', p.description, t.description, pc.notes) as description
from channels.platform_channels as pc
inner join channels.platforms as p on pc.platform = p.platform
inner join channels.channel_types as t on pc.channel_type = t.channel_type
left join channels.channel_requirements as r
    on pc.platform = r.platform and pc.channel_type = r.channel_type and r.is_active
group by pc.platform, pc.channel_type, p.platform, t.channel_type
order by p.priority desc, p.platform asc, pc.priority desc, pc.channel_type asc
