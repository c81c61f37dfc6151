"""Where requests come from: whom to believe, and what is forged."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SettingsError
from service.access.proxies import NO_ADDRESS, client_address, parsed_address, parsed_proxies
from service.access.rules import AccessControl
from service.settings import load_settings

PROXIES = parsed_proxies(["10.0.0.0/8", "192.0.2.1", "2001:db8:ffff::/48"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.7"], "203.0.113.5"),  # forged: who sends it is no proxy
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["127.0.0.1, 8.8.8.8, 198.51.100.7"], "198.51.100.7"),  # what the client put in front
        ("10.0.0.1", ["8.8.8.8", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7", "8.8.8.8,10.2.3.4"], "8.8.8.8"),
        ("10.0.0.1", ["198.51.100.7, 192.0.2.1 , 10.9.9.9"], "198.51.100.7"),
        ("10.0.0.1", ["10.1.1.1, 10.2.2.2"], "10.1.1.1"),  # someone within
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["_hidden"], "10.0.0.1"),
        ("10.0.0.1", ["8.8.8.8, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["8.8.8.8, , 10.7.7.7"], "10.7.7.7"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [","], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7:4711, [2001:db8:ffff::1]:443"], "198.51.100.7"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ['"[2001:db8::7]"'], "2001:db8::7"),
        ("10.0.0.1", ["2001:db8::7%eth0"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("2001:db8:ffff::9", ["2001:db8::7"], "2001:db8::7"),
        ("2001:db8::9", ["2001:db8::7"], "2001:db8::9"),
        ("10.0.0.1", [", ".join(["10.3.3.3"] * 1000)], "10.3.3.3"),
        ("10.0.0.1", ["for=198.51.100.7"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7/32"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7:"], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db8::7]x"], "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4:99999999"], "10.0.0.1"),
        ("10.0.0.1", ["٣.٣.٣.٣"], "10.0.0.1"),
        ("10.0.0.1", ["3232235777"], "10.0.0.1"),
    ],
)
def test_a_request_comes_from_the_last_who_is_no_proxy(peer: str, forwarded: list[str], client: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == ip_address(client)


def test_without_proxies_nothing_that_is_forwarded_counts() -> None:
    assert client_address("127.0.0.1", ["198.51.100.7"], ()) == ip_address("127.0.0.1")


@pytest.mark.parametrize("peer", [None, "", "testclient", "/run/socket"])
def test_a_peer_without_an_address_is_no_proxy(peer: str | None) -> None:
    assert client_address(peer, ["198.51.100.7"], PROXIES) == NO_ADDRESS


@given(st.text(), st.lists(st.text()))
def test_whatever_is_sent_gives_an_address(peer: str, forwarded: list[str]) -> None:
    parsed_address(peer)
    client_address(peer, forwarded, PROXIES)
    assert client_address("203.0.113.5", forwarded, PROXIES) == ip_address("203.0.113.5")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("10.0.0.0/33", "its proxy 1 is no address or network; write it like 127.0.0.1 or 10.0.0.0/8"),
        ("127.0.0.1, proxy.example.org", "its proxy 2 is no address or network"),
        ("*", "its proxy 1 is no address or network"),
        ("127.0.0.1,0.0.0.0/0", "its proxy 2 includes every address"),
        ("::/0", "its proxy 1 includes every address"),
    ],
)
def test_invalid_proxies_are_refused(given: str, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({}, proxies=given)
    assert f"FOOTNOTE_PROXIES is not usable: {told}" in str(refused.value)


def test_proxies_are_addresses_and_networks() -> None:
    settings = load_settings({}, proxies=" 127.0.0.1, 10.1.2.3/8 ,::1 ")
    assert AccessControl(settings).policy.proxies == parsed_proxies(["127.0.0.1", "10.0.0.0/8", "::1"])
    assert AccessControl(load_settings({})).policy.proxies == ()
