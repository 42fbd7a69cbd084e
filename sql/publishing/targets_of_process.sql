-- The number of scheduled targets of a process on accounts that send. Parameters: platform, channel_type, process_name.

select count(*)
from publishing.post_targets as t
inner join content.posts_core as p on t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
inner join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
where
    t.state = 'scheduled'
    and t.platform = %(platform)s
    and t.channel_type = %(channel_type)s
    and case p.post_kind when 'product' then 'product_post' else p.post_kind::text end = %(process_name)s
    and a.publisher <> 'dry_run'
