"""Which form of an answer `Accept` asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.requests.negotiation import accepts_gzip, prefers

EVENTS, JSON = "text/event-stream", "application/json"


@pytest.mark.parametrize(
    ("accept", "preferred"),
    [
        ([], False),
        ([""], False),
        (["*/*"], False),
        ([JSON], False),
        ([EVENTS], True),
        (["Text/Event-Stream"], True),
        ([f"{EVENTS};charset=utf-8"], True),
        ([f"{EVENTS}, */*"], True),
        ([f"{EVENTS}, {JSON}"], False),
        ([f"{JSON}, {EVENTS}"], False),
        ([EVENTS, JSON], False),
        ([f"{JSON};q=0.5, {EVENTS}"], True),
        ([f"{JSON} , {EVENTS} ; q=0.9"], False),
        ([f"{EVENTS};q=0.2, {JSON};Q = 0.1"], True),
        ([f"{EVENTS};q=0.2", f"{JSON};q=0.1"], True),
        (["text/*"], True),
        (["text/*;q=0.5, */*;q=0.5"], True),
        (["text/*;q=0.4, */*;q=0.5"], False),
        ([f"text/*, {EVENTS};q=0"], False),
        ([f"{EVENTS};q=0"], False),
        ([f"{EVENTS};q=0.000, */*;q=0"], False),
        (["*/*;q=0"], False),
        ([f"{EVENTS};q=much"], False),
        ([f"{EVENTS};q=1.5"], False),
        (["text/html, image/*"], False),
        ([f"{EVENTS};v=1;q=0.3, {JSON};q=0.2"], True),
        (["text/event-streams"], False),
    ],
)
def test_events_are_sent_where_they_are_accepted_and_preferred(accept: list[str], preferred: bool) -> None:
    assert prefers(accept, EVENTS, JSON) is preferred


@given(st.lists(st.text()))
def test_any_header_is_read_one_way_or_the_other(accept: list[str]) -> None:
    assert prefers(accept, EVENTS, JSON) in (True, False)


@pytest.mark.parametrize(
    ("accept_encoding", "takes"),
    [
        ([], False),
        ([""], False),
        (["gzip"], True),
        (["GZip"], True),
        (["x-gzip"], True),
        (["br, gzip, deflate"], True),
        (["br", "gzip"], True),
        (["*"], True),
        (["gzip;q=1.0, identity; q=0.5, *;q=0"], True),
        (["identity;q=0, *"], True),
        (["gzip;q=0.001"], True),
        (["gzip;q=0"], False),
        (["gzip; q=0.0"], False),
        (["gzip ; Q=0.000"], False),
        (["br, gzip;q=0"], False),
        (["gzip;q=0, *"], False),
        (["*;q=0"], False),
        (["*, gzip;q=0"], False),
        (["identity"], False),
        (["br, identity;q=0"], False),
        (["identity, gzip;q=0.5"], False),
        (["gzip;q=x"], False),
        (["notgzip"], False),
        (["gzipped"], False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(accept_encoding: list[str], takes: bool) -> None:
    assert accepts_gzip(accept_encoding) == takes
