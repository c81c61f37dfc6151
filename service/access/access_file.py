"""Access file: keys, sites, origins, hosts and proxies in TOML, readable by its owner only."""

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

MAX_FILE_BYTES = 1024**2
"""Room for thousands of keys and sites."""


def _usable(key: str) -> str:
    if not is_usable(key):
        raise PydanticCustomError("key", KEY_RULE)
    return key


def _joined(texts: tuple[str, ...]) -> str:
    if any("," in text for text in texts):
        raise PydanticCustomError("commas", "must be a list of strings without commas")
    return ",".join(texts)


def _named_proxies(proxies: tuple[str, ...]) -> tuple[str, ...]:
    parsed_proxies(proxies)
    return proxies


_Key = Annotated[str, AfterValidator(_usable)]
_Origins = Annotated[tuple[str, ...], AfterValidator(lambda origins: parsed_origins(_joined(origins)))]
_Hosts = Annotated[tuple[str, ...], AfterValidator(lambda hosts: parsed_hosts(_joined(hosts)))]
_Proxies = Annotated[tuple[str, ...], AfterValidator(_named_proxies)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SiteTable(_Table):
    """`[[sites]]`: a website's key, and the origins that may use it."""

    key: _Key
    origins: Annotated[_Origins, Field(min_length=1)]
    requests_per_minute: Annotated[int | None, Field(ge=1, le=1_000_000, strict=True)] = None


class AccessFile(_Table):
    """Fields of an access file."""

    admin_keys: tuple[_Key, ...] = ()
    ask_keys: tuple[_Key, ...] = ()
    origins: _Origins = ()
    hosts: _Hosts = ()
    proxies: _Proxies = ()
    sites: tuple[SiteTable, ...] = ()


Signature = tuple[int, ...] | None
"""Identity, size, times and mode of a file; None if it does not exist."""


def read_access_file(path: Path) -> tuple[AccessFile, Signature]:
    """Read and validate an access file; return it with its signature.

    Raises:
        SettingsError: It cannot be read, others than its owner can read it, or it is invalid.
    """
    text, signature = _private_text(path)
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # invalid TOML, or a number or nesting beyond Python's limits
        found = re.search(r"\(at (line \d+, column \d+|end of document)\)$", str(error))
        raise unusable(
            path, f"is not TOML{f' ({found[1]})' if found else ''}"
        ) from None  # the original error quotes the file
    if not given:
        raise unusable(path, "is empty; add keys, sites, origins, hosts or proxies, or unset FOOTNOTE_ACCESS")
    try:
        return AccessFile.model_validate(given), signature
    except ValidationError as error:
        raise unusable(path, _described(error.errors())) from None


def _private_text(path: Path) -> tuple[str, Signature]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # do not wait for the writer of a pipe
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise unusable(path, "is not a regular file")
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
    """Return the error for an unusable file; `what` is a clause that follows its path."""
    return SettingsError(f"FOOTNOTE_ACCESS is not usable: {path} {what}. See docs/settings.md")


def _described(errors: Sequence[Any]) -> str:
    """Describe the first validation error, with its position and without the invalid value."""
    error = min(
        errors, key=lambda each: each["type"] != "extra_forbidden"
    )  # a misspelt required name is also reported as missing
    *names, last = error["loc"]
    if error["type"] == "extra_forbidden":
        table, known = ("a site", SiteTable) if names else ("it", AccessFile)
        shown = f" {last!r}" if re.fullmatch(r"[A-Za-z_-]{1,15}", str(last)) else ""  # too short to be a key
        return f"has an unknown name{shown}; {table} may have {', '.join(known.model_fields)}"
    where = "".join(f" {part + 1}" if isinstance(part, int) else f", {part}" for part in error["loc"])
    return f"is wrong at {where.removeprefix(', ')}: {error['msg'][0].lower()}{error['msg'][1:]}"


def signature_of(status: os.stat_result) -> Signature:
    """Return the signature of an existing file."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode
