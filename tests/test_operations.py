"""What operators are given under docs/operations: held to what the service really does."""

import configparser
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from service.access.rules import AccessControl
from service.http.requests.bodies import MAX_JSON_BYTES
from service.http.server import server
from service.http.server.connections import MAX_TURNED_AWAY
from service.runtime.descriptors import OTHER_FILES
from service.settings import PREFIX, Settings
from tests.dockerfile import FINAL, health_command

FOLDER = Path(__file__).parent.parent / "docs" / "operations"
STOP_S = server.STOP_S + server.CLOSE_S
"""What the service may take to stop."""


def read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(read(name))
    return parser


def seconds(text: str) -> float:
    number, kind = re.fullmatch(r"(\d+)(s|m|)", text).groups()  # type: ignore[union-attr]
    return int(number) * {"": 1, "s": 1, "m": 60}[kind]


# Metrics


@pytest.fixture
def exposed(client: TestClient) -> dict[str, set[str]]:
    """The labels of each sample that a service which has been used exposes, and which names samples may have."""
    client.post("/v1/ask", json={"question": "When did the truce begin?"})
    client.post("/v1/ask", json={})
    text = client.app.state.metrics.exposition("")[0].decode()  # type: ignore[attr-defined]
    labels: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


def expressions() -> Iterator[str]:
    """Every query of the dashboard and of the alerts."""
    board = json.loads(read("dashboard.json"))
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (annotation["expr"] for annotation in board["annotations"]["list"])
    for variable in board["templating"]["list"]:
        yield from re.findall(r"label_values\((\w+), \w+\)", variable.get("definition", ""))
    for group in yaml.safe_load(read("alerts.yml"))["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def test_every_metric_that_is_queried_is_exposed_with_the_labels_that_are_asked_for(
    exposed: dict[str, set[str]],
) -> None:
    queried = set()
    for expression in expressions():
        for name, selector in re.findall(r"\b((?:footnote|process|python)_\w+)(?:\{([^}]*)\})?", expression):
            queried.add(name)
            assert name in exposed, expression
            asked = set(re.findall(r"(\w+)=~?\"", selector)) - {"job"}
            assert asked <= exposed[name], expression
        for names in re.findall(r"\bby \(([^)]*)\)", expression):
            known = set().union(*(exposed[name] for name in re.findall(r"\b(?:footnote|process)_\w+", expression)))
            assert {name.strip() for name in names.split(",")} <= known, expression
    assert len(queried) > 12


def test_every_metric_of_footnotes_own_is_queried_somewhere(exposed: dict[str, set[str]]) -> None:
    text = " ".join(expressions())
    own = {name for name in exposed if name.startswith("footnote_")}
    families = {re.sub(r"_(created|total|bucket|count|sum)$", "", name) for name in own}
    assert {family for family in families if family not in text} == set()


def test_every_metric_of_footnotes_own_is_documented(exposed: dict[str, set[str]]) -> None:
    text = (FOLDER.parent / "operations.md").read_text(encoding="utf-8")
    for name in exposed:
        if name.startswith("footnote_"):
            assert f"`{re.sub(r'_(created|bucket|count|sum)$', '', name)}".removesuffix("_total") in text, name


def test_names_follow_the_conventions_of_prometheus(client: TestClient) -> None:
    text = client.app.state.metrics.exposition("")[0].decode()  # type: ignore[attr-defined]
    for family in text_string_to_metric_families(text):
        if family.name.startswith("footnote_") and not family.name.endswith("_created"):
            assert re.fullmatch(r"footnote_[a-z_]+", family.name)
            assert family.documentation.endswith(".")
            if "duration" in family.name or "wait_" in family.name:
                assert family.name.endswith("_seconds")


def test_the_dashboard_can_be_imported() -> None:
    board = json.loads(read("dashboard.json"))
    assert {"title", "uid", "schemaVersion", "panels", "templating", "time"} <= set(board)
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        assert {"type", "title", "description", "gridPos", "targets"} <= set(panel)
        place = panel["gridPos"]
        cells = {(place["x"] + across, place["y"] + down) for across in range(place["w"]) for down in range(place["h"])}
        assert max(x for x, _ in cells) < 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["datasource"]["uid"] == "${datasource}"


def test_every_alert_says_what_is_wrong_and_how_urgent_it_is() -> None:
    text = (FOLDER.parent / "operations.md").read_text(encoding="utf-8")
    rules = yaml.safe_load(read("alerts.yml"))["groups"][0]["rules"]
    for rule in rules:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith((".", "?"))
        assert f"`{rule['alert']}`" in text


def test_an_uncertain_answer_is_no_sign_of_missing_documents() -> None:
    [rule] = [
        r for r in yaml.safe_load(read("alerts.yml"))["groups"][0]["rules"] if r["alert"] == "FootnoteFindsLittle"
    ]
    assert re.findall(r'status="([^"]+)"', rule["expr"]) == ["not_found"]


def test_every_problem_that_an_alert_waits_for_exists() -> None:
    documented = (FOLDER.parent / "http-api.md").read_text(encoding="utf-8")
    for expression in re.findall(r'problem=~?"([^"]+)"', read("alerts.yml")):
        for name in expression.split("|"):
            assert f"| `{name}` |" in documented


def test_what_an_alert_counts_begins_at_zero(client: TestClient) -> None:
    text = client.app.state.metrics.exposition("")[0].decode()  # type: ignore[attr-defined]
    for expression in re.findall(r'problem=~?"([^"]+)"', read("alerts.yml")):
        for name in expression.split("|"):
            assert f'footnote_http_problems_total{{problem="{name}"}} 0.0' in text


