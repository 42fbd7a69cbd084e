"""Organizations, the tenants of the database: adding, listing and looking them up.

Every room may import this package; it imports no other room. Row-level security and the audit log live in the
migrations, and what an organization owns lives in the rooms.
"""
