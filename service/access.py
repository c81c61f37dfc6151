"""Who may do what: keys, sites and their origins, and proxies; from the settings, and from a file that may change."""

import logging
import os
import re
import stat
import threading
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from corpus.errors import SettingsError
from service.keys import KEY_RULE, Key, is_usable
from service.origins import parsed_origins
from service.proxies import Network, parsed_proxies
from service.settings import Settings

__all__ = ["Access", "AccessInForce", "Site", "access_of"]

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 1024**2
"""Thousands of keys and sites."""

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
        proxies: Those whose `X-Forwarded-For` is believed.
    """

    admin_keys: Sequence[Key] = ()
    ask_keys: Sequence[Key] = ()
    sites: Sequence[Site] = ()
    origins: Sequence[str] = ()
    proxies: Sequence[Network] = ()

    @property
    def asking_needs_a_key(self) -> bool:
        """Whether nobody may ask without one."""
        return bool(self.ask_keys)

    @property
    def all_origins(self) -> tuple[str, ...]:
        """Origins whose pages may ask, with a site's key or without one."""
        return tuple(dict.fromkeys((*self.origins, *(origin for site in self.sites for origin in site.origins))))


def _usable(key: str) -> str:
    if not is_usable(key):
        raise PydanticCustomError("key", KEY_RULE)
    return key


def _as_browsers_write(origins: tuple[str, ...]) -> tuple[str, ...]:
    if any("," in origin for origin in origins):
        raise PydanticCustomError("origin", "must be a list of texts, one for each origin, without commas in them")
    return parsed_origins(",".join(origins))


_Key = Annotated[str, AfterValidator(_usable)]
_Origins = Annotated[tuple[str, ...], AfterValidator(_as_browsers_write)]
_Proxies = Annotated[tuple[str, ...], AfterValidator(lambda proxies: (parsed_proxies(proxies), proxies)[1])]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _SiteTable(_Table):
    key: _Key
    origins: Annotated[_Origins, Field(min_length=1)]
    requests_per_minute: Annotated[int | None, Field(ge=1, le=1_000_000, strict=True)] = None


class _File(_Table):
    admin_keys: tuple[_Key, ...] = ()
    ask_keys: tuple[_Key, ...] = ()
    origins: _Origins = ()
    proxies: _Proxies = ()
    sites: tuple[_SiteTable, ...] = ()


_Signature = tuple[int, ...] | None
"""Of a file at a moment: where it is, its size, times and rights; None if there is none."""


def access_of(settings: Settings) -> Access:
    """What the settings say, and beside it what the file says that they name.

    Raises:
        SettingsError: The file cannot be used, or one key is to be two things.
    """
    return _access_of(settings, _File() if settings.access is None else _read(settings.access)[0])


def _access_of(settings: Settings, file: _File) -> Access:
    _refuse_keys_of_two_kinds(settings, file)
    return Access(
        admin_keys=_kept((*settings.admin_key_values, *file.admin_keys)),
        ask_keys=_kept((*settings.ask_key_values, *file.ask_keys)),
        sites=[Site(Key.of(site.key.encode()), site.origins, site.requests_per_minute) for site in file.sites],
        origins=tuple(dict.fromkeys((*settings.origin_values, *file.origins))),
        proxies=(*settings.proxy_values, *parsed_proxies(file.proxies)),
    )


def _kept(keys: Sequence[str]) -> Sequence[Key]:
    return [Key.of(key.encode()) for key in dict.fromkeys(keys)]


def _refuse_keys_of_two_kinds(settings: Settings, file: _File) -> None:
    """A site's key is public: were it an administrator's too, everybody would be one."""
    seen: dict[str, str] = {}
    for kind, keys in _named_keys(settings, file):
        for key in keys:
            if seen.setdefault(key, kind) != kind:
                raise SettingsError(
                    f"The same key is given for {seen[key]} and for {kind}. Give a key of its own to each: "
                    "openssl rand -hex 32"
                )


def _named_keys(settings: Settings, file: _File) -> Iterator[tuple[str, Iterable[str]]]:
    yield "administrators", {*settings.admin_key_values, *file.admin_keys}
    yield "asking", {*settings.ask_key_values, *file.ask_keys}
    for number, site in enumerate(file.sites, start=1):
        yield f"site {number}", [site.key]


def _read(path: Path) -> tuple[_File, _Signature]:
    """A file of keys and lists, with the signature of what was read.

    Raises:
        SettingsError: It cannot be read, may be read by others, or says what cannot be used.
    """
    text, signature = _private_text(path)
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at (line \d+, column \d+|end of document)\)$", str(error))
        raise _unusable(path, f"is not TOML{f' ({found[1]})' if found else ''}") from None  # it would show the text
    if not given:
        raise _unusable(path, "says nothing; name keys, sites, origins or proxies in it, or do not set FOOTNOTE_ACCESS")
    try:
        return _File.model_validate(given), signature
    except ValidationError as error:
        raise _unusable(path, _told(error.errors())) from None


def _private_text(path: Path) -> tuple[str, _Signature]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # nothing that waits for a writer
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise _unusable(path, "is no file")
            if os.name == "posix" and status.st_mode & 0o077:
                raise _unusable(path, f"may be read or written by others than its owner; run: chmod 600 {path}")
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _unusable(path, f"cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_BYTES:
        raise _unusable(path, "is larger than 1 MiB")
    try:
        return content.decode(), _signature_of(status)
    except UnicodeDecodeError:
        raise _unusable(path, "is not text in UTF-8") from None


def _unusable(path: Path, what: str) -> SettingsError:
    return SettingsError(f"FOOTNOTE_ACCESS is not usable: {path} {what}. See docs/settings.md")


def _told(errors: Sequence[Any]) -> str:
    """Where a file is wrong and how, as pydantic found it; never what it says there."""
    error = min(errors, key=lambda each: each["type"] != "extra_forbidden")  # a name that is misspelt is missing too
    *names, last = error["loc"]
    if error["type"] == "extra_forbidden":
        table, known = ("a site", _SiteTable) if names else ("it", _File)
        shown = f" {last!r}" if re.fullmatch(r"[A-Za-z_-]{1,15}", str(last)) else ""  # no key is so short
        return f"has a name that is not known{shown}; {table} may have {', '.join(known.model_fields)}"
    where = "".join(f" {part + 1}" if isinstance(part, int) else f", {part}" for part in error["loc"])
    return f"is wrong at {where.removeprefix(', ')}: {error['msg'][0].lower()}{error['msg'][1:]}"


def _signature_of(status: os.stat_result) -> _Signature:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode


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
        self._read: _Signature = None
        file = _File()
        if self._path is not None:
            file, self._read = _read(self._path)
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
            file, signature = _read(self._path)
            access = _access_of(self._settings, file)
            if self._now.asking_needs_a_key and not access.asking_needs_a_key:
                raise _unusable(self._path, "names no ask key any more; to let everybody ask, restart the service")
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
    def _signature(path: Path) -> _Signature:
        try:
            return _signature_of(path.stat())
        except OSError:
            return None
