-- Removes the landing room: the ledger with its withdrawals, and the quarantine. The landed files stay.

set local role syndication_owner;

drop schema landing cascade;
