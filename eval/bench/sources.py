"""The real documents and questions of a benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from corpus.documents import EncodedPassage, SourceDocument
from corpus.store import View
from eval.errors import SetError
from eval.sets import load_beir, load_questions
from service.ingest import starter_files

STARTER_SET = Path(__file__).parents[1] / "sets" / "starter.jsonl"


@dataclass(frozen=True, slots=True)
class Sources:
    """A folder of document files, and questions about them."""

    name: str
    folder: Path
    documents: int
    questions: Sequence[str]


@dataclass(frozen=True, slots=True)
class BaseDocument:
    """A real document with its encoded passages."""

    document: SourceDocument
    passages: Sequence[EncodedPassage]


def starter_sources(folder: Path) -> Sources:
    """Write the starter documents into a new folder, and return them with the questions of their set."""
    folder.mkdir(parents=True)
    files = starter_files()
    for file in files:
        (folder / file.path.name).write_bytes(file.data)
    return Sources("starter", folder, len(files), [question.text for question in load_questions(STARTER_SET).questions])


def beir_sources(beir_folder: Path, folder: Path, documents: int) -> Sources:
    """Write the first documents of a BEIR folder as text files into a new folder, and return them with all questions.

    Args:
        beir_folder: Folder with corpus.jsonl, queries.jsonl and qrels.
        folder: The new folder.
        documents: Maximum number of documents; empty ones are skipped.

    Raises:
        SetError: It is not a BEIR folder, or no document has text.
    """
    beir = load_beir(beir_folder)
    folder.mkdir(parents=True)
    written = 0
    for identifier, title, text in beir.documents():
        if written == documents:
            break
        if text.strip():
            written += 1
            front = yaml.safe_dump({"title": " ".join(title.split()) or identifier}, allow_unicode=True)
            (folder / f"{written:06}.txt").write_text(f"---\n{front}---\n{text}\n", encoding="utf-8")
    if not written:
        raise SetError(f"No document in {beir_folder / 'corpus.jsonl'} has text. Check its 'text' fields.")
    return Sources(beir.questions.name, folder, written, [question.text for question in beir.questions.questions])


def base_documents(view: View) -> list[BaseDocument]:
    """Return every document of a store with its encoded passages, under a source without a folder."""
    return [
        BaseDocument(
            SourceDocument(
                source=f"bench:real/{document.id}.txt",
                source_sha256=document.source_sha256,
                media_type=document.media_type,
                text=view.text(document),
                metadata=document.metadata,
                sections=document.sections,
            ),
            view.encoded_passages(document),
        )
        for document in view.documents()
    ]
