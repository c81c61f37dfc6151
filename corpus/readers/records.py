"""JSON Lines and CSV: a document for each record."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping

from corpus.documents import Content, ReadOptions, SourceDocument
from corpus.errors import SourceError
from corpus.files import CSV, SourceBytes
from corpus.metadata import TOO_DEEP, TOO_MANY_DIGITS, FrontMatter, metadata_of, read_sidecar, validated
from corpus.readers.record_problems import SourceProblem
from corpus.text import decode

__all__ = ["read_records"]

_IDS = ("_id", "id")
_LISTS = ("authors", "tags")
MAX_ID_CHARACTERS = 500
"""A longer one is no id but a text."""


def read_records(file: SourceBytes, media_type: str, options: ReadOptions) -> Iterator[SourceDocument | SourceProblem]:
    """A document for each record, or what is wrong with the record and on which line; the others are read.

    A record's `_id` or `id` names it, or else its line. Keys of front matter (`title`, `published`…) become
    metadata, also inside an object `metadata`; other keys are kept in `extra`. What the sidecar says holds for
    records that do not say it themselves.

    Raises:
        SourceError: The whole file cannot be read: its characters, a CSV without the column of texts. Or the rest of it
            cannot: after a quote of a CSV that is not closed as it should be, rows cannot be told apart.
    """
    text = decode(file.data, options.encoding)
    beside = read_sidecar(file.sidecar)
    salt = file.sidecar.data if file.sidecar is not None else b""
    rows = _csv_rows(text, options.text_field) if media_type == CSV else _json_rows(text)
    lines: dict[str, int] = {}
    line = 0
    for line, row in rows:
        where = f"{file.source}#line-{line}"
        try:
            if isinstance(row, SourceError):
                raise row
            name = _name(row, line)
            where = f"{file.source}#{name}"
            if name in lines:
                raise SourceError(f"line {line:,}: its id is that of line {lines[name]:,}; give each its own")
            lines[name] = line
            content, said = _record(row, line, options)
            digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode() + salt).hexdigest()
            yield SourceDocument(
                source=where,
                source_sha256=digest,
                media_type=media_type,
                text=content.text,
                metadata=metadata_of(content, [said, beside], [], name, options.today),
                file=file.source,
            )
        except SourceError as error:
            yield SourceProblem(where, str(error))
        except MemoryError:
            raise
        except Exception as error:  # whatever it is, it costs this record only
            what = f"line {line:,} cannot be read ({type(error).__name__})"
            yield SourceProblem(where, f"{what}; correct or remove it")
    if line == 0:
        raise SourceError("it holds no record; give a file with one on each line")


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, object] | SourceError]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            yield number, SourceError(f"line {number:,} is not valid JSON; correct or remove it")
            continue
        except ValueError:  # Python's own bound on digits
            yield number, SourceError(f"line {number:,} {TOO_MANY_DIGITS}")
            continue
        except RecursionError:
            yield number, SourceError(f"line {number:,} {TOO_DEEP}")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            yield number, SourceError(f"line {number:,} is not a JSON object; correct or remove it")


def _csv_rows(text: str, text_field: str) -> Iterator[tuple[int, dict[str, object] | SourceError]]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(len(text) + 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        header = [name.strip() for name in next(reader, [])]
        if text_field not in header:
            raise SourceError(f"it has no column '{text_field}'; name the column of texts, or give it a header line")
        if len(set(header)) < len(header):
            raise SourceError("two of its columns have the same name; give each its own")
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(header):
                yield line, {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()}
            elif any(cell.strip() for cell in cells):
                count = f"{len(cells)} cells, not {len(header)}"
                yield line, SourceError(f"line {line:,} has {count}; put texts that hold the delimiter in quotes")
            line = reader.line_num + 1
    except csv.Error:
        rest = "it and the rows after it were not read, and what is stored of them stays"
        raise SourceError(f"line {line:,} is not valid CSV, so that {rest}; check its quotes") from None


def _name(row: Mapping[str, object], line: int) -> str:
    for key in _IDS:
        name = row.get(key)
        if name is None:
            continue
        plain = str(name).strip()
        if isinstance(name, bool) or not isinstance(name, str | int) or not plain or not plain.isprintable():
            raise SourceError(f"line {line:,}: '{key}' must be a line of text or a whole number; correct it")
        if len(plain) > MAX_ID_CHARACTERS:
            raise SourceError(f"line {line:,}: '{key}' is longer than {MAX_ID_CHARACTERS} characters; shorten it")
        return plain
    return f"line-{line}"


def _record(row: Mapping[str, object], line: int, options: ReadOptions) -> tuple[Content, FrontMatter]:
    text = row.get(options.text_field)
    if text is not None and not isinstance(text, str):
        raise SourceError(f"line {line:,}: '{options.text_field}' must be a text; correct or remove the line")
    if text is None:
        raise SourceError(f"line {line:,} has no '{options.text_field}'; add it, or name the key that holds the text")
    if not text.strip():
        raise SourceError(f"line {line:,} has no text")
    nested = row.get("metadata")
    outer = {key: value for key, value in row.items() if key not in (*_IDS, options.text_field, "metadata")}
    about = {**nested, **outer} if isinstance(nested, dict) else {**outer, "metadata": nested}
    said = validated({key: _value(key, value) for key, value in about.items()}, f"line {line:,}")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        plain.encode()
    except UnicodeEncodeError as error:
        what = f"line {line:,}: its text holds half a surrogate pair, which is no character"
        raise SourceError(f"{what}; correct or remove it") from error
    return Content(plain), said


def _value(key: str, value: object) -> object:
    """Several names in one cell or string are parted by semicolons; what is empty is as if it were not there."""
    if key in _LISTS and isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    return None if value in ("", [], {}) else value
