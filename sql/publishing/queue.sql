-- The targets that all given filters let through, what is due first, then what has no slot, each with the number of all
-- of them. Parameters: organization, state, platform, channel_type, kind, since, until (NULL is no filter), maximum,
-- left_out (rows before the first).

select
    t.target_id,
    o.slug as organization,
    t.state::text,
    t.scheduled_at,
    a.display_name as account,
    t.platform || ' ' || t.channel_type as channel,
    t.is_simulated,
    t.platform_post_id,
    t.error_message,
    c.text_content,
    p.post_kind::text as kind,
    count(*) over () as total
from publishing.post_targets as t
inner join tenancy.organizations as o on t.organization_id = o.organization_id
inner join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
inner join content.posts_content as c on t.organization_id = c.organization_id and t.content_id = c.content_id
inner join content.posts_core as p on t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
where
    (%(organization)s::text is null or o.slug = %(organization)s)
    and (%(state)s::text is null or t.state::text = %(state)s)
    and (%(platform)s::text is null or t.platform = %(platform)s)
    and (%(channel_type)s::text is null or t.channel_type = %(channel_type)s)
    and (%(kind)s::text is null or p.post_kind::text = %(kind)s)
    and (%(since)s::date is null or t.scheduled_at >= %(since)s::date::timestamp at time zone 'utc')
    and (%(until)s::date is null or t.scheduled_at < (%(until)s::date + 1)::timestamp at time zone 'utc')
order by t.scheduled_at asc nulls last, t.target_id asc
limit %(maximum)s offset %(left_out)s
