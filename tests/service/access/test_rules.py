"""The file of keys, sites, origins and proxies: what it may say, who may read it, and how it is followed."""

import errno
import logging
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import SettingsError
from service.access import rules
from service.access.keys import Key
from service.access.rules import AccessControl, AccessPolicy
from service.settings import Settings, load_settings

ADMIN, ASK, SITE = "admin-key-of-the-test", "ask-key-of-the-test", "site-key-of-the-test"
WHOLE = f"""
admin_keys = ["{ADMIN}", "second-{ADMIN}"]
ask_keys = ["{ASK}"]
origins = ["https://WWW.example.org:443"]
hosts = ["Answers.Example.org"]
proxies = ["10.0.0.0/8"]

[[sites]]
key = "{SITE}"
origins = ["https://museum.example", "https://www.museum.example"]
requests_per_minute = 600

[[sites]]
key = "second-{SITE}"
origins = ["https://other.example"]
"""
Given = Callable[..., Settings]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "access.toml"


@pytest.fixture
def given_file(file: Path) -> Given:
    """Settings that name a file which says this."""

    def _given(text: str | bytes, mode: int = 0o600, **more: Any) -> Settings:
        write(file, text, mode)
        return load_settings({}, access=file, **more)

    return _given


def write(file: Path, text: str | bytes, mode: int = 0o600) -> None:
    """Put a new version in place, whole."""
    beside = file.with_suffix(".new")
    beside.write_bytes(text if isinstance(text, bytes) else text.encode())
    beside.chmod(mode)
    beside.replace(file)


def is_among(key: str, keys: Any) -> bool:
    return Key.of(key.encode()).is_among(keys)


def reloaded_twice(access: AccessControl) -> AccessControl:
    access.reload()
    access.reload()
    return access


def test_a_file_says_who_may_do_what(given_file: Given) -> None:
    access = AccessControl(given_file(WHOLE)).policy
    assert is_among(ADMIN, access.admin_keys)
    assert is_among("second-" + ADMIN, access.admin_keys)
    assert is_among(ASK, access.ask_keys)
    assert not is_among(ASK, access.admin_keys)
    assert access.asking_needs_a_key
    assert access.all_origins == (
        "https://www.example.org",
        "https://museum.example",
        "https://www.museum.example",
        "https://other.example",
    )
    assert [site.requests_per_minute for site in access.sites] == [600, None]
    assert access.hosts == {"answers.example.org", "127.0.0.1"}
    assert [str(proxy) for proxy in access.proxies] == ["10.0.0.0/8"]


def test_the_file_comes_beside_the_environment(given_file: Given) -> None:
    settings = given_file(WHOLE, admin_keys="key-of-the-environment", origins="https://a.example", proxies="127.0.0.1")
    access = AccessControl(settings).policy
    assert is_among("key-of-the-environment", access.admin_keys)
    assert is_among(ADMIN, access.admin_keys)
    assert access.origins == ("https://a.example", "https://www.example.org")
    assert [str(proxy) for proxy in access.proxies] == ["127.0.0.1/32", "10.0.0.0/8"]


def test_without_a_file_there_is_nobody() -> None:
    assert AccessControl(load_settings({})).policy == AccessPolicy([], [], [], (), {"127.0.0.1"}, ())


