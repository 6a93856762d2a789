"""What is in deploy/ and compose.yaml fits together, and names what there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.observing import metrics
from tests.faults.world import PROJECT

DEPLOY = PROJECT / "deploy"
_GAUGES = set(re.findall(r'"(leadwright_\w+)"', (PROJECT / "crm/observing/standing.py").read_text()))
_COUNTERS = {"leadwright_http_requests_total", "leadwright_messages_total", "leadwright_webhook_deliveries_total"} | {
    "leadwright_tasks_total", "leadwright_reads_total", "leadwright_security_events_total",
    "leadwright_http_request_seconds_bucket",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT / "compose.yaml").read_text()))


def test_each_service_names_what_there_is(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for needed in service.get("depends_on", {}):
            assert needed in services, name
        for secret in service.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in compose["secrets"], name
        for mount in service.get("volumes", []):
            assert mount.partition(":")[0] in compose["volumes"], name
    made = set(re.findall(r"keep (\w+)$", (DEPLOY / "secrets").read_text(), re.MULTILINE))
    assert {Path(each["file"]).name for each in compose["secrets"].values()} == made


def test_our_processes_own_nothing_and_are_looked_after(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "migrate"):
        service = compose["services"][name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
    for name in ("web", "worker", "postgres", "redis"):
        assert compose["services"][name]["healthcheck"], name


@pytest.mark.skipif("COMPOSE" not in os.environ, reason="needs COMPOSE, the command that scripts/find-compose prints")
def test_compose_takes_it() -> None:
    command = [*os.environ["COMPOSE"].split(), "config", "--quiet"]
    given = os.environ | {"PUBLIC_URL": "https://crm.example.com", "ALLOWED_HOSTS": "crm.example.com"}
    subprocess.run(command, cwd=PROJECT, env=given, check=True)
    given["PUBLIC_URL"] = ""
    refused = subprocess.run(command, cwd=PROJECT, env=given, capture_output=True, text=True)
    assert refused.returncode
    assert "the address that the world sees" in refused.stderr


def test_kubernetes_has_probes_and_a_budget() -> None:
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes/leadwright.yaml").read_text()))
    pods = [each["spec"]["template"]["spec"] for each in documents if each["kind"] in ("Deployment", "Job")]
    assert len(pods) == 3
    for pod in pods:
        volumes = {volume["name"] for volume in pod["volumes"]}
        assert pod["securityContext"]["runAsNonRoot"]
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert {mount["name"] for mount in container["volumeMounts"]} == volumes
    containers = {container["name"]: container for pod in pods for container in pod["containers"]}
    assert {"readinessProbe", "livenessProbe", "startupProbe"} <= containers["web"].keys()
    assert "livenessProbe" in containers["worker"]
    budgets = [each["spec"]["selector"]["matchLabels"]["part"] for each in documents if "Budget" in each["kind"]]
    assert sorted(budgets) == ["web", "worker"]


def test_the_network_lets_our_pods_speak_to_what_they_need_and_no_private_address() -> None:
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes/leadwright.yaml").read_text()))
    policy = yaml.safe_load((DEPLOY / "kubernetes/network.yaml").read_text())["spec"]
    templates = [each["spec"]["template"] for each in documents if each["kind"] in ("Deployment", "Job")]
    for template in templates:
        assert policy["podSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    listened = {port["containerPort"] for each in templates for box in each["spec"]["containers"]
                for port in box.get("ports", [])}  # fmt: skip
    assert {port["port"] for rule in policy["ingress"] for port in rule["ports"]} == listened
    assert all(rule["to"] for rule in policy["egress"])
    blocks = [to["ipBlock"] for rule in policy["egress"] for to in rule["to"] if "ipBlock" in to]
    four, six = (ip_network(block["cidr"]) for block in blocks)
    left_out = [ip_network(each) for each in blocks[0]["except"]]
    for private in ("10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "127.0.0.1", "100.64.1.1", "224.0.0.1"):
        assert ip_address(private) in four
        assert any(ip_address(private) in each for each in left_out), private
    for private in ("fd00::1", "fe80::1", "::1"):
        assert ip_address(private) not in six


def test_what_the_environment_is_told_is_documented(compose: dict[str, Any]) -> None:
    documents = yaml.safe_load_all((DEPLOY / "kubernetes/leadwright.yaml").read_text())
    told = set(next(each["data"] for each in documents if each["kind"] == "ConfigMap"))
    told |= set(compose["services"]["web"]["environment"]) | set(compose["services"]["worker"]["environment"])
    page = (PROJECT / "docs/operations.md").read_text()
    assert [name for name in sorted(told) if f"`{name.removesuffix('_FILE')}" not in page] == []


def test_alerts_and_dashboard_ask_for_metrics_that_there_are() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"][0]["rules"]
    panels = json.loads((DEPLOY / "grafana/leadwright.json").read_text())["panels"]
    asked = " ".join([rule["expr"] for rule in rules] + [each["expr"] for panel in panels for each in panel["targets"]])
    assert set(re.findall(r"leadwright_\w+", asked)) <= _GAUGES | _COUNTERS
    ours = {f"{counter._name}_total" for counter in vars(metrics).values() if isinstance(counter, metrics.Counter)}
    assert ours == {name for name in _COUNTERS if name.endswith("_total")}
    runbook = (PROJECT / "docs/operations.md").read_text()
    assert [rule["alert"] for rule in rules if f"**{rule['alert']}" not in runbook] == []


def test_the_image_holds_neither_history_nor_tests_nor_secrets() -> None:
    left_out = (PROJECT / ".dockerignore").read_text().split()
    assert {".git", "tests", "bench", "secrets", "var", ".env"} <= set(left_out)


def test_the_steps_of_the_image_are_those_that_the_test_runs() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    steps = re.findall(r"RUN (deploy/build \w+) /venv", dockerfile)
    assert steps == ["deploy/build packages", "deploy/build application"]
    assert "USER 10001" in dockerfile
