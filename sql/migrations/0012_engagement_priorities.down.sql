-- Removes the ranking and product performance. To restore them, migrate up and materialize.

set local role syndication_owner;

delete from engagement.sampling_gaps where platform in ('facebook', 'instagram');

drop table
engagement.content_priorities, engagement.priority_factors, engagement.product_post_performance;
