-- One row is one post that we write for one channel and day. This statement adds a post for every selection of a
-- product or of a section of a document.
-- Parameters: window_start, window_end (dates, the end exclusive). A re-run adds missing posts and changes no others.

with product_posts as (
    insert into content.posts_core (
        organization_id, post_kind, platform, channel_type, planned_on, selection_id, product_id
    )
    select
        s.organization_id,
        'product',
        s.platform,
        s.channel_type,
        s.selected_on,
        s.selection_id,
        s.product_id
    from content.product_selections as s
    where s.selected_on >= %(window_start)s::date and s.selected_on < %(window_end)s::date
    order by s.organization_id, s.selected_on, s.platform, s.channel_type
    on conflict (organization_id, selection_id) do nothing
    returning organization_id
),

section_posts as (
    insert into content.posts_core (
        organization_id, post_kind, platform, channel_type, planned_on, section_selection_id, section_id
    )
    select
        s.organization_id,
        'blog_post',
        s.platform,
        s.channel_type,
        s.selected_on,
        s.section_selection_id,
        s.section_id
    from content.section_selections as s
    where s.selected_on >= %(window_start)s::date and s.selected_on < %(window_end)s::date
    order by s.organization_id, s.selected_on, s.platform, s.channel_type
    on conflict (organization_id, section_selection_id) do nothing
    returning organization_id
)

select (select count(*) from product_posts) + (select count(*) from section_posts) as rows_written;
