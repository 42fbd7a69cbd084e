"""Runs on several machines: Celery hands them to workers over Redis. Only deployments with `deploy/dagster.yaml` import
it, because it needs the packages of the extra `workers`. What a run does is not decided here: the `worker` alone, which
Celery starts, loads the definitions.
"""
