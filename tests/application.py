"""Fixtures: an application over a small store, asked in process."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.answering.pipeline import Pipeline
from service.http.app import build_app
from service.http.state import Service
from service.ingest.ingester import Ingester
from service.retrieval.library import Library
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.corpus.readers.files import pdf

TRUCE = """---
title: The truce
publisher: Example Press
region: [north, 7]
year: 2014
signed: 2014-05-01
draft: false
año: "2014"
authors: [Ana Ruiz]
published: 2017-01-19
language: en
url: https://example.org/truce
tags: [truce]
---
# How it began

The truce began in the year 2012. Who began the talks? The gang leaders did, in prison.

# How it ended

Homicides went up again when the truce had ended. The talks were over — für immer 🕊 and for good.
"""


@pytest.fixture
def documents(write: Callable[..., Path]) -> Path:
    """A folder with two documents."""
    write("truce.md", TRUCE)
    return write("prison.txt", "The prison\n\nThe prison was full in that year. What did the gang do?").parent


@pytest.fixture
def service(documents: Path, ingester: Ingester, tiny_encoder: Encoder, settings: Settings) -> Service:
    assert not ingester.ingest([documents], NoProgress()).refused
    library = Library(settings, tiny_encoder)
    return Service(settings, library, Pipeline(library, settings))


@pytest.fixture
def report(service: Service, store: Store, tiny_encoder: Encoder, write: Callable[..., Path]) -> Service:
    """The service with a PDF of two pages too, whose original is kept."""
    settings = service.settings.model_copy(update={"originals": True})
    path = write("report.pdf", pdf([["The truce began that year."], ["Second page, other words."]]))
    assert not Ingester(store, lambda: tiny_encoder, settings).ingest([path], NoProgress()).refused
    service.library.refresh()
    return dataclasses.replace(service, settings=settings)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(build_app(service), raise_server_exceptions=False) as client:
        yield client