def test_no_key_is_shown_by_what_is_kept_of_it(given_file: Given) -> None:
    access = AccessControl(given_file(WHOLE)).policy
    shown = f"{access!r} {access}"
    assert not any(key in shown for key in (ADMIN, ASK, SITE))
    assert str(access.admin_keys[0].digest) not in shown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty; add keys, sites, origins, hosts or proxies, or unset FOOTNOTE_ACCESS"),
        ("# later\n", "is empty"),
        ('admin_keys = ["secret-key-one-and-two"', "is not TOML (end of document)"),
        ("admin_keys = secret-key-one-and-two", "is not TOML (line 1, column 14)"),
        (b"admin_keys = ['\xff']", "is not text in UTF-8"),
        (
            'admin_kyes = ["secret-key-one-and-two"]',
            "has an unknown name 'admin_kyes'; it may have admin_keys,",
        ),
        (
            "secret-key-one-and-two = 1",
            "has an unknown name; it may have admin_keys, ask_keys, origins, hosts, pro",
        ),
        (
            '[[sites]]\nkey = "secret-key-one-and-two"\norigin = "x"',
            "has an unknown name 'origin'; a site may",
        ),
        ('admin_keys = ["secret-key-one-and-two", "short"]', "is wrong at admin_keys 2: must have 16 to 512 printable"),
        (
            'ask_keys = ["secret key one and two"]',
            "is wrong at ask_keys 1: must have 16 to 512 printable ASCII characters",
        ),
        ('ask_keys = ["secret-key-one,secret-key-two"]', "is wrong at ask_keys 1: must have 16 to 512 printable ASCII"),
        ('admin_keys = "secret-key-one-and-two"', "is wrong at admin_keys: input should be a valid"),
        ("ask_keys = [1]", "is wrong at ask_keys 1: input should be a valid string"),
        ('origins = ["*"]', "is wrong at origins: its origin 1 is a pattern; list each origin"),
        (
            'origins = ["https://a.example", "null"]',
            "is wrong at origins: its origin 2 stands for all pages without an origin",
        ),
        ('origins = ["https://a.example,https://b.example"]', "is wrong at origins: must be a list of strings"),
        ('hosts = ["https://a.example"]', "is wrong at hosts: its host 1 is no host name: write it like"),
        ('proxies = ["0.0.0.0/0"]', "is wrong at proxies: its proxy 1 includes every address"),
        ('[[sites]]\nkey = "secret-key-one-and-two"', "is wrong at sites 1, origins: field required"),
        ('[[sites]]\nkey = "secret-key-one-and-two"\norigins = []', "is wrong at sites 1, origins: "),
        ('[[sites]]\norigins = ["https://a.example"]', "is wrong at sites 1, key: field required"),
        (
            '[[sites]]\nkey = "secret-key-one-and-two"\norigins = ["https://a.example"]\nrequests_per_minute = 0',
            "is wrong at sites 1, requests_per_minute: input should be greater than or equal to 1",
        ),
        (f"# {'x' * 1024**2}", "is larger than 1 MiB"),
        (f"origins = {'[' * 500_000}", "is not TOML"),
        (f"origins = {'1' * 500_000}", "is not TOML"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence_without_its_words(
    given_file: Given, file: Path, text: str | bytes, told: str
) -> None:
    settings = given_file(text)
    with pytest.raises(SettingsError) as refused:
        AccessControl(settings)
    message = str(refused.value)
    assert message.startswith(f"FOOTNOTE_ACCESS is not usable: {file} {told}")
    assert message.endswith(". See docs/settings.md")
    assert "secret" not in message
    assert "\n" not in message


@pytest.mark.skipif(os.name != "posix", reason="the system has no such rights")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o777])
def test_a_file_that_others_may_read_is_refused(given_file: Given, file: Path, mode: int) -> None:
    settings = given_file(WHOLE, mode)
    with pytest.raises(SettingsError, match=f"others than its owner; run: chmod 600 {file}"):
        AccessControl(settings)


def test_no_file_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"access.toml cannot be read \(No such file or directory\)"):
        AccessControl(load_settings({}, access=tmp_path / "access.toml"))
    with pytest.raises(SettingsError, match="FOOTNOTE_ACCESS is not usable"):
        AccessControl(load_settings({}, access=tmp_path))
    os.mkfifo(tmp_path / "pipe", 0o600)  # which would wait for who writes to it
    with pytest.raises(SettingsError, match="is not a regular file"):
        AccessControl(load_settings({}, access=tmp_path / "pipe"))


@pytest.mark.parametrize(
    ("text", "settings", "told"),
    [
        (
            f'admin_keys = ["{SITE}"]\n[[sites]]\nkey = "{SITE}"\norigins = ["https://a.example"]',
            {},
            "administrators and for site 1",
        ),
        (f'ask_keys = ["{ADMIN}"]', {"admin_keys": ADMIN}, "administrators and for asking"),
        (
            f'[[sites]]\nkey = "{SITE}"\norigins = ["https://a.example"]\n'
            f'[[sites]]\nkey = "{SITE}"\norigins = ["https://b.example"]',
            {},
            "site 1 and for site 2",
        ),
    ],
)
def test_a_key_is_one_thing(given_file: Given, text: str, settings: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=f"The same key is given for {told}. Give a key of its own") as refused:
        AccessControl(given_file(text, **settings))
    assert ADMIN not in str(refused.value)
    assert SITE not in str(refused.value)


