"""Take a port before anything slow is begun."""

import socket

from ledger.errors import Unavailable

BACKLOG = 512


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        Unavailable: Another program has the port.
    """
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise Unavailable(
            f"port {port} is taken; stop the other program or add --port N"
        ) from error
    return sock
