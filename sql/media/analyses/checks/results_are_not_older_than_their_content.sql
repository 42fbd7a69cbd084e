-- A result is never older than the content that it is about, and a completed analysis has one. One row is an analysis
-- whose row was written by something else than an analyzer.

select
    a.organization_id,
    a.analysis_id,
    a.analyzer,
    a.state_since,
    f.created_at as content_stored_at
from media.analyses as a
inner join media.media_files as f on a.organization_id = f.organization_id and a.sha256 = f.sha256
where
    a.state = 'completed'
    and (
        a.state_since < f.created_at
        or num_nonnulls(a.text_in_picture, a.colours, a.description, a.objects, a.safety, a.alt_text) = 0
    )
