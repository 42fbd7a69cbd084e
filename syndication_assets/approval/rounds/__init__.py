"""Rounds: they begin, are decided step by step, and wait in the inboxes of approvers."""
