"""`make demo`: deterministic sample data through the whole graph, and a summary of the result.

The samples also feed the tests and the benchmarks. They never mix with measured data: the demo has an organization of
its own, and simulated numbers say so. Nothing outside of this package imports it but the command line, tests and
benchmarks.
"""
