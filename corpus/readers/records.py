"""JSON Lines, JSON and CSV: a document for each record."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.documents import Content, Found, ReadOptions, SourceDocument
from corpus.errors import SourceError
from corpus.files import SourceBytes
from corpus.metadata import FrontMatter, metadata_of, read_sidecar, usable, with_known_names
from corpus.readers.csv_rows import csv_rows
from corpus.readers.json_rows import Rows, array_rows, json_rows
from corpus.readers.record_problems import SourceProblem
from corpus.text import decode

_IDS = ("_id", "id")
_LISTS = ("authors", "tags")
MAX_ID_CHARACTERS = 500
"""Maximum length of an id."""

_BOM = b"\xef\xbb\xbf"
_ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")
_MAX_LINE = 1024**2
"""Bytes of the first line that are parsed to detect JSON Lines."""


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """A format whose files hold a document per record.

    Args:
        media_type, suffixes, version: See `Format`.
        rows: Yields the line and the fields, or the error, of each record in a text.
        sniff: Returns whether a file is of this format; also takes the field of texts.
        unit: What `rows` counts, for ids and messages.
    """

    media_type: str
    suffixes: Sequence[str]
    rows: Callable[[str, ReadOptions], Rows]
    sniff: Callable[[SourceBytes, str], bool]
    unit: str = "line"
    has_signature: bool = False
    version: int = 1

    def matches(self, file: SourceBytes, options: ReadOptions) -> bool:
        """Return whether the content is of this format."""
        return self.sniff(file, options.text_field)

    def read(self, file: SourceBytes, options: ReadOptions) -> Iterator[SourceDocument | SourceProblem]:
        """Yield the document of each record, or the problem of an unreadable one with its line.

        A record's `_id` or `id` identifies it, else its line. Keys of front matter (`title`, `published`…) become
        metadata, also inside an object `metadata`; other keys go to `extra`. The sidecar provides what a record lacks.

        Raises:
            SourceError: The file cannot be read: its encoding, a CSV without the column of texts.
        """
        text = decode(file.data, options.encoding, has_options=options.has_options)
        beside = read_sidecar(file.sidecar)
        salt = file.sidecar.data if file.sidecar is not None else b""
        lines: dict[str, int] = {}
        line = 0
        for line, row in self.rows(text, options):
            place = f"{self.unit} {line:,}"
            where = f"{file.source}#{self.unit}-{line}"
            is_named = False
            try:
                if isinstance(row, SourceError):
                    raise row
                row = with_known_names(row, (*_IDS, options.text_field))
                name = _name(row, place) or f"{self.unit}-{line}"
                where, is_named = f"{file.source}#{name}", True
                if name in lines:
                    raise SourceError(f"{place}: its id is that of {self.unit} {lines[name]:,}; change one")
                lines[name] = line
                content, front = _record(row, place, options)
                digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode() + salt).hexdigest()
                yield SourceDocument(
                    source=where,
                    source_sha256=digest,
                    media_type=self.media_type,
                    text=content.text,
                    metadata=metadata_of(content, [front, beside], [], name, options.today),
                    file=file.source,
                )
            except SourceError as error:
                yield SourceProblem(where, str(error), is_named)
            except MemoryError:
                raise
            except Exception as error:  # any other error refuses this record only
                reason = f"{place} cannot be read ({type(error).__name__}); correct or remove it"
                yield SourceProblem(where, reason, is_named)
        if line == 0:
            raise SourceError("it has no records; give a file with some")


def _name(row: Mapping[str, object], place: str) -> str | None:
    """Return the id of a record, if it has one."""
    for key in _IDS:
        name = row.get(key)
        if name is None:
            continue
        plain = str(name).strip()
        if isinstance(name, bool) or not isinstance(name, str | int) or not plain:
            raise SourceError(f"{place}: '{key}' must be a text or an integer; correct it")
        if not plain.isprintable():
            raise SourceError(f"{place}: '{key}' contains control characters; remove them")
        if len(plain) > MAX_ID_CHARACTERS:
            raise SourceError(f"{place}: '{key}' is longer than {MAX_ID_CHARACTERS} characters; shorten it")
        return plain
    return None


def _record(row: Mapping[str, object], place: str, options: ReadOptions) -> tuple[Content, FrontMatter]:
    text = row.get(options.text_field)
    if text is not None and not isinstance(text, str):
        raise SourceError(f"{place}: '{options.text_field}' must be a text; correct or remove it")
    if text is None:
        advice = ", or name the key with --text-field" if options.has_options else ""
        raise SourceError(f"{place} has no '{options.text_field}'; add it{advice}")
    if not text.strip():
        raise SourceError(f"{place} has no text")
    nested = row.get("metadata")
    outer = {key: value for key, value in row.items() if key not in (*_IDS, options.text_field, "metadata")}
    about = {**nested, **outer} if isinstance(nested, dict) else {**outer, "metadata": nested}
    notes: list[str] = []
    front = usable({key: _value(key, value) for key, value in with_known_names(about).items()}, place, notes)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        plain.encode()
    except UnicodeEncodeError as error:
        raise SourceError(f"{place}: its text has an unpaired surrogate; correct or remove it") from error
    return Content(plain, found=Found(notes=notes)), front


def _value(key: str, value: object) -> object:
    """Split several names in one cell or string at semicolons. Return None for an empty value."""
    if key in _LISTS and isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    return None if value in ("", [], {}) else value


def _is_json_lines(file: SourceBytes, text_field: str) -> bool:
    """Return whether the first line is an object with a text."""
    line = file.data.removeprefix(_BOM).lstrip()[:_MAX_LINE].split(b"\n", 1)[0]
    if not line.startswith(b"{"):
        return False
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and isinstance(record.get(text_field), str)


def _is_array(file: SourceBytes, text_field: str) -> bool:
    """Return whether a file named as JSON begins with an array of objects."""
    return file.path.suffix.lower() in (".json", *JSON_LINES.suffixes) and _ARRAY.match(file.data) is not None


JSON_LINES = RecordFormat("application/jsonl", (".jsonl", ".ndjson"), json_rows, _is_json_lines, version=2)
JSON = RecordFormat("application/json", (".json",), array_rows, _is_array, unit="record")
CSV = RecordFormat("text/csv", (".csv", ".tsv"), csv_rows, lambda file, text_field: False, version=2)