def test_the_same_key_twice_for_the_same_is_no_harm(given_file: Given) -> None:
    assert (
        len(AccessControl(given_file(f'admin_keys = ["{ADMIN}", "{ADMIN}"]', admin_keys=ADMIN)).policy.admin_keys) == 1
    )


def test_a_new_version_is_in_force_once_it_is_there_whole(given_file: Given, file: Path) -> None:
    access = AccessControl(given_file(f'admin_keys = ["{ADMIN}"]'))
    before = access.policy
    reloaded_twice(access)
    assert access.policy is before
    write(file, 'admin_keys = ["another-key-of-the-test"]')
    access.reload()
    assert access.policy is before  # perhaps it is still being written
    write(file, 'admin_keys = ["another-key-of-the-test", "third-key-of-the-test"]')
    access.reload()
    assert access.policy is before
    access.reload()
    assert is_among("third-key-of-the-test", access.policy.admin_keys)
    assert not is_among(ADMIN, access.policy.admin_keys)
    assert not access.is_stale


@pytest.mark.parametrize("broken", ['admin_keys = ["secret', 'admin_keys = ["secret"]', "", None, "mode"])
def test_a_new_version_that_cannot_be_used_leaves_the_one_before_in_force(
    given_file: Given, file: Path, caplog: pytest.LogCaptureFixture, broken: str | None
) -> None:
    access = AccessControl(given_file(WHOLE))
    before = access.policy
    if broken is None:
        file.unlink()
    elif broken == "mode":
        file.chmod(0o644)
    else:
        write(file, broken)
    reloaded_twice(reloaded_twice(access))
    assert access.policy is before
    assert access.is_stale
    [record] = caplog.records  # said once, not at every look
    assert record.levelno == logging.ERROR
    assert record.message.startswith(f"FOOTNOTE_ACCESS is not usable: {file} ")
    assert record.message.endswith("The previous version stays in force.")
    assert "secret" not in record.message
    write(file, f'ask_keys = ["{ASK}-2"]')
    assert not reloaded_twice(access).is_stale
    assert is_among(f"{ASK}-2", access.policy.ask_keys)


def test_what_cannot_be_read_for_a_moment_is_tried_again(
    given_file: Given, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = AccessControl(given_file(WHOLE))
    write(file, f'ask_keys = ["{ASK}-2"]')

    def fail(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as full:
        full.setattr(os, "open", fail)
        assert reloaded_twice(access).is_stale
    access.reload()
    assert not access.is_stale
    assert is_among(f"{ASK}-2", access.policy.ask_keys)


def test_the_documented_file_can_be_used(given_file: Given) -> None:
    settings = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", settings, re.DOTALL)
    keys = iter(range(100))
    access = AccessControl(given_file(re.sub("…", lambda _: f"documented-key-number-{next(keys)}", example))).policy
    assert (len(access.admin_keys), len(access.ask_keys), len(access.sites)) == (2, 1, 1)


def test_asking_is_never_opened_to_everybody_by_a_new_version(
    given_file: Given, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    access = AccessControl(given_file(WHOLE))
    write(file, f'admin_keys = ["{ADMIN}"]')
    assert reloaded_twice(access).policy.asking_needs_a_key
    assert "has no ask key any more; restart the service to let everybody ask" in caplog.text


def test_a_running_service_looks_by_itself_until_it_stops(
    given_file: Given, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "CHECK_S", 0.01)
    access = AccessControl(given_file(WHOLE))
    before, stop = access.policy, threading.Event()
    thread = threading.Thread(target=access.follow, args=(stop,), daemon=True)
    thread.start()
    write(file, f'ask_keys = ["{ASK}-2"]')
    give_up = threading.Event()
    for _ in range(3000):
        if access.policy is not before:
            break
        give_up.wait(0.01)
    stop.set()
    thread.join(10)
    assert access.policy is not before
    assert not thread.is_alive()
