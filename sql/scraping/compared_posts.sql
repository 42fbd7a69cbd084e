-- One row is one known post that the day observed again, with what the observation changes. Parameters: day.
--
-- The record of a post has the values of its newest observation, but not always its times: an observation of unchanged
-- values only writes a snapshot. What is known of later days is therefore the record and the later snapshots.

-- One row is one post that was also observed after the day. In a load of the newest day nothing is looked up.
create temporary table later_observations on commit drop as
select
    d.organization_id,
    d.post_id,
    next_snapshot.downloaded_at as next_seen_at,
    newest.*
from described_posts as d
cross join lateral (
    select s.downloaded_at
    from scraping.snapshots as s
    where
        s.organization_id = d.organization_id
        and s.post_id = d.post_id
        and s.downloaded_at >= %(day)s::date + 1
    order by s.downloaded_at
    limit 1
) as next_snapshot
cross join lateral (
    select
        max(s.downloaded_at) as last_seen_at,
        max(s.downloaded_at) filter (where s.is_description) as content_observed_at,
        max(s.downloaded_at) filter (where s.lacks_author is null) as author_observed_at,
        max(s.downloaded_at) filter (where s.lacks_type is null) as direct_observed_at,
        max(s.downloaded_at) filter (where s.posted_at is not null) as posted_observed_at
    from scraping.snapshots as s
    where
        s.organization_id = d.organization_id
        and s.post_id = d.post_id
        and s.downloaded_at >= %(day)s::date + 1
) as newest
where
    not d.is_new
    and exists (select from scraping.snapshots as s where s.downloaded_at >= %(day)s::date + 1);

analyze later_observations (organization_id, post_id);

create temporary table compared_posts on commit drop as
select
    *,
    is_newest
    and (
        has_new_content
        or known_content_observed_as <> content_observed_as
        or (known_content_observed_at is null) <> (content_observed_at is null)
        -- The observation of the record has moved, or it has no snapshot from which its time follows.
        or known_content_observed_at > content_observed_at
        or (not has_moments and known_content_observed_at < content_observed_at)
        or (not has_moments and known_payload_hash is distinct from payload_hash)
    ) as writes_content,
    is_newest_author
    and (
        has_new_author
        or known_profile_id is distinct from profile_id
        or coalesce(known_author_observed_at > author_observed_at, true)
        or (not has_moments and known_author_observed_at < author_observed_at)
    ) as writes_author,
    is_newest_direct
    and (
        (known_post_type, known_reposted_post_id) is distinct from (post_type, reposted_post_id)
        or coalesce(known_direct_observed_at > direct_observed_at, true)
        or (not has_moments and known_direct_observed_at < direct_observed_at)
    ) as writes_direct,
    is_last_seen
    and (
        known_last_seen_at > last_seen_at
        or (not has_moments and known_last_seen_at < last_seen_at)
    ) as writes_last_seen,
    known_first_seen_at >= %(day)s::date and known_first_seen_at <> first_seen_at as writes_first_seen,
    is_newest_posted
    and (
        known_posted_at is distinct from posted_at
        or coalesce(known_posted_observed_at > posted_observed_at, true)
        or (not has_moments and known_posted_observed_at < posted_observed_at)
    ) as writes_posted,
    is_simulated and not known_is_simulated as writes_simulated,
    -- The day no longer has the content that the record took from it; a later day still has.
    not is_newest
    and later_content_observed_at is not null
    and known_content_observed_at >= %(day)s::date
    and known_content_observed_at < %(day)s::date + 1
    and (has_new_content or known_content_observed_at > content_observed_at) as follows_later_content
from (
    select
        d.*,
        o.source,
        o.payload_hash,
        o.payload_member,
        r.payload_hash as known_payload_hash,
        r.content_observed_at as known_content_observed_at,
        r.content_observed_as as known_content_observed_as,
        r.author_observed_at as known_author_observed_at,
        r.profile_id as known_profile_id,
        r.direct_observed_at as known_direct_observed_at,
        r.post_type as known_post_type,
        r.reposted_post_id as known_reposted_post_id,
        r.first_seen_at as known_first_seen_at,
        r.last_seen_at as known_last_seen_at,
        r.posted_at as known_posted_at,
        r.posted_observed_at as known_posted_observed_at,
        r.is_simulated as known_is_simulated,
        later.next_seen_at,
        later.content_observed_at as later_content_observed_at,
        (d.content_hash is distinct from r.content_hash) as has_new_content,
        (d.author_username is distinct from r.author_username) as has_new_author,
        -- Newest means that the post has nothing from a later day. A post without a description counts as observed
        -- when it was last seen.
        (d.is_description, %(day)s::date + 1)
        > (
            r.content_observed_at is not null,
            case
                when r.content_observed_at is not null
                    then greatest(r.content_observed_at, later.content_observed_at)
                else greatest(r.last_seen_at, later.last_seen_at)
            end
        ) as is_newest,
        d.author_observed_at is not null
        and coalesce(greatest(r.author_observed_at, later.author_observed_at) < %(day)s::date + 1, true)
            as is_newest_author,
        d.direct_observed_at is not null
        and coalesce(greatest(r.direct_observed_at, later.direct_observed_at) < %(day)s::date + 1, true)
            as is_newest_direct,
        d.posted_observed_at is not null
        and coalesce(greatest(r.posted_observed_at, later.posted_observed_at) < %(day)s::date + 1, true)
            as is_newest_posted,
        greatest(r.last_seen_at, later.last_seen_at) < %(day)s::date + 1 as is_last_seen
    from described_posts as d
    inner join staged_observations as o on d.observation_id = o.observation_id
    inner join scraping.post_records as r on d.organization_id = r.organization_id and d.post_id = r.post_id
    left join later_observations as later on d.organization_id = later.organization_id and d.post_id = later.post_id
    where not d.is_new
) as known;

analyze compared_posts (organization_id, post_id, observation_id);
