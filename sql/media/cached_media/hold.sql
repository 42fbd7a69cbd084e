-- Says of each waiting medium whether its organization stores all that it may, and takes that back where there is room
-- again. Parameters: without_room (array of organization_id), reason. A re-run changes nothing.

update media.cached_media
set reason = case when organization_id = any(%(without_room)s::text[]) then %(reason)s end
where
    state = 'waiting'
    and case
        when organization_id = any(%(without_room)s::text[]) then reason is distinct from %(reason)s
        else reason = %(reason)s
    end
