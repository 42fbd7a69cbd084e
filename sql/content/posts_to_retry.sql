-- One row counts the texts of one day that a language model may still write: they are wanted, not there, and nobody was
-- asked for them, or the last one who was did not get through. Where the model answered every attempt with something
-- that is no post, it would only do so again: that text waits for the next run that a person starts.
-- Parameters: planned_on (a date), last_attempt, passing_errors (the kinds of errors that pass by themselves).

with unwritten as (
    select
        p.organization_id,
        p.post_core_id,
        v.variation
    from content.posts_core as p
    left join content.product_selections as s
        on p.organization_id = s.organization_id and p.selection_id = s.selection_id
    cross join lateral generate_series(1, coalesce(s.variations, 1)) as v (variation)
    where
        p.planned_on = %(planned_on)s::date
        and not exists (
            select
            from content.posts_content as c
            where
                c.organization_id = p.organization_id
                and c.post_core_id = p.post_core_id
                and c.variation = v.variation
        )
)

select count(*) as texts
from unwritten as u
where not exists (
    select
    from content.llm_calls as l
    where
        l.organization_id = u.organization_id
        and l.post_core_id = u.post_core_id
        and l.variation = u.variation
        and l.attempt >= %(last_attempt)s
        and split_part(l.error_message, ':', 1) <> all(%(passing_errors)s)
)
