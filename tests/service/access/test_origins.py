"""Origins as operators write them and as browsers send them."""

import pytest

from corpus.errors import SettingsError
from service.access.origins import is_own_host
from service.access.rules import AccessControl
from service.settings import load_settings


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ("", ()),
        (" , ", ()),
        ("https://www.example.org", ("https://www.example.org",)),
        (" https://a.example ,http://b.example:8080,", ("https://a.example", "http://b.example:8080")),
        ("HTTPS://WWW.Example.ORG", ("https://www.example.org",)),
        ("https://a.example:443,http://b.example:80", ("https://a.example", "http://b.example")),
        ("https://a.example:80", ("https://a.example:80",)),
        ("https://a.example,https://A.example", ("https://a.example",)),
        ("http://localhost:8000", ("http://localhost:8000",)),
        ("http://[::1]:8000", ("http://[::1]:8000",)),
        ("https://xn--bcher-kva.example", ("https://xn--bcher-kva.example",)),
    ],
)
def test_origins_are_kept_as_browsers_write_them(
    given: str, origins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert AccessControl(load_settings()).policy.origins == ()
    monkeypatch.setenv("FOOTNOTE_ORIGINS", given)
    assert AccessControl(load_settings()).policy.origins == origins


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("*", "its origin 1 is a pattern; list each origin."),
        ("https://a.example,https://*.b.example", "its origin 2 is a pattern; list each origin."),
        ("null", "its origin 1 stands for all pages without an origin"),
        ("www.example.org", "its origin 1 must begin with http:// or https://."),
        ("//www.example.org", "its origin 1 must begin with http:// or https://."),
        ("file:///tmp", "its origin 1 must begin with http:// or https://."),
        ("https:www.example.org", "its origin 1 must begin with http:// or https://."),
        ("https://a.example/", "its origin 1 must end after the host and port, without a slash or path."),
        ("https://a.example/page", "its origin 1 must end after the host and port, without a slash or path."),
        ("https://a.example?", "its origin 1 must end after the host and port, without a slash or path."),
        ("https://a.example#top", "its origin 1 must end after the host and port, without a slash or path."),
        ("https://", "its origin 1 has no usable host or port"),
        ("https://:8000", "its origin 1 has no usable host or port"),
        ("https://a.example:", "its origin 1 has no usable host or port"),
        ("https://a.example:x", "its origin 1 has no usable host or port"),
        ("https://a.example:99999", "its origin 1 has no usable host or port"),
        ("https://a:b@a.example", "its origin 1 has no usable host or port"),
        ("https://[::1", "its origin 1 has no usable host or port"),
        ("https://a b.example", "its origin 1 has no usable host or port"),
        ("https://bücher.example", "write a name that is not ASCII in the form that begins with xn--."),
    ],
)
def test_what_is_no_origin_is_refused_with_what_to_write(
    given: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_ORIGINS", given)
    with pytest.raises(SettingsError, match=r"^FOOTNOTE_ORIGINS is not usable: ") as refused:
        load_settings()
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("https://a.example", "a.example", True),
        ("http://a.example:8000", "a.example:8000", True),
        ("https://a.example", "a.example:80", False),
        ("https://a.example", "b.a.example", False),
        ("https://a.example", "", False),
        ("null", "null", False),
        ("", "", False),
    ],
)
def test_a_page_is_the_services_own_where_host_and_port_agree(origin: str, host: str, own: bool) -> None:
    assert is_own_host(origin, host) is own
