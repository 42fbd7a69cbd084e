-- What is completed now takes the place of what the same analyzer found in the same content before. Reads
-- attempted_analyses. Parameter: lease_id. The caller holds the lock of the analyzer. A re-run changes nothing.

update media.analyses as a
set is_newest = false
from attempted_analyses as r
inner join media.analyses as l on r.organization_id = l.organization_id and r.analysis_id = l.analysis_id
where
    r.state = 'completed'
    and l.lease_id = %(lease_id)s::uuid
    and a.organization_id = l.organization_id
    and a.sha256 = l.sha256
    and a.analyzer = l.analyzer
    and a.is_newest
