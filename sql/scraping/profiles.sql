-- One row is one profile: scraped for, or met as an author. The newest observation describes it; whether it is tracked,
-- paused or noted belongs to people and is never touched, because a tracked profile is fetched, and that costs money.
-- A re-run changes nothing.

insert into scraping.profiles as p (
    organization_id, platform, username, name, kind, headline, profile_url, described_at, last_synced_at
)
select
    a.organization_id,
    a.platform,
    a.username,
    d.name,
    d.kind,
    d.headline,
    d.profile_url,
    d.observed_at,
    a.last_synced_at
from (
    select
        organization_id,
        platform,
        username,
        max(observed_at) filter (where is_scraped_for) as last_synced_at
    from staged_authors
    group by organization_id, platform, username
) as a
left join (
    select distinct on (organization_id, platform, username) *
    from staged_authors
    -- The act of reposting names its author and says nothing more.
    where num_nonnulls(name, kind, headline, profile_url) > 0
    order by
        organization_id asc, platform asc, username asc, observed_at desc,
        name asc nulls last, headline asc nulls last, profile_url asc nulls last, kind asc nulls last
) as d on a.organization_id = d.organization_id and a.platform = d.platform and a.username = d.username
order by a.organization_id, a.platform, a.username
on conflict (organization_id, platform, username) do update set
    name = case when excluded.described_at >= coalesce(p.described_at, '-infinity') then excluded.name else p.name end,
    kind = case when excluded.described_at >= coalesce(p.described_at, '-infinity') then excluded.kind else p.kind end,
    headline = case
        when excluded.described_at >= coalesce(p.described_at, '-infinity') then excluded.headline else p.headline
    end,
    profile_url = case
        when excluded.described_at >= coalesce(p.described_at, '-infinity') then excluded.profile_url else p.profile_url
    end,
    described_at = greatest(p.described_at, excluded.described_at),
    last_synced_at = greatest(p.last_synced_at, excluded.last_synced_at)
where
    excluded.described_at > coalesce(p.described_at, '-infinity')
    or (
        excluded.described_at = p.described_at
        and (excluded.name, excluded.kind, excluded.headline, excluded.profile_url)
        is distinct from (p.name, p.kind, p.headline, p.profile_url)
    )
    or excluded.last_synced_at > coalesce(p.last_synced_at, '-infinity');
