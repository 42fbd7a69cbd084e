-- Removes the content room and what writing cost: texts, decisions and usage are lost.

set local role syndication_owner;

drop schema content cascade;

drop table operations.api_usage, operations.api_prices, operations.budgets;

drop sequence operations.usage_id_sequence;
