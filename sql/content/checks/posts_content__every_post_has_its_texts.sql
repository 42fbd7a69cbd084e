-- Every post has a text for each of its variations. What is missing was not written, and the run said why: a budget, a
-- language model that gave no answer, a template that needs more than is known, a first variation that has to be mended
-- before others share its words, too few hashtags. The next run tries it again.

select
    post_core_id,
    planned_on,
    platform,
    channel_type,
    variation
from content.unwritten_texts(%(window_start)s::date, %(window_end)s::date)
