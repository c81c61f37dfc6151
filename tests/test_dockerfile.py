"""What the image promises, as its Dockerfile and .dockerignore say it."""

import re
from pathlib import Path, PurePosixPath

import pytest

from service.settings import PREFIX, Settings
from tests.dockerfile import (
    BUILD,
    CALLERS_PATH,
    DOCKERFILE,
    DOCKERIGNORE,
    FINAL,
    HEALTH_ADDRESS,
    PACKAGES,
    PROJECT,
    REPOSITORY,
    STAGES,
    exec_form,
    files_sent,
    health_command,
    is_ignored,
    seconds,
)

COPIED = [
    name for stage in STAGES for step in stage.all("COPY") if "from" not in step.flags for name in step.words[:-1]
]
BUILD_COMMANDS = [command for step in BUILD.all("RUN") for command in step.commands]

# The stages


def test_the_image_is_built_in_two_stages_of_which_only_the_last_is_shipped() -> None:
    assert [stage.name for stage in STAGES] == ["build", None]


def test_every_base_image_is_pinned_by_its_digest_beside_a_tag_that_names_a_version() -> None:
    for stage in STAGES:
        assert re.fullmatch(r"python:\d+\.\d+-[\w-]+@sha256:[0-9a-f]{64}", stage.image), stage.image


def test_both_stages_start_from_one_image_because_the_environment_links_to_its_python() -> None:
    assert BUILD.image == FINAL.image


def test_the_base_image_is_slim_and_has_the_oldest_python_that_the_project_supports() -> None:
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert FINAL.image.startswith(f"python:{oldest}-slim-")


# What is installed


def test_every_installation_is_held_to_hashes_but_that_of_the_wheel_itself() -> None:
    installations = [command for command in BUILD_COMMANDS if " install " in command]
    *of_dependencies, of_wheel = installations
    assert of_dependencies
    for command in of_dependencies:
        assert re.search(
            r"--require-hashes --no-deps --only-binary :all: --requirement requirements/\w+\.txt$", command
        )
    assert re.search(r"install --no-deps dist/\*\.whl$", of_wheel)


def test_the_built_wheel_is_installed_and_not_the_source_tree() -> None:
    assert any(re.search(r"pip wheel .*--wheel-dir dist \.$", command) for command in BUILD_COMMANDS)
    for command in BUILD_COMMANDS:
        assert not re.search(r"install .*(--editable|-e |\s\.$)", command)


def test_a_source_change_does_not_reinstall_the_dependencies() -> None:
    *_, dependencies = (at for at, step in enumerate(BUILD.steps) if "--requirement requirements/" in step.value)
    before = [name for step in BUILD.steps[:dependencies] if step.instruction == "COPY" for name in step.words[:-1]]
    assert before == ["requirements"]


def test_pip_takes_torch_from_the_index_of_cpu_builds_by_default() -> None:
    first_run = BUILD.all("RUN")[0]
    assert first_run.arguments["PIP_EXTRA_INDEX_URL"] == "https://download.pytorch.org/whl/cpu"


def test_the_build_fails_unless_torch_is_a_cpu_build() -> None:
    (check,) = [step for step in BUILD.all("RUN") if "torch.version.cuda is None" in step.value]
    assert "sys.exit(" in check.value


def test_the_build_fails_unless_the_default_encoder_encodes_offline() -> None:
    (check,) = [step for step in BUILD.all("RUN") if "encoder.encode_question(" in step.value]
    assert check.value.startswith("HF_HUB_OFFLINE=1 /opt/footnote/bin/python -I ")
    assert check is BUILD.steps[-1], "it should check what the final stage copies"


def test_the_encoder_is_prepared_where_the_service_looks_for_it() -> None:
    prepared = FINAL.steps[-1].environment["FOOTNOTE_EXPORTS"]
    assert f"Encoder(DEFAULT_ENCODER, 'int8', Path('{prepared}'))" in BUILD.steps[-1].value


# What is shipped


def test_the_final_stage_copies_the_virtual_environment_and_nothing_else() -> None:
    (copy,) = FINAL.all("COPY")
    assert copy.flags == {"from": BUILD.name}
    assert not FINAL.all("ADD")


def test_the_virtual_environment_stays_at_the_path_that_its_scripts_name() -> None:
    made = re.findall(r"python -m venv --without-pip (\S+)", BUILD.all("RUN")[0].value)
    assert FINAL.last("COPY").words == [*made, *made]


def test_the_commands_of_the_virtual_environment_come_first_on_the_path() -> None:
    (_, place) = FINAL.last("COPY").words
    assert FINAL.steps[-1].environment["PATH"] == f"{place}/bin:{CALLERS_PATH}"


def test_the_user_is_a_number_and_not_root() -> None:
    user, group = FINAL.last("USER").value.split(":")
    assert int(user) > 0
    assert int(group) > 0


