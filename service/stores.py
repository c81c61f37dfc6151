"""Opening the store that the settings name: SQLite in the data folder, or PostgreSQL. Imports are late."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.postgres import Address
    from corpus.store import Store, View
    from service.settings import Settings


def open_view(settings: Settings) -> View:
    """Open a view of the store. Close it after use.

    Raises:
        StoreError: The store cannot be opened.
        SettingsError: Its address cannot be used.
    """
    address = _address(settings)
    if address is None:
        from corpus.store import View

        return View(settings.data)
    from corpus.postgres import PostgresView

    return PostgresView(settings.data, address)


def open_store(settings: Settings, *, create: bool = False) -> Store:
    """Open the store for writing. Close it after use.

    Args:
        settings: Data folder and address.
        create: Create an empty store if there is none.

    Raises:
        StoreError: The store cannot be opened.
        SettingsError: Its address cannot be used.
    """
    address = _address(settings)
    if address is None:
        from corpus.store import Store

        return Store(settings.data, create=create)
    from corpus.postgres import PostgresStore

    return PostgresStore(settings.data, address, create=create)


def require_local(settings: Settings, command: str, instead: str) -> None:
    """Refuse a command that works on the file of SQLite only.

    Args:
        settings: Data folder and address.
        command: Name of the command.
        instead: What to do with a store in PostgreSQL, a sentence.

    Raises:
        SettingsError: The settings name a store in PostgreSQL.
    """
    from corpus.errors import SettingsError

    if settings.store_uri is not None:
        raise SettingsError(f"The command footnote {command} does not work on a store in PostgreSQL. {instead}")


def _address(settings: Settings) -> Address | None:
    from corpus.errors import SettingsError

    uri = settings.store_uri
    if uri is None:
        return None
    if importlib.util.find_spec("psycopg") is None:
        raise SettingsError("A store in PostgreSQL needs psycopg. Install it with: pip install 'footnote-qa[postgres]'")
    from corpus.postgres import Address

    return Address.parse(uri)
