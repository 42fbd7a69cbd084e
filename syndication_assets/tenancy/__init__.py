"""Organizations, the tenants of the database, and people: users, members, what roles may do, and who acts.

Every room may import this package; it imports no other room. Row-level security and the audit log live in the
migrations, and what an organization owns lives in the rooms.
"""
