-- The days that have approved texts without a target, with a fingerprint of those texts: the same texts give the same
-- one. Parameters: window_start, window_end (dates, the end exclusive).

select
    p.planned_on,
    md5(string_agg(c.content_id, ',' order by c.organization_id, c.content_id)) as fingerprint
from content.posts_content as c
inner join content.posts_core as p
    on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
where
    p.planned_on >= %(window_start)s
    and p.planned_on < %(window_end)s
    and publishing.is_approved(c.organization_id, c.content_id, c.content_hash)
    and exists (
        select
        from publishing.publishing_schedules as s
        where
            s.organization_id = p.organization_id
            and s.platform = p.platform
            and s.channel_type = p.channel_type
            and s.is_active
    )
    and not exists (
        select
        from publishing.post_targets as t
        where t.organization_id = c.organization_id and t.content_id = c.content_id and t.state <> 'draft'
    )
group by p.planned_on
order by p.planned_on;
