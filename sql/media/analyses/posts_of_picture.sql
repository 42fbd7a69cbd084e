-- The posts of an organization that show a picture, a video or a document, by its content. Parameters: organization_id,
-- sha256. It changes nothing.

select distinct post_id
from media.post_media_files
where organization_id = %(organization_id)s and sha256 = %(sha256)s
order by post_id
