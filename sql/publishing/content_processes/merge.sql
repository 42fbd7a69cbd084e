-- One row is one way of making posts for one channel. Every active or beta channel gets the processes that this program
-- knows, in production: they are tested, and an account sends nothing before its publisher is chosen. Existing rows are
-- user-maintained and never changed, so a re-run writes nothing.

with processes (process_name, display_name, description, priority) as (
    values
    ('product_post', 'Product post', 'Selects a product and writes about it, with a template or a language model.', 30),
    ('blog_post', 'Blog post', 'Writes about the next section of a published document.', 20),
    ('announcement', 'Announcement', 'Publishes what a person wrote.', 10),
    ('event', 'Event', 'Publishes what a person wrote about an event.', 10)
),

written as (
    insert into publishing.content_processes (
        process_name, platform, channel_type, display_name, description, development_status, priority
    )
    select
        p.process_name,
        c.platform,
        c.channel_type,
        p.display_name,
        p.description,
        'production',
        p.priority
    from processes as p
    cross join channels.platform_channels as c
    where c.status in ('active', 'beta')
    on conflict (platform, channel_type, process_name) do nothing
    returning process_name
)

select
    (select count(*) from publishing.content_processes) as rows_before,
    count(*) as rows_written
from written
