-- One row is one snapshot of a profile: its number of followers at one time, from a source that reports it beside the
-- posts. If files of one time disagree, the largest number counts, so the order of files does not matter. The day's
-- files replace what was loaded from them before; a re-run changes nothing. Parameters: day.

with observed_followers as (
    select distinct on (s.organization_id, p.profile_id, s.observed_at)
        s.organization_id,
        p.profile_id,
        s.observed_at,
        s.followers,
        d.run_id,
        f.landed_file_id
    from staged_followers as s
    inner join scraping.profiles as p
        on s.organization_id = p.organization_id and s.platform = p.platform and s.username = p.username
    inner join staged_files as d
        on s.organization_id = d.organization_id and s.source_file_path = d.source_file_path
    inner join landing.files as f
        on s.organization_id = f.organization_id and s.source_file_path = f.source_file_path
    order by
        s.organization_id asc, p.profile_id asc, s.observed_at asc, s.followers desc, s.source_file_path asc
),

removed_snapshots as (
    delete from scraping.profile_snapshots as old
    using staged_files as d, landing.files as f
    where
        d.organization_id = f.organization_id
        and d.source_file_path = f.source_file_path
        and old.organization_id = f.organization_id
        and old.landed_file_id = f.landed_file_id
        and old.observed_at >= %(day)s::date
        and old.observed_at < %(day)s::date + 1
        and not exists (
            select
            from observed_followers as o
            where
                o.organization_id = old.organization_id
                and o.profile_id = old.profile_id
                and o.observed_at = old.observed_at
        )
)

insert into scraping.profile_snapshots as old (
    organization_id, profile_id, observed_at, followers, run_id, landed_file_id
)
select
    organization_id,
    profile_id,
    observed_at,
    followers,
    run_id,
    landed_file_id
from observed_followers
on conflict (organization_id, profile_id, observed_at) do update set
    followers = excluded.followers,
    run_id = excluded.run_id,
    landed_file_id = excluded.landed_file_id
where
    (old.followers, old.landed_file_id) is distinct from (excluded.followers, excluded.landed_file_id);
