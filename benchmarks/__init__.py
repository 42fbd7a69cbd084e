"""The performance bounds of this project, measured in one run by `make bench`. Correctness belongs in the tests."""
