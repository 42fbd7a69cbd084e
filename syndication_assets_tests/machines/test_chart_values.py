"""The values of the Helm chart are of its schema."""

from typing import Any

import msgspec
import pytest
import yaml

from syndication_assets.settings import PROJECT_DIRECTORY, Settings

pytestmark = pytest.mark.one_server

DEPLOY = PROJECT_DIRECTORY / "deploy"
VARIABLES = {field.validation_alias for field in Settings.model_fields.values()}


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return found


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """Keys as the chart's own schema has them; another one would be ignored, or refused by Helm."""


class _Image(_Strict):
    repository: str
    tag: str
    pullPolicy: str  # noqa: N815


class _SecretReference(_Strict):
    name: str


class _Enabled(_Strict):
    enabled: bool


class _Claim(_Strict):
    claimName: str  # noqa: N815


class _Volume(_Strict):
    name: str
    persistentVolumeClaim: _Claim  # noqa: N815


class _Mount(_Strict):
    name: str
    mountPath: str  # noqa: N815


class _Deployment(_Strict):
    name: str
    image: _Image
    dagsterApiGrpcArgs: list[str]  # noqa: N815
    port: int
    envSecrets: list[_SecretReference]  # noqa: N815
    env: dict[str, str]
    volumes: list[_Volume]
    volumeMounts: list[_Mount]  # noqa: N815
    includeConfigInLaunchedRuns: _Enabled  # noqa: N815


class _Deployments(_Strict):
    enabled: bool
    enableSubchart: bool  # noqa: N815
    deployments: list[_Deployment]


class _Service(_Strict):
    port: int


class _PostgreSQL(_Strict):
    enabled: bool
    postgresqlHost: str  # noqa: N815
    postgresqlUsername: str  # noqa: N815
    postgresqlDatabase: str  # noqa: N815
    postgresqlScheme: str  # noqa: N815
    service: _Service


class _K8sRunLauncher(_Strict):
    imagePullPolicy: str  # noqa: N815
    envSecrets: list[_SecretReference]  # noqa: N815


class _RunLauncherConfig(_Strict):
    k8sRunLauncher: _K8sRunLauncher  # noqa: N815


class _RunLauncher(_Strict):
    type: str
    config: _RunLauncherConfig


class _Queue(_Strict):
    maxConcurrentRuns: int  # noqa: N815


class _CoordinatorConfig(_Strict):
    queuedRunCoordinator: _Queue  # noqa: N815


class _Coordinator(_Strict):
    enabled: bool
    type: str
    config: _CoordinatorConfig


class _RunMonitoring(_Strict):
    enabled: bool
    startTimeoutSeconds: int  # noqa: N815
    pollIntervalSeconds: int  # noqa: N815
    maxRuntimeSeconds: int  # noqa: N815


class _RunRetries(_Strict):
    enabled: bool
    maxRetries: int  # noqa: N815
    retryOnAssetOrOpFailure: bool  # noqa: N815


class _Daemon(_Strict):
    enabled: bool
    runCoordinator: _Coordinator  # noqa: N815
    runMonitoring: _RunMonitoring  # noqa: N815
    runRetries: _RunRetries  # noqa: N815


class _Global(_Strict):
    postgresqlSecretName: str  # noqa: N815


class _Values(_Strict, rename={"global_": "global", "user_deployments": "dagster-user-deployments"}):
    global_: _Global
    generatePostgresqlPasswordSecret: bool  # noqa: N815
    postgresql: _PostgreSQL
    user_deployments: _Deployments
    runLauncher: _RunLauncher  # noqa: N815
    dagsterDaemon: _Daemon  # noqa: N815
    telemetry: _Enabled


def test_the_values_of_the_chart_are_of_its_schema_and_say_how_runs_are_launched_watched_and_retried():
    values = msgspec.convert(read("values.yaml"), _Values)
    assert values.runLauncher.type == "K8sRunLauncher"
    assert not values.postgresql.enabled
    assert values.postgresql.postgresqlScheme == "postgresql+psycopg2"
    assert values.dagsterDaemon.runMonitoring.enabled
    many = read("dagster.yaml")
    assert values.dagsterDaemon.runMonitoring.startTimeoutSeconds == many["run_monitoring"]["start_timeout_seconds"]
    assert values.dagsterDaemon.runRetries.maxRetries == many["run_retries"]["max_retries"]
    [deployment] = values.user_deployments.deployments
    assert set(deployment.env) <= VARIABLES
    with pytest.raises(msgspec.ValidationError, match="unknown field `runLaunchers`"):
        msgspec.convert(read("values.yaml") | {"runLaunchers": {}}, _Values)
