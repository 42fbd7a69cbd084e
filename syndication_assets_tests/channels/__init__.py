"""Tests of channels: the reference and its changes, accounts and credentials."""
