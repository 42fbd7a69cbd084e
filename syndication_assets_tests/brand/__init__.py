"""Tests of the room brand."""
