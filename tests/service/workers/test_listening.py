"""Sockets of one service."""

import socket

import pytest

from corpus.errors import AddressError
from service.workers.listening import listening_sockets


def test_several_sockets_share_a_free_port() -> None:
    listeners = listening_sockets("127.0.0.1", 0, 3)
    try:
        assert len({listener.getsockname() for listener in listeners}) == 1
        for listener in listeners:
            listener.listen()
        for _ in range(20):
            socket.create_connection(listeners[0].getsockname(), 5).close()
    finally:
        for listener in listeners:
            listener.close()


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_a_second_service_cannot_have_the_same_port(first: int, second: int) -> None:
    listeners = listening_sockets("127.0.0.1", 0, first)
    try:
        for listener in listeners:
            listener.listen()
        port = listeners[0].getsockname()[1]
        with pytest.raises(AddressError, match=r"Address already in use\). Stop the program"):
            listening_sockets("127.0.0.1", port, second)
    finally:
        for listener in listeners:
            listener.close()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(AddressError, match="Give an address of this machine"):
        listening_sockets("192.0.2.1", 0)
