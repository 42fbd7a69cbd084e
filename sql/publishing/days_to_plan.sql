-- One row is one day with approved texts that lack a target on some account, with a fingerprint of them: the same texts
-- and accounts give the same fingerprint. Texts that were planned and found no slot are left out: they wait for a
-- person. Parameters: window_start, window_end (dates, the end exclusive).

select
    planned_on,
    md5(string_agg(concat_ws(' ', organization_id, content_id, account_id), ',' order by
        organization_id, content_id, account_id)) as fingerprint
from publishing.waiting_texts(%(window_start)s, %(window_end)s)
where not found_no_slot
group by planned_on
order by planned_on;
