"""Publishing: schedules and their slots, the queue of targets, attempts, and the publishers that call the platforms.

Every target is published at most once: a lease and an attempt are committed before each call, and a call without a
known outcome is reconciled, never repeated automatically. Texts and their approval belong to `content`, accounts,
credentials and back-off to `channels`, and measured results to `engagement`.
"""
