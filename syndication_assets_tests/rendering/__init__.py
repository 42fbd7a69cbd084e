"""Tests of the kit rendering."""
