-- One row is one hashtag, case-folded. A re-run changes nothing.

create temporary table described_hashtags on commit drop as
select distinct
    d.organization_id,
    d.post_id,
    d.content_observed_at,
    t.hashtag
from described_posts as d
inner join staged_observations as o on d.observation_id = o.observation_id
cross join lateral unnest(o.hashtags) as t (hashtag);

insert into scraping.hashtags as h (organization_id, hashtag, first_seen_at)
select
    organization_id,
    hashtag,
    min(content_observed_at)
from described_hashtags
group by organization_id, hashtag
order by organization_id, hashtag
on conflict (organization_id, hashtag) do update set
    first_seen_at = excluded.first_seen_at
where excluded.first_seen_at < h.first_seen_at;
