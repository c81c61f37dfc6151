"""The file of keys, sites, origins, hosts and proxies: what it may say, and who may read it."""

import os
import re
import stat
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from corpus.errors import SettingsError
from service.access.keys import KEY_RULE, is_usable
from service.access.origins import parsed_hosts, parsed_origins
from service.access.proxies import parsed_proxies

__all__ = ["AccessFile", "Signature", "SiteTable", "read_access_file", "signature_of", "unusable"]

MAX_FILE_BYTES = 1024**2
"""Thousands of keys and sites."""


def _usable(key: str) -> str:
    if not is_usable(key):
        raise PydanticCustomError("key", KEY_RULE)
    return key


def _as_browsers_write(origins: tuple[str, ...]) -> tuple[str, ...]:
    return parsed_origins(_joined(origins))


def _as_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    return parsed_hosts(_joined(hosts))


def _joined(texts: tuple[str, ...]) -> str:
    if any("," in text for text in texts):
        raise PydanticCustomError("commas", "must be a list of texts, one for each, without commas in them")
    return ",".join(texts)


def _named_proxies(proxies: tuple[str, ...]) -> tuple[str, ...]:
    parsed_proxies(proxies)
    return proxies


_Key = Annotated[str, AfterValidator(_usable)]
_Origins = Annotated[tuple[str, ...], AfterValidator(_as_browsers_write)]
_Hosts = Annotated[tuple[str, ...], AfterValidator(_as_hosts)]
_Proxies = Annotated[tuple[str, ...], AfterValidator(_named_proxies)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SiteTable(_Table):
    """`[[sites]]`: a website's key, and where it is good."""

    key: _Key
    origins: Annotated[_Origins, Field(min_length=1)]
    requests_per_minute: Annotated[int | None, Field(ge=1, le=1_000_000, strict=True)] = None


class AccessFile(_Table):
    """All that a file of keys may say."""

    admin_keys: tuple[_Key, ...] = ()
    ask_keys: tuple[_Key, ...] = ()
    origins: _Origins = ()
    hosts: _Hosts = ()
    proxies: _Proxies = ()
    sites: tuple[SiteTable, ...] = ()


Signature = tuple[int, ...] | None
"""Of a file at a moment: where it is, its size, times and rights; None if there is none."""


def read_access_file(path: Path) -> tuple[AccessFile, Signature]:
    """A file of keys and lists, with the signature of what was read.

    Raises:
        SettingsError: It cannot be read, may be read by others, or says what cannot be used.
    """
    text, signature = _private_text(path)
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOML's own errors, and what is too large or too deep for Python
        found = re.search(r"\(at (line \d+, column \d+|end of document)\)$", str(error))
        raise unusable(path, f"is not TOML{f' ({found[1]})' if found else ''}") from None  # it would show the text
    if not given:
        raise unusable(path, "says nothing; name keys, sites, origins, hosts or proxies, or do not set FOOTNOTE_ACCESS")
    try:
        return AccessFile.model_validate(given), signature
    except ValidationError as error:
        raise unusable(path, _told(error.errors())) from None


def _private_text(path: Path) -> tuple[str, Signature]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # nothing that waits for a writer
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise unusable(path, "is no file")
            if os.name == "posix" and status.st_mode & 0o077:
                raise unusable(path, f"may be read or written by others than its owner; run: chmod 600 {path}")
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise unusable(path, f"cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_BYTES:
        raise unusable(path, "is larger than 1 MiB")
    try:
        return content.decode(), signature_of(status)
    except UnicodeDecodeError:
        raise unusable(path, "is not text in UTF-8") from None


def unusable(path: Path, what: str) -> SettingsError:
    """What is wrong with the file, as a clause."""
    return SettingsError(f"FOOTNOTE_ACCESS is not usable: {path} {what}. See docs/settings.md")


def _told(errors: Sequence[Any]) -> str:
    """Where a file is wrong and how, as pydantic found it; never what it says there."""
    error = min(errors, key=lambda each: each["type"] != "extra_forbidden")  # a name that is misspelt is missing too
    *names, last = error["loc"]
    if error["type"] == "extra_forbidden":
        table, known = ("a site", SiteTable) if names else ("it", AccessFile)
        shown = f" {last!r}" if re.fullmatch(r"[A-Za-z_-]{1,15}", str(last)) else ""  # no key is so short
        return f"has a name that is not known{shown}; {table} may have {', '.join(known.model_fields)}"
    where = "".join(f" {part + 1}" if isinstance(part, int) else f", {part}" for part in error["loc"])
    return f"is wrong at {where.removeprefix(', ')}: {error['msg'][0].lower()}{error['msg'][1:]}"


def signature_of(status: os.stat_result) -> Signature:
    """The signature of a file that is there."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode
