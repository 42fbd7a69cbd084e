"""People: users, their passwords, tokens, invitations, memberships, preferences and personal data."""
