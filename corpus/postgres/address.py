"""The address of a database, and how messages show it."""

from dataclasses import dataclass
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from corpus.errors import SettingsError

SCHEMES = ("postgresql://", "postgres://")
"""Beginnings of an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a database.

    Args:
        uri: The whole address, which may have a password. It is left out of `repr`.
        shown: Host, port and database, for messages.
    """

    uri: str
    shown: str

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Parse a `postgresql://` URI.

        Raises:
            SettingsError: It is not one. The message does not repeat it, since it may have a password.
        """
        try:
            if not uri.startswith(SCHEMES):
                raise psycopg.ProgrammingError
            parts = conninfo_to_dict(uri)
        except psycopg.Error:
            raise SettingsError(
                "The address of the PostgreSQL store cannot be read. Write it as "
                "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for an @ in the password."
            ) from None
        host, port = parts.get("host") or "localhost", parts.get("port") or 5432
        return cls(uri, f"{host}:{port}/{parts.get('dbname') or parts.get('user') or ''}")

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"
