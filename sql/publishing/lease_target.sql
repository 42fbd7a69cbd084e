-- Leases the due target with the earliest slot and returns what its publisher needs; no row if nothing is due.
-- Concurrent publishers never lease the same target: the row is locked until its state is `publishing`. Its text is
-- locked with it, so that a rejection or an edit either precedes the lease or finds the text sent. A target with a
-- published attempt is never leased again, whatever its state.
--
-- Parameters: now, publishers (names), closed_accounts (ids to skip), waiting (`account/channel` or ids of targets
-- to skip), leased_by, lease_duration (an interval).

-- Ordered as the index post_targets_due, so that the scan stops at the first match, however many targets are due.
with due as materialized (
    select
        t.organization_id,
        o.slug as organization,
        t.target_id,
        who.publisher,
        a.remote_account_id,
        a.credential_id,
        a.server_url
    from publishing.post_targets as t
    inner join channels.social_accounts as a
        on t.organization_id = a.organization_id and t.account_id = a.account_id
    inner join tenancy.organizations as o on t.organization_id = o.organization_id
    inner join content.posts_content as c
        on t.organization_id = c.organization_id and t.content_id = c.content_id
    inner join content.posts_core as post
        on t.organization_id = post.organization_id and t.post_core_id = post.post_core_id
    inner join channels.platforms as p on t.platform = p.platform
    inner join channels.platform_channels as pc on t.platform = pc.platform and t.channel_type = pc.channel_type
    left join channels.platform_limits as l
        on t.organization_id = l.organization_id and t.account_id = l.account_id
    -- A process that is not in production simulates on every account. LIMIT: looked up once for each target.
    cross join lateral (
        select publishing.publisher_of(a.publisher, t.platform, t.channel_type, post.post_kind::text) as publisher
        limit 1
    ) as who
    where
        t.state = 'scheduled'
        and t.scheduled_at <= %(now)s
        and (t.next_attempt_at is null or t.next_attempt_at <= %(now)s)
        and a.status = 'active'
        and who.publisher = any(%(publishers)s::text[])
        and a.account_id <> all(%(closed_accounts)s::text[])
        and a.account_id || '/' || t.channel_type <> all(%(waiting)s::text[])
        and t.target_id <> all(%(waiting)s::text[])
        and (l.blocked_until is null or l.blocked_until <= %(now)s)
        and o.is_active
        and p.status = 'active'
        and pc.status in ('active', 'beta')
        and publishing.is_process_active(t.platform, t.channel_type, post.post_kind::text)
        -- Texts of sample organizations are never sent.
        and (who.publisher = 'dry_run' or not o.settings @> '{"is_sample": true}')
        and publishing.is_approved(t.organization_id, t.content_id, t.content_hash)
        -- The catalogue may have changed since this run began. A simulation is checked against that of its day, before.
        and (
            who.publisher = 'dry_run'
            or publishing.contradiction(t.organization_id, t.content_id, 'infinity') is null
        )
        and (
            c.picture_file_id is null
            or publishing.picture_problem(c.organization_id, c.picture_file_id, c.text_content) is null
        )
        -- Its event may have ended or been cancelled since.
        and (
            post.event_id is null
            or publishing.event_problem(t.organization_id, t.post_core_id, greatest(%(now)s, t.scheduled_at)) is null
        )
        -- After a restore: calls of the account that this database does not know.
        and not exists (
            select
            from publishing.lost_calls as lost
            where
                lost.organization_id = t.organization_id
                and lost.account_id = t.account_id
                and lost.target_id is null
                and lost.released_at is null
                and who.publisher <> 'dry_run'
        )
        -- A condition on the locked row itself: PostgreSQL checks it again once it holds the lock.
        and c.state = 'approved'
        and (
            t.attempts = 0
            or not exists (
                select
                from publishing.publish_attempts as e
                where e.organization_id = t.organization_id and e.target_id = t.target_id and e.outcome = 'published'
            )
        )
    order by t.scheduled_at, t.target_id
    limit 1
    for update of t skip locked
    for share of c skip locked -- noqa: PRS
),

leased as (
    update publishing.post_targets as t
    set
        state = 'publishing',
        leased_by = %(leased_by)s,
        leased_until = clock_timestamp() + %(lease_duration)s::interval,
        attempts = t.attempts + 1,
        is_simulated = due.publisher = 'dry_run'
    from due
    where t.organization_id = due.organization_id and t.target_id = due.target_id
    returning
        t.organization_id, t.target_id, t.attempts, t.account_id, t.platform, t.channel_type, t.content_id,
        t.content_hash, t.post_core_id, t.scheduled_at, due.organization, due.publisher, due.remote_account_id,
        due.credential_id, due.server_url
)

select
    leased.*,
    (
        select p.post_kind::text
        from content.posts_core as p
        where p.organization_id = leased.organization_id and p.post_core_id = leased.post_core_id
    ) as post_kind,
    (
        select s.time_zone
        from publishing.publishing_schedules as s
        where
            s.organization_id = leased.organization_id
            and s.account_id = leased.account_id
            and s.channel_type = leased.channel_type
        order by s.is_active desc, s.schedule_id asc
        limit 1
    ) as time_zone,
    limits.*,
    content.*
from leased
cross join lateral (
    select
        min(floor(coalesce(r.maximum, (r.value #>> '{}')::numeric)))
        filter (where r.requirement_key = 'maximum_posts_per_day')::integer as posts_a_day,
        max(ceil(coalesce(r.minimum, (r.value #>> '{}')::numeric)))
        filter (where r.requirement_key = 'minutes_between_posts')::integer as minutes_between_posts,
        min(floor(coalesce(r.maximum, (r.value #>> '{}')::numeric)))
        filter (where r.requirement_key = 'maximum_posts_per_day_of_account')::integer as account_posts_a_day
    from channels.channel_requirements as r
    where
        r.platform = leased.platform
        and r.channel_type = leased.channel_type
        and r.requirement_category = 'engagement'
        and r.requirement_key in ('maximum_posts_per_day', 'minutes_between_posts', 'maximum_posts_per_day_of_account')
        and r.is_active
        and r.severity = 'hard'
        and r.value_type = 'number'
) as limits
cross join lateral (
    select
        c.text_content,
        c.link_url,
        c.image_url,
        (
            select f.object_path
            from media.media_files as f
            where f.organization_id = c.organization_id and f.media_file_id = c.picture_file_id
        ) as picture_path,
        c.alt_text,
        c.language
    from content.posts_content as c
    where c.organization_id = leased.organization_id and c.content_id = leased.content_id
    limit 1
) as content
