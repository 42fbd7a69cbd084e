"""What `make bench` runs: every bound of this project, measured side by side in one run."""
