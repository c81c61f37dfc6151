"""Access policy: keys, sites, origins, hosts and proxies from the settings and from the access file."""

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
from service.access.origins import separated
from service.access.proxies import Network, parsed_proxies

if TYPE_CHECKING:
    from service.settings import Settings

logger = logging.getLogger(__name__)

CHECK_S = 1.0
"""Seconds between checks of the file. A changed file is read at the next check, if it has not changed again."""


@dataclass(frozen=True, slots=True)
class Site:
    """A website with a key of its own, which is public: it is in the site's pages.

    Args:
        key: Valid from pages of these origins only.
        origins: As browsers send them.
        requests_per_minute: Limit for all visitors together; the limit of every key if None.
    """

    key: Key
    origins: Sequence[str]
    requests_per_minute: int | None


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Access policy at one moment.

    Args:
        admin_keys: Keys that may ask, and change the documents.
        ask_keys: Keys that may ask. If there are any, asking needs a key.
        sites: Websites with keys of their own.
        origins: Origins whose pages may ask without a key.
        hosts: Host names of the service in lower case; `*` for all.
        proxies: Trusted proxies, whose forwarding headers are used.
    """

    admin_keys: Sequence[Key] = ()
    ask_keys: Sequence[Key] = ()
    sites: Sequence[Site] = ()
    origins: Sequence[str] = ()
    hosts: Collection[str] = frozenset()
    proxies: Sequence[Network] = ()

    @property
    def asking_needs_a_key(self) -> bool:
        """Whether asking needs a key."""
        return bool(self.ask_keys)

    @property
    def all_origins(self) -> tuple[str, ...]:
        """Origins whose pages may ask, with or without a site's key."""
        return tuple(dict.fromkeys((*self.origins, *(origin for site in self.sites for origin in site.origins))))


def _policy_of(settings: Settings, file: AccessFile) -> AccessPolicy:
    """Return the access policy of the settings and of their access file.

    Raises:
        SettingsError: One key has two roles.
    """
    _refuse_keys_of_two_kinds(settings, file)
    return AccessPolicy(
        admin_keys=_kept((*settings.admin_key_values, *file.admin_keys)),
        ask_keys=_kept((*settings.ask_key_values, *file.ask_keys)),
        sites=[Site(Key.of(site.key.encode()), site.origins, site.requests_per_minute) for site in file.sites],
        origins=tuple(dict.fromkeys((*separated(settings.origins), *file.origins))),
        hosts=frozenset((*separated(settings.hosts), settings.host.lower(), *file.hosts)),
        proxies=parsed_proxies((*separated(settings.proxies), *file.proxies)),
    )


def _kept(keys: Sequence[str]) -> Sequence[Key]:
    return [Key.of(key.encode()) for key in dict.fromkeys(keys)]


def _refuse_keys_of_two_kinds(settings: Settings, file: AccessFile) -> None:
    """Raise an error for a key with two roles: a site's key is public, and must not be an administrator's too."""
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


class AccessControl:
    """Current access policy, reloaded when the access file changes.

    An unusable new version of the file is ignored: the previous policy stays in force.

    Args:
        settings: Settings of the service.

    Attributes:
        policy: Policy in force; the same object until it changes.

    Raises:
        SettingsError: The access file is unusable, or one key has two roles.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.access
        self._read: Signature = None
        file = AccessFile()
        if self._path is not None:
            file, self._read = read_access_file(self._path)
        self._found = self._read
        self.policy = _policy_of(settings, file)
        self._failure: str | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the file has a newer, unusable version."""
        return self._failure is not None

    def reload(self) -> None:
        """Read the file if it has changed, and not since the check before: it may still be being written."""
        if self._path is None:
            return
        before, self._found = self._found, self._signature(self._path)
        if self._found == self._read or self._found != before:
            return
        try:
            file, signature = read_access_file(self._path)
            access = _policy_of(self._settings, file)
            if self.policy.asking_needs_a_key and not access.asking_needs_a_key:
                raise unusable(self._path, "has no ask key any more; restart the service to let everybody ask")
        except SettingsError as error:
            self._keep_policy(str(error).removesuffix("."))
            return
        self.policy, self._read, self._failure = access, signature, None
        logger.info("Reloaded %s.", self._path)

    def _keep_policy(self, failure: str) -> None:
        """Log a failure once; the file is read again at each check."""
        if failure != self._failure:
            logger.error("%s. The previous version stays in force.", failure)
        self._failure = failure

    def follow(self, stop: threading.Event) -> None:
        """Reload the file whenever it changes, until `stop` is set."""
        if self._path is not None:
            while not stop.wait(CHECK_S):
                self.reload()

    @staticmethod
    def _signature(path: Path) -> Signature:
        try:
            return signature_of(path.stat())
        except OSError:
            return None
