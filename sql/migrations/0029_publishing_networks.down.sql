-- Removes the ids of posts, and the metrics of LinkedIn and Instagram: numbers that are loaded keep their counters.

set local role syndication_owner;

alter table engagement.platform_metrics disable trigger platform_metrics_changes;

delete from engagement.platform_metrics where platform in ('linkedin', 'instagram');

alter table engagement.platform_metrics enable trigger platform_metrics_changes;

drop view scraping.post_ids;
