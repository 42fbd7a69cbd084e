"""Tests of publishing, including faults, concurrency and a state machine of the queue."""
