"""Which workflow a subject follows, who its approvers are, when people work, and who decides for whom."""
