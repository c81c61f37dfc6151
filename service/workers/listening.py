"""Sockets that a service listens on."""

import errno
import socket

from corpus.errors import AddressError
from service.runtime.listener import Listener

REMEDIES = {
    errno.EADDRINUSE: "Stop the program that uses it, or give another port with --port.",
    errno.EACCES: "Give a port above 1023 with --port.",
}


def listening_sockets(host: str, port: int, count: int = 1) -> list[Listener]:
    """Return sockets bound to an address. They do not listen yet, so that no client waits for the encoder to load.

    The system divides connections between several sockets of one address. The first bind decides whether the address
    is free: the option that admits more sockets is set after it, so that no second service can join.

    Args:
        host: Address of this machine, or a name of it.
        port: Port; 0 takes a free one, the same for all sockets.
        count: Number of sockets.

    Raises:
        AddressError: The address cannot be used.
    """
    listeners: list[Listener] = []
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        for _ in range(count):
            listener = Listener(family, kind, protocol)
            listeners.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if len(listeners) > 1:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(address)
            if count > 1:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            address = listener.getsockname()
    except OSError as error:
        for listener in listeners:
            listener.close()
        remedy = REMEDIES.get(error.errno or 0, "Give an address of this machine with --host.")
        raise AddressError(f"Cannot listen on {host}, port {port} ({error.strerror}). {remedy}") from error
    return listeners
