-- Every post has a text for each of its variations. The run log gives the reason for a missing text: an exhausted
-- budget, a language model without an answer, a template that requires an unknown fact, a first variation that needs a
-- fix before others reuse it, or too few hashtags. The next run tries again.

select
    post_core_id,
    planned_on,
    platform,
    channel_type,
    variation
from content.unwritten_texts(%(window_start)s::date, %(window_end)s::date)
