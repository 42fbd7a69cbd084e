-- Adds one stored picture of a source with its licence, and returns its id. Parameters: organization_id, media_file_id,
-- searched_for, and the columns of the source. A re-run returns the same id: what the source says now replaces what it
-- said before.

insert into media.stock_images as s (
    organization_id,
    source,
    source_image_id,
    media_file_id,
    title,
    page_url,
    author,
    licence,
    licence_url,
    attribution,
    is_attribution_required,
    allows_commercial_use,
    allows_changes,
    is_made_by_ai,
    searched_for
) values (
    %(organization_id)s,
    %(source)s,
    %(source_image_id)s,
    %(media_file_id)s,
    %(title)s,
    %(page_url)s,
    %(author)s,
    %(licence)s,
    %(licence_url)s,
    %(attribution)s,
    %(is_attribution_required)s,
    %(allows_commercial_use)s,
    %(allows_changes)s,
    %(is_made_by_ai)s,
    %(searched_for)s
)
on conflict (organization_id, source, source_image_id) do update set
    media_file_id = excluded.media_file_id,
    title = excluded.title,
    page_url = excluded.page_url,
    author = excluded.author,
    licence = excluded.licence,
    licence_url = excluded.licence_url,
    attribution = excluded.attribution,
    is_attribution_required = excluded.is_attribution_required,
    allows_commercial_use = excluded.allows_commercial_use,
    allows_changes = excluded.allows_changes,
    is_made_by_ai = excluded.is_made_by_ai,
    searched_for = coalesce(s.searched_for, excluded.searched_for),
    removed_at = null
returning stock_image_id
