"""Tests of channels: the reference and its changes, accounts, credentials and the secret box."""
