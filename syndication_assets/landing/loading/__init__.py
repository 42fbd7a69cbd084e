"""The one way to load a day: lock, list, withdrawn files, staging, rejections, quarantine, and the ledger."""
