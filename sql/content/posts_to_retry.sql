-- One row counts the texts of one day that a language model may still write: they are wanted, not there, and nobody was
-- asked for them, or the last one who was did not get through. Where the model answered every attempt with something
-- that is no post, it would only do so again: that text waits for the next run that a person starts. Variations that
-- share the words of the first are written with it: nobody is asked for them.
-- Parameters: planned_on (a date), last_attempt, passing_errors (the kinds of errors that pass by themselves).

select count(*) as texts
from content.unwritten_texts(%(planned_on)s::date, %(planned_on)s::date + 1) as u
where
    (u.variation = 1 or u.variations_by = 'content')
    and not exists (
        select
        from ai.llm_calls as l
        where
            l.organization_id = u.organization_id
            and l.post_core_id = u.post_core_id
            and l.variation = u.variation
            and l.attempt >= %(last_attempt)s
            and split_part(l.error_message, ':', 1) <> all(%(passing_errors)s)
    )
