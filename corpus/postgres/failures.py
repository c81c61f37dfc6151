"""Translation of the errors of psycopg to those of `corpus.errors`. Messages have neither address nor password."""

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg import errors

from corpus.errors import StoreBusyError, StoreCorruptError, StoreError

_RIGHTS = "The user of the PostgreSQL store at {} may not {}. Grant it the rights, or name another user in the address."

_AT_START = {  # parts of the server's messages; psycopg gives no SQLSTATE before a connection is open
    "password authentication failed": "The PostgreSQL server at {} refuses user or password. Correct the address.",
    "no password supplied": "The PostgreSQL server at {} requires a password. Add it to the address.",
    "too many clients": "The PostgreSQL server at {} has no free connection. Raise its max_connections.",
    "remaining connection slots": "The PostgreSQL server at {} has no free connection. Raise its max_connections.",
    "too many connections": "The PostgreSQL server at {} has no free connection. Raise the database's limit.",
    "does not exist": "The PostgreSQL server at {} has no such user or database. Create it, or correct the address.",
    "no pg_hba.conf entry": "The PostgreSQL server at {} does not admit this machine or user. Add it to pg_hba.conf.",
    "starting up": "The PostgreSQL server at {} is starting. Try again.",
}


def connection_failure(error: psycopg.Error, shown: str) -> StoreError:
    """Return the error for a connection that could not be opened."""
    said = str(error)
    for part, message in _AT_START.items():
        if part in said:
            kind = StoreBusyError if "connection." in message or "starting" in message else StoreError
            return kind(message.format(shown))
    return StoreError(f"The PostgreSQL server at {shown} cannot be reached. Start it, or correct the address.")


@contextlib.contextmanager
def translated_failures(shown: str) -> Iterator[None]:
    """Translate psycopg's errors.

    Args:
        shown: The address without user and password.
    """
    try:
        yield
    except psycopg.Error as error:
        raise _failure(error, shown) from error
    except UnicodeDecodeError as error:
        raise StoreCorruptError(
            f"The store at {shown} holds text that is not valid UTF-8. Run: footnote verify"
        ) from error


def _failure(error: psycopg.Error, shown: str) -> StoreError:
    if isinstance(error, errors.LockNotAvailable):
        return StoreBusyError(f"The store at {shown} is being written to by another process. Try again later.")
    if isinstance(error, errors.InsufficientPrivilege):
        return StoreError(_RIGHTS.format(shown, "read or write its tables"))
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return StoreError(f"The PostgreSQL server at {shown} is a standby. Write to the primary.")
    if isinstance(error, errors.DiskFull):
        return StoreError(f"The disk of the PostgreSQL server at {shown} is full. Free some space; nothing is lost.")
    if isinstance(error, (errors.SerializationFailure, errors.QueryCanceled, errors.DeadlockDetected)):
        return StoreBusyError(f"The PostgreSQL server at {shown} cancelled the transaction. Try again.")
    if isinstance(error, (errors.DataCorrupted, errors.IndexCorrupted, errors.UndefinedTable, errors.UndefinedColumn)):
        return StoreCorruptError(f"The tables of the store at {shown} are damaged. Restore the database from a backup.")
    if isinstance(error, psycopg.DataError):
        return StoreError(f"PostgreSQL cannot store a value for {shown}, such as a text with a NUL character.")
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return StoreError(f"The connection to the PostgreSQL server at {shown} was lost. Try again.")
    return StoreError(f"The PostgreSQL server at {shown} refused a statement (SQLSTATE {error.sqlstate or 'unknown'}).")