def test_the_user_is_set_after_the_last_step_that_needs_root() -> None:
    kinds = [step.instruction for step in FINAL.steps]
    assert kinds.count("USER") == 1
    assert set(kinds[kinds.index("USER") + 1 :]) == {"HEALTHCHECK", "ENTRYPOINT", "CMD"}


def test_the_user_has_the_home_that_the_environment_names() -> None:
    user, group = FINAL.last("USER").value.split(":")
    home = FINAL.steps[-1].environment["HOME"]
    commands = [command for step in FINAL.all("RUN") for command in step.commands]
    (useradd,) = [command for command in commands if command.startswith("useradd ")]
    for option in (f"--uid {user} ", f"--gid {group} ", "--create-home ", f"--home-dir {home} "):
        assert option in useradd
    assert FINAL.last("WORKDIR").value == home


def test_the_data_folder_is_a_volume_that_belongs_to_the_user() -> None:
    user, group = FINAL.last("USER").value.split(":")
    data = FINAL.steps[-1].environment["FOOTNOTE_DATA"]
    assert data == "/data"
    assert FINAL.last("VOLUME").words == [data]
    commands = [command for step in FINAL.all("RUN") for command in step.commands]
    assert f"install --directory --owner={user} --group={group} {data}" in commands


def test_the_image_is_offline_and_does_not_buffer_what_it_logs() -> None:
    environment = FINAL.steps[-1].environment
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["PYTHONUNBUFFERED"] == "1"


def test_every_footnote_variable_is_a_setting() -> None:
    names = re.findall(rf"\b{PREFIX}\w+", DOCKERFILE)
    assert set(names) <= {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_values_of_the_footnote_variables_are_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in FINAL.steps[-1].environment.items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.host, settings.data) == ("0.0.0.0", Path("/data"))  # noqa: S104 - inside the container


def test_the_port_that_is_exposed_is_the_one_that_is_listened_on_and_checked() -> None:
    port = Settings.model_fields["port"].default
    assert FINAL.last("EXPOSE").words == [str(port)]
    assert HEALTH_ADDRESS.endswith(f":{port}")


def test_the_health_check_asks_whether_the_service_is_ready() -> None:
    command = health_command()
    assert command[0] == "python"
    assert f"http://{HEALTH_ADDRESS}/health/ready" in command[-1]
    assert "urllib" in command[-1]


def test_the_health_check_leaves_time_for_a_first_start() -> None:
    flags = FINAL.last("HEALTHCHECK").flags
    assert seconds(flags["start-period"]) >= 60
    assert seconds(flags["interval"]) < seconds(flags["start-period"])


def test_the_health_check_gives_up_before_it_is_cut_off() -> None:
    (own,) = re.findall(r"timeout=(\d+)", health_command()[-1])
    assert int(own) < seconds(FINAL.last("HEALTHCHECK").flags["timeout"])


def test_footnote_serve_is_run_without_a_shell_so_that_it_gets_the_signals() -> None:
    assert exec_form(FINAL.last("ENTRYPOINT").value) == ["footnote"]
    assert exec_form(FINAL.last("CMD").value) == ["serve"]


# The context


@pytest.mark.parametrize("name", COPIED)
def test_every_file_that_is_copied_exists_and_is_not_ignored(name: str) -> None:
    assert (REPOSITORY / name).exists()
    assert any(path == name or path.startswith(f"{name}/") for path in files_sent(REPOSITORY, DOCKERIGNORE))


def test_everything_that_the_wheel_is_made_of_is_copied() -> None:
    project = PROJECT["project"]
    assert {*PACKAGES, project["readme"], *project["license-files"], "pyproject.toml"} <= set(COPIED)


def test_nothing_reaches_the_builder_that_is_not_copied() -> None:
    tops = {PurePosixPath(path).parts[0] for path in files_sent(REPOSITORY, DOCKERIGNORE)}
    assert tops == set(COPIED)


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".venv/bin/python",
        "tests/conftest.py",
        "data/footnote.db",
        "docs/index.md",
        "Dockerfile",
        ".env",
        "corpus/__pycache__/store.cpython-311.pyc",
        "embeddings/old.pyc",
        "service/http/.app.py.swp",
    ],
)
def test_what_is_no_part_of_the_image_is_ignored(path: str) -> None:
    assert is_ignored(path, DOCKERIGNORE)


@pytest.mark.parametrize(
    ("path", "dockerignore", "ignored"),
    [
        ("a/b.md", "*.md", False),
        ("a/b.md", "**/*.md", True),
        ("b.md", "**/*.md", True),
        ("a/b.md", "/a/", True),
        ("a/b.md", "*\n!a", False),
        ("a/b.md", "*\n!a\na/b.md", True),
        ("a/b.md", "!a/b.md\n*", True),
        ("a/b.md", "# a", False),
        ("a/b.md", "?/b.m[a-e]", True),
    ],
)
def test_dockerignore_is_read_as_docker_reads_it(path: str, dockerignore: str, ignored: bool) -> None:
    assert is_ignored(path, dockerignore) is ignored
