"""Host names as operators write them and as clients send them."""

import pytest

from corpus.errors import SettingsError
from service.access.origins import is_known_host
from service.access.rules import AccessControl
from service.settings import load_settings


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        ("", ()),
        ("answers.example.org", ("answers.example.org",)),
        (" Answers.Example.org , b.example,", ("answers.example.org", "b.example")),
        ("a.example,A.example", ("a.example",)),
        ("xn--bcher-kva.example", ("xn--bcher-kva.example",)),
        ("*", ("*",)),
    ],
)
def test_hosts_are_kept_in_small_letters_beside_the_one_listened_on(
    given: str, hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOSTS", given)
    assert AccessControl(load_settings(host="Newsroom.example")).policy.hosts == {*hosts, "newsroom.example"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("https://a.example", "its host 1 is no host name: write it like answers.example.org, without scheme"),
        ("a.example,b.example:8000", "its host 2 is no host name"),
        ("a.example/page", "its host 1 is no host name"),
        ("*.example.org", "its host 1 is no host name"),
        (".example.org", "its host 1 is no host name"),
        ("a b", "its host 1 is no host name"),
        ("[::1]", "its host 1 is no host name"),
        ("bücher.example", "write a name that is not ASCII in the form that begins with xn--."),
    ],
)
def test_what_is_no_host_is_refused_with_what_to_write(
    given: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOSTS", given)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith("FOOTNOTE_HOSTS is not usable: ")
    assert sentence in str(refused.value)


NAMES = frozenset({"answers.example.org"})


@pytest.mark.parametrize(
    "host",
    [
        "answers.example.org",
        "Answers.Example.ORG:8443",
        "answers.example.org.",
        "localhost:8000",
        "newsserver",
        "127.0.0.1",
        "127.0.0.1:8000",
        "[::1]:8000",
        "[2001:db8::1]",
        "",
    ],
)
def test_named_hosts_addresses_and_names_without_a_dot_are_known(host: str) -> None:
    assert is_known_host(host, NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "evil.answers.example.org",
        "answers.example.org.evil.example",
        "answers.example.orge",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[::1].evil.example",
        "[answers.example.org]",
        "evil.example:80:127.0.0.1",
        "evil.example@127.0.0.1",
        "answers.example.org:8000x",
        "\x00.example",
    ],
)
def test_other_hosts_are_not(host: str) -> None:
    assert not is_known_host(host, NAMES)
    assert is_known_host(host, frozenset({"*"}))
