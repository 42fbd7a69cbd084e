-- Removes the landing room: the ledger, the reasons of withdrawals and quarantine. The landed files stay.

set local role syndication_owner;

drop schema landing cascade;