def test_prometheus_asks_with_a_key_from_a_file() -> None:
    (job,) = yaml.safe_load(read("prometheus.yml"))["scrape_configs"]
    assert job["job_name"] == "footnote"
    assert set(job["authorization"]) == {"credentials_file"}
    assert job.get("metrics_path", "/metrics") == "/metrics"


# Units


def test_the_unit_leaves_the_service_time_to_stop_and_files_for_its_connections() -> None:
    service = unit("footnote.service")["Service"]
    assert seconds(service["TimeoutStopSec"]) > STOP_S
    assert int(service["LimitNOFILE"]) >= Settings().connections + MAX_TURNED_AWAY + OTHER_FILES


@pytest.mark.parametrize("name", ["footnote.service", "footnote-backup.service"])
def test_the_units_run_as_a_user_of_their_own_and_may_write_where_documents_are_kept(name: str) -> None:
    service = unit(name)["Service"]
    assert service["User"] == "footnote"
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp"):
        assert service[key] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["UMask"] == "0077"


def test_the_environment_holds_settings_that_exist_and_a_folder_that_the_unit_makes() -> None:
    values = dict(line.split("=", 1) for line in read("environment").splitlines() if not line.startswith("#"))
    names = {name for name in values if name.startswith(PREFIX)}
    assert names <= {PREFIX + name.upper() for name in Settings.model_fields}
    state = f"/var/lib/{unit('footnote.service')['Service']['StateDirectory']}"
    assert values["FOOTNOTE_DATA"] == state
    assert values["FOOTNOTE_EXPORTS"].startswith(f"{state}/")  # the unit can write nowhere else


def test_every_unit_names_the_file_that_it_is() -> None:
    for name in ("footnote.service", "footnote-backup.service", "footnote-backup.timer"):
        assert read(name).startswith(f"# /etc/systemd/system/{name}")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
@pytest.mark.parametrize("name", ["footnote.service", "footnote-backup.service"])
def test_systemd_finds_the_units_well_hardened(name: str) -> None:
    ran = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", f"./{name}"],  # noqa: S607
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


# Containers


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load(read("compose.yaml"))


def test_the_container_is_the_repositorys_and_is_reached_from_its_machine_only(compose: Any) -> None:
    service = compose["services"]["footnote"]
    assert (FOLDER / service["build"]["context"] / "Dockerfile").is_file()
    port = FINAL.last("EXPOSE").words[0]
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_the_container_can_write_to_its_volume_and_to_temporary_files_only(compose: Any) -> None:
    service = compose["services"]["footnote"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    (volume,) = service["volumes"]
    name, place = volume.split(":")
    assert name in compose["volumes"]
    assert place in FINAL.last("VOLUME").words
    assert [each.split(":")[0] for each in service["tmpfs"]] == ["/tmp"]  # noqa: S108 - the container's


def test_the_container_is_given_time_to_stop(compose: Any) -> None:
    assert seconds(compose["services"]["footnote"]["stop_grace_period"]) > STOP_S


def test_the_container_is_asked_what_the_image_asks(compose: Any) -> None:
    asked = compose["services"]["footnote"]["healthcheck"]["test"]
    assert asked[:4] == ["CMD", "python", "-I", "-c"]
    ours, images = (re.sub(r"[;\s]+", " ", command[-1]).strip() for command in (asked, health_command()))
    assert ours == images


def test_the_container_is_given_settings_that_exist(compose: Any) -> None:
    names = set(compose["services"]["footnote"]["environment"])
    assert names <= {PREFIX + name.upper() for name in Settings.model_fields}


# Proxies


def test_the_proxies_take_as_much_as_the_service_does() -> None:
    sizes = re.findall(r"client_max_body_size (\d+)m;", read("nginx.conf"))
    assert [int(size) * 1024**2 for size in sizes] == [MAX_JSON_BYTES, Settings().upload_mebibytes * 1024**2]
    sizes = re.findall(r"max_size (\d+)MiB", read("Caddyfile"))
    assert [int(size) * 1024**2 for size in sizes] == [Settings().upload_mebibytes * 1024**2, MAX_JSON_BYTES]


def test_the_file_of_keys_can_be_used_once_it_has_a_key(tmp_path: Path) -> None:
    file = tmp_path / "access.toml"
    file.touch(mode=0o600)
    file.write_text(read("access.toml"))
    access = AccessControl(Settings(access=file)).policy
    assert len(access.admin_keys) == 1
    assert "answers.example.org" in access.hosts
    assert all(f"server_name {host};" in read("nginx.conf") for host in access.hosts if "." in host and host[0] > "9")


def test_nginx_passes_on_what_the_service_tells_its_own_pages_by() -> None:
    text = read("nginx.conf")
    for line in (
        "proxy_set_header Host $http_host;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Request-ID $request_id;",
    ):
        assert line in text
    assert "$request_uri" not in text.split("log_format", 1)[1].split(";", 1)[0]
    assert "$args" not in text


def test_no_proxy_lets_metrics_out() -> None:
    assert re.search(r"location = /metrics \{\s+return 404;", read("nginx.conf"))
    assert "respond /metrics 404" in read("Caddyfile")


def test_every_file_for_operators_is_named_in_their_documentation() -> None:
    text = (FOLDER.parent / "operations.md").read_text(encoding="utf-8")
    for path in FOLDER.iterdir():
        assert f"operations/{path.name}" in text, path.name
