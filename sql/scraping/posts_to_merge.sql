-- One row is one pair of posts that a component of ids has just joined. The winner is the post with the strongest id,
-- then the post that was seen first. At most one post of a component has a canonical id.

select
    winner.organization_id,
    winner.post_id as winning_post_id,
    loser.post_id as losing_post_id
from (
    select distinct on (component) *
    from staged_matches
    order by
        component asc,
        array_position(array['activity', 'video', 'post', 'ugcPost', 'share', 'media'], urn_kind) asc,
        first_seen_at asc,
        urn asc
) as winner
inner join staged_matches as loser on winner.component = loser.component and winner.post_id <> loser.post_id
order by winner.organization_id, winner.urn_kind, winner.urn, loser.urn_kind, loser.urn;
