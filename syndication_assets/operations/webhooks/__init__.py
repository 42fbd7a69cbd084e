"""Webhooks: other programs are told of approved texts, and of posts that were published or failed.

The database puts events into the outbox in the transaction in which they happen; here they are delivered. Problems that
people are told of belong to `operations.alerts`.
"""
