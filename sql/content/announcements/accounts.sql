-- One row is one account that would publish an announcement in a channel: the same that planning finds for other texts,
-- which have an active schedule, in a channel that is in use and whose process for such posts runs.
-- Parameters: organization_id, platform, channel_type, post_kind.

select distinct a.display_name
from publishing.publishing_schedules as s
inner join channels.social_accounts as a on s.organization_id = a.organization_id and s.account_id = a.account_id
inner join channels.platforms as p on s.platform = p.platform
inner join channels.platform_channels as c on s.platform = c.platform and s.channel_type = c.channel_type
where
    s.organization_id = %(organization_id)s
    and s.platform = %(platform)s
    and s.channel_type = %(channel_type)s
    and s.is_active
    and a.status <> 'paused'
    and p.status = 'active'
    and c.status in ('active', 'beta')
    and channels.can_publish(a.publisher, s.channel_type)
    and publishing.is_process_active(s.platform, s.channel_type, %(post_kind)s)
order by 1
