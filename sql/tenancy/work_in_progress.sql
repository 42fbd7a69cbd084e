-- What works for an organization right now: one row is a fetch or load whose process lives, or a post that is being
-- sent. Parameter: organization_id. A live process holds the lock of its run; taking the lock of a dead one, until the
-- end of the transaction, changes nothing, so a re-run is safe.
select 'the ' || r.kind || ' ' || r.run_id || ' of ' || r.source as work
from scraping.download_runs as r
where
    r.organization_id = %(organization_id)s
    and r.status = 'running'
    and not pg_try_advisory_xact_lock(hashtext('download run'), hashtext(r.run_id))
union all
select 'the sending of ' || t.target_id || ' to ' || t.platform
from publishing.post_targets as t
where t.organization_id = %(organization_id)s and t.state = 'publishing' and t.leased_until > now()
order by work
