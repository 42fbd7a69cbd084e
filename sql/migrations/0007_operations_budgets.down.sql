-- Removes prices, usage and budgets: the record of past costs is lost.

set local role syndication_owner;

drop table operations.api_usage, operations.api_prices, operations.budgets;

drop sequence operations.usage_id_sequence;
