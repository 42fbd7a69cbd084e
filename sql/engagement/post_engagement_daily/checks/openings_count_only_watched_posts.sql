-- The first row of a post counts its values as growth only if we watched the post from the beginning: its first
-- snapshot came within the platform's sampling gap after publication. One row is a first row that counts growth from
-- before we watched, or leaves out growth that we saw. Materialize engagement for that day again.

select
    e.organization_id,
    e.post_id,
    e.activity_date,
    p.posted_at,
    e.first_observed_at,
    w.is_watched as expected_deltas,
    not w.is_watched as found_deltas
from engagement.post_engagement_daily as e
inner join scraping.posts as p on e.organization_id = p.organization_id and e.post_id = p.post_id
left join engagement.sampling_gaps as g on e.platform = g.platform
cross join lateral (
    select coalesce(p.posted_at >= e.first_observed_at - g.sampling_gap, false) as is_watched
) as w
where
    e.organization_id = any(array(select organization_id from tenancy.organizations))
    and e.activity_date >= %(window_start)s::date
    and e.activity_date < %(window_end)s::date
    and e.is_opening
    -- The next rollup recomputes such a post from its first day.
    and not p.needs_rebuild
    and num_nonnulls(
        e.reactions_delta, e.comments_delta, e.shares_delta, e.saves_delta, e.clicks_delta, e.views_delta,
        e.impressions_delta, e.reach_delta
    ) <> case
        when w.is_watched
            then num_nonnulls(
                e.reactions, e.comments, e.shares, e.saves, e.clicks, e.views, e.impressions, e.reach
            )
        else 0
    end
