-- One row is a picture of the organization's own that its title or words find, those with most of the terms first, then
-- those that were used the longest ago. Pictures that a visual has shown since unused_since are left out.
-- Parameters: organization_id, terms (words), unused_since.

select
    s.stock_image_id,
    f.object_path,
    s.title,
    case when s.is_attribution_required then s.attribution end as attribution
from media.stock_images as s
inner join media.media_files as f on s.organization_id = f.organization_id and s.media_file_id = f.media_file_id
cross join lateral (
    select count(*) as matches
    from regexp_split_to_table(lower(%(terms)s), '\W+') as t (term)
    where
        t.term <> ''
        and t.term = any(regexp_split_to_array(lower(concat_ws(' ', s.title, s.searched_for)), '\W+'))
) as m
where
    s.organization_id = %(organization_id)s
    and s.source = 'own'
    and s.removed_at is null
    and m.matches > 0
    and s.allows_commercial_use
    and s.allows_changes
    and s.licence is not null
    and (s.last_used_at is null or s.last_used_at < %(unused_since)s)
order by m.matches desc, s.last_used_at asc nulls first, s.stock_image_id asc
