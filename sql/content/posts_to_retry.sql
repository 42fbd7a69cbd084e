-- One row: the number of missing texts of one day that are worth another request to the language model.
-- A text is retried unless the model answered its last attempt with something unusable: another request would end the
-- same way, and that text waits until somebody starts a run. Variations that reuse variation 1 need no request and are
-- not counted.
-- Parameters: planned_on (a date), last_attempt, unusable_answers (the kinds of errors that are answers).

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
            and split_part(l.error_message, ':', 1) = any(%(unusable_answers)s)
    )
