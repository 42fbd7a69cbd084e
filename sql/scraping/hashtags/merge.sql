-- One row is one case-folded hashtag, even if a text contained it for a few hours only. A re-run changes nothing.
-- Parameters: day.

create temporary table described_hashtags on commit drop as
select
    d.organization_id,
    d.post_id,
    d.is_new,
    t.hashtag
from described_posts as d
inner join staged_observations as o on d.observation_id = o.observation_id
cross join lateral unnest(o.hashtags) as t (hashtag);

insert into scraping.hashtags as h (organization_id, hashtag, first_seen_at)
select
    o.organization_id,
    t.hashtag,
    min(o.observed_at)
from staged_observations as o
cross join lateral unnest(o.hashtags) as t (hashtag)
group by o.organization_id, t.hashtag
order by o.organization_id, t.hashtag
on conflict (organization_id, hashtag) do update set
    first_seen_at = excluded.first_seen_at
where h.first_seen_at >= %(day)s::date and excluded.first_seen_at <> h.first_seen_at;
