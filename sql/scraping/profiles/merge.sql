-- One row is one profile: scraped for, or seen as an author. The newest observation describes it. is_tracked, is_active
-- and notes are user-maintained and never changed by a load, because fetching a tracked profile costs money. The day's
-- files replace what was loaded for the day before. A re-run changes nothing. Parameters: day.

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
    -- The act of reposting names its author without describing it.
    where num_nonnulls(name, kind, headline, profile_url) > 0
    order by
        organization_id asc, platform asc, username asc, observed_at desc,
        name asc nulls last, headline asc nulls last, profile_url asc nulls last, kind asc nulls last
) as d on a.organization_id = d.organization_id and a.platform = d.platform and a.username = d.username
order by a.organization_id, a.platform, a.username
on conflict (organization_id, platform, username) do update set
    name = case
        when excluded.described_at is null or p.described_at >= %(day)s::date + 1 then p.name else excluded.name
    end,
    kind = case
        when excluded.described_at is null or p.described_at >= %(day)s::date + 1 then p.kind else excluded.kind
    end,
    headline = case
        when excluded.described_at is null or p.described_at >= %(day)s::date + 1 then p.headline
        else excluded.headline
    end,
    profile_url = case
        when excluded.described_at is null or p.described_at >= %(day)s::date + 1 then p.profile_url
        else excluded.profile_url
    end,
    described_at = case
        when excluded.described_at is null or p.described_at >= %(day)s::date + 1 then p.described_at
        else excluded.described_at
    end,
    last_synced_at = case
        when excluded.last_synced_at is null or p.last_synced_at >= %(day)s::date + 1 then p.last_synced_at
        else excluded.last_synced_at
    end
where
(
    excluded.described_at is not null
    and coalesce(p.described_at < %(day)s::date + 1, true)
    and (excluded.described_at, excluded.name, excluded.kind, excluded.headline, excluded.profile_url)
    is distinct from (p.described_at, p.name, p.kind, p.headline, p.profile_url)
)
or (
    excluded.last_synced_at is not null
    and coalesce(p.last_synced_at < %(day)s::date + 1, true)
    and excluded.last_synced_at is distinct from p.last_synced_at
);
