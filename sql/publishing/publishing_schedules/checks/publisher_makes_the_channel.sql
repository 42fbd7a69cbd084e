-- Every active schedule is for a kind of publication that its account's publisher can make. One row is a schedule that
-- would get no posts: change its channel, or deactivate it.

select
    s.organization_id,
    s.schedule_id,
    a.publisher,
    s.channel_type,
    array_agg(k.channel_type order by k.channel_type) as possible_channels
from publishing.publishing_schedules as s
inner join channels.social_accounts as a
    on s.organization_id = a.organization_id and s.account_id = a.account_id
inner join channels.publisher_channels as k on a.publisher = k.publisher
where s.is_active
group by s.organization_id, s.schedule_id, a.publisher, s.channel_type
having not bool_or(k.channel_type = s.channel_type)
