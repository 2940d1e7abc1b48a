"""What a PostgreSQL server said, found behind what its driver made of it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.exc import DBAPIError


class ServerSaid(NamedTuple):
    """The server's code of an error (five letters, SQLSTATE) and its words."""

    code: str
    message: str


def server_said(error: DBAPIError) -> ServerSaid | None:
    """The server's own error; None where it said nothing, or the registry is a file.

    A server that refuses closes the connection, and the driver then stumbles over closing it too: what is raised is a
    broken pipe, and the reason stands behind it.
    """
    link: BaseException | None = error.orig
    while link is not None:
        told = link.args[0] if link.args else None
        if isinstance(told, dict) and {"C", "M"} <= told.keys():
            return ServerSaid(str(told["C"]), str(told["M"]))
        link = link.__cause__ or link.__context__
    return None
