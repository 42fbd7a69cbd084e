-- Drops the publishing schema. Refused while it is the only proof of what was sent: after migrating up again, the same
-- texts would be sent a second time.

set local role syndication_pipeline;

do $$
declare
    calls bigint;
begin
    select count(*) into calls
    from publishing.publish_attempts
    where publisher <> 'dry_run' and (outcome is null or outcome in ('published', 'unknown'));
    if calls > 0 then
        raise exception 'the record of % calls that sent posts, or may have, would be lost', calls
            using
                errcode = 'restrict_violation',
                hint = 'Their posts would be sent again. Keep this migration, or use a new database without the '
                'accounts.';
    end if;
end
$$;

set local role syndication_owner;

drop view content.variation_results;

drop schema publishing cascade;
