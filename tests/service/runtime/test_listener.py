"""The reserve of descriptors of a listening socket."""

from service.runtime.listener import RESERVED, Listener


def test_a_closed_socket_is_not_out_of_descriptors() -> None:
    """A connection that it has accepted may begin after it is closed, when the server stops."""
    listener = Listener()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    assert len(listener._reserve) == RESERVED
    assert not listener.uses_reserve
    listener.close()
    assert listener._reserve == []
    assert not listener.uses_reserve
