"""`footnote documents list|show|remove`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import StoreCorruptError
from service.runtime.terminal import data_option, emit_json, json_option, one_line, plain, plural, wrapped

if TYPE_CHECKING:
    from corpus.store import StoredDocument, View


@click.group()
def documents() -> None:
    """List, show and remove documents."""


@documents.command("list")
@data_option
@json_option
def list_documents(data: Path | None, as_json: bool) -> None:
    """List the documents with their passages."""
    from service.schemas import DocumentRecord
    from service.settings import load_settings
    from service.stores import open_view

    with open_view(load_settings(data=data)) as view:
        view.check_totals()
        found = view.documents()
        generation = view.generation
    if as_json:
        emit_json({"generation": generation, "documents": [DocumentRecord.of(d).model_dump() for d in found]})
        return
    width = max((len(d.id) for d in found), default=0)
    for document in found:
        title = plain(document.metadata.title).replace("\n", " ")
        noun = "passage" if document.passages == 1 else "passages"
        published = document.metadata.published or ""
        click.echo(f"{document.id:{width}}  {document.passages:5,} {noun:8}  {published:10}  {title}")
    click.echo(f"{plural(len(found), 'document')}, {plural(sum(d.passages for d in found), 'passage')}.")


@documents.command("show")
@click.argument("identifier", metavar="ID")
@click.option("--removed", is_flag=True, help="Show the removed spans with reasons, instead of the passages.")
@data_option
@json_option
def show(identifier: str, removed: bool, data: Path | None, as_json: bool) -> None:
    """Show a document's metadata and its passages."""
    from service.schemas import DocumentRecord
    from service.settings import load_settings
    from service.stores import open_view

    with open_view(load_settings(data=data)) as view:
        view.check_totals()
        document = view.document(identifier)
        passages = [] if removed else view.passages(view.document_passages(document))
        text = view.text(document) if removed else ""
    if removed:
        _show_removed(document, text, as_json=as_json)
        return
    about = {
        **DocumentRecord.of(document).model_dump(),
        "source": document.source,
        "extra": dict(document.metadata.extra),
    }
    if as_json:
        spans = [
            {"id": p.id, "start": p.start, "end": p.end, "section": p.section, "page": p.page, "text": p.text}
            for p in passages
        ]
        emit_json({**about, "passages": spans})
        return
    for name, value in about.items():
        if value not in (None, [], {}) and name not in ("href", "extra"):
            click.echo(f"{name:12} {plain(', '.join(value) if isinstance(value, list) else str(value))}")
    for name, value in document.metadata.extra.items():  # quotes distinguish "2014" from 2014, as filters do
        click.echo(f"{one_line(f'extra.{name}'):12} {one_line(json.dumps(value, ensure_ascii=False))}")
    for passage in passages:
        section = f"  {plain(passage.section)}" if passage.section else ""
        click.echo(f"\n[{passage.start}–{passage.end}]{section}")
        click.echo(wrapped(passage.text))


def _show_removed(document: "StoredDocument", text: str, *, as_json: bool) -> None:
    spans = [
        {"start": span.start, "end": span.end, "reason": span.reason, "text": text[span.start : span.end]}
        for span in document.removed_spans
    ]
    if as_json:
        emit_json({"id": document.id, "title": document.metadata.title, "removed": spans})
        return
    click.echo(f"{document.id}  {plain(document.metadata.title)}")
    for span in document.removed_spans:
        line = text.count("\n", 0, span.start) + 1
        click.echo(f"\n[{span.start}–{span.end}]  line {line:,} of its text: {plain(span.reason)}")
        click.echo(wrapped(text[span.start : span.end]))
    characters = sum(span.end - span.start for span in document.removed_spans)
    count = plural(len(document.removed_spans), "span")
    click.echo(f"\n{count} removed, {characters:,} of {document.characters:,} characters.")


@documents.command("remove")
@click.argument("identifiers", nargs=-1, required=True, metavar="ID...")
@data_option
@json_option
def remove(identifiers: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Remove documents and everything derived from them. Their files are not touched."""
    from service.settings import load_settings
    from service.stores import open_store

    with open_store(load_settings(data=data)) as store:
        with store.view() as view:
            titles = {identifier: _title(view, identifier) for identifier in identifiers}
        generation = store.remove(*titles)
    if as_json:
        emit_json({"generation": generation, "removed": list(titles)})
        return
    for identifier, title in titles.items():
        click.echo(f"Removed {identifier} ({plain(title)}).")


def _title(view: "View", identifier: str) -> str:
    """Return a document's title. A document with a damaged record can be removed too."""
    try:
        return view.document(identifier).metadata.title
    except StoreCorruptError:
        return "damaged"
