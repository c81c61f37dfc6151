"""Who may do what: keys, sites and origins, hosts and proxies; from the settings, and from a file that may change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import SettingsError
from service.access.access_file import AccessFile, Signature, read_access_file, signature_of, unusable
from service.access.keys import Key
from service.access.proxies import Network, parsed_proxies

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Access", "AccessInForce", "Site", "access_of"]

logger = logging.getLogger(__name__)

LOOK_S = 1.0
"""Between looks whether the file has changed. What is found changed is read at the next one, if it is the same then."""


@dataclass(frozen=True, slots=True)
class Site:
    """A website that asks with a key of its own, which everybody can read in its pages.

    Args:
        key: Taken from pages of these origins alone.
        origins: As browsers write them.
        requests_per_minute: Of all its visitors together; what every key may if None.
    """

    key: Key
    origins: Sequence[str]
    requests_per_minute: int | None


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what, at a moment.

    Args:
        admin_keys: Whoever has one may ask, and change the documents.
        ask_keys: Whoever has one may ask. As long as there are any, nobody may without a key.
        sites: Websites with keys of their own.
        origins: Those whose pages may ask without one.
        hosts: Names that the service is asked under, in small letters; `*` for all.
        proxies: Those whose `X-Forwarded-For` is believed.
    """

    admin_keys: Sequence[Key] = ()
    ask_keys: Sequence[Key] = ()
    sites: Sequence[Site] = ()
    origins: Sequence[str] = ()
    hosts: Collection[str] = frozenset()
    proxies: Sequence[Network] = ()

    @property
    def asking_needs_a_key(self) -> bool:
        """Whether nobody may ask without one."""
        return bool(self.ask_keys)

    @property
    def all_origins(self) -> tuple[str, ...]:
        """Origins whose pages may ask, with a site's key or without one."""
        return tuple(dict.fromkeys((*self.origins, *(origin for site in self.sites for origin in site.origins))))


def access_of(settings: Settings) -> Access:
    """What the settings say, and beside it what the file says that they name.

    Raises:
        SettingsError: The file cannot be used, or one key is to be two things.
    """
    return _access_of(settings, AccessFile() if settings.access is None else read_access_file(settings.access)[0])


def _access_of(settings: Settings, file: AccessFile) -> Access:
    _refuse_keys_of_two_kinds(settings, file)
    return Access(
        admin_keys=_kept((*settings.admin_key_values, *file.admin_keys)),
        ask_keys=_kept((*settings.ask_key_values, *file.ask_keys)),
        sites=[Site(Key.of(site.key.encode()), site.origins, site.requests_per_minute) for site in file.sites],
        origins=tuple(dict.fromkeys((*settings.origin_values, *file.origins))),
        hosts=frozenset((*settings.host_values, *file.hosts)),
        proxies=(*settings.proxy_values, *parsed_proxies(file.proxies)),
    )


def _kept(keys: Sequence[str]) -> Sequence[Key]:
    return [Key.of(key.encode()) for key in dict.fromkeys(keys)]


def _refuse_keys_of_two_kinds(settings: Settings, file: AccessFile) -> None:
    """A site's key is public: were it an administrator's too, everybody would be one."""
    seen: dict[str, str] = {}
    for kind, keys in _named_keys(settings, file):
        for key in keys:
            if seen.setdefault(key, kind) != kind:
                raise SettingsError(
                    f"The same key is given for {seen[key]} and for {kind}. Give a key of its own to each: "
                    "openssl rand -hex 32"
                )


def _named_keys(settings: Settings, file: AccessFile) -> Iterator[tuple[str, Iterable[str]]]:
    yield "administrators", {*settings.admin_key_values, *file.admin_keys}
    yield "asking", {*settings.ask_key_values, *file.ask_keys}
    for number, site in enumerate(file.sites, start=1):
        yield f"site {number}", [site.key]


class AccessInForce:
    """Who may do what now; it follows the file that the settings name.

    A new version of the file that cannot be used changes nothing: the one before stays in force.

    Args:
        settings: Those that the service was started with.

    Raises:
        SettingsError: What they name cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.access
        self._read: Signature = None
        file = AccessFile()
        if self._path is not None:
            file, self._read = read_access_file(self._path)
        self._found = self._read
        self._now = _access_of(settings, file)
        self._problem: str | None = None

    @property
    def now(self) -> Access:
        """Who may do what; the same object until something changes."""
        return self._now

    @property
    def is_stale(self) -> bool:
        """Whether the file has a newer version that cannot be used."""
        return self._problem is not None

    def look(self) -> None:
        """Take up a new version of the file, if it is the same as at the look before: then it is there whole."""
        if self._path is None:
            return
        before, self._found = self._found, self._signature(self._path)
        if self._found == self._read or self._found != before:
            return
        try:
            file, signature = read_access_file(self._path)
            access = _access_of(self._settings, file)
            if self._now.asking_needs_a_key and not access.asking_needs_a_key:
                raise unusable(self._path, "names no ask key any more; to let everybody ask, restart the service")
        except SettingsError as error:
            self._refuse(str(error).removesuffix("."))
            return
        self._now, self._read, self._problem = access, signature, None
        logger.info("%s has changed, and is in force.", self._path)

    def _refuse(self, problem: str) -> None:
        """Keep what is in force; it is tried again at each look, and said once."""
        if problem != self._problem:
            logger.error("%s. The version before stays in force.", problem)
        self._problem = problem

    def follow(self, stop: threading.Event) -> None:
        """Look again and again until it is told to stop."""
        if self._path is not None:
            while not stop.wait(LOOK_S):
                self.look()

    @staticmethod
    def _signature(path: Path) -> Signature:
        try:
            return signature_of(path.stat())
        except OSError:
            return None
