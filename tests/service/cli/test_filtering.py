"""`footnote ask --filter`."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError
from service.cli.filtering import parsed_filters
from tests.corpus.samples import is_sentences
from tests.service.cli.conftest import Run

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], {}),
        (["tag=a", "tag=b=c", "publisher=El País"], {"tag": ["a", "b=c"], "publisher": ["El País"]}),
        (["published>=2016-01-01", "published<2018-01-01"], {"published": {"gte": "2016-01-01", "lt": "2018-01-01"}}),
        (["extra.year=2014"], {"extra": {"year": ["2014", 2014]}}),
        (["extra.draft=true", "extra.a.b=[1]"], {"extra": {"draft": ["true", True], "a.b": ["[1]"]}}),
        (["extra.year>2014", "extra.year<=2e3"], {"extra": {"year": {"gt": 2014, "lte": 2000.0}}}),
        (["extra.signed>=2014-05-01"], {"extra": {"signed": {"gte": "2014-05-01"}}}),
        (["extra.x=NaN", "extra.x=1e999", "extra.x=null"], {"extra": {"x": ["NaN", "1e999", "null"]}}),
    ],
)
def test_options_become_filters(given: Sequence[str], expected: dict[str, Any]) -> None:
    assert parsed_filters(given) == expected


@pytest.mark.parametrize("given", [["tag"], ["=x"], ["tag="], ["extra.a=1", "extra.a>2"], ["extra.a>2", "extra.a=1"]])
def test_an_option_of_another_form_is_refused(given: Sequence[str]) -> None:
    with pytest.raises(InputError) as refused:
        parsed_filters(given)
    assert is_sentences(str(refused.value))


def test_only_documents_that_match_answer(footnote: Run, write: Write) -> None:
    for name, front in (("north", "region: north\nyear: 2014"), ("south", "region: [south, east]\nyear: 2016")):
        assert footnote("ingest", write(f"{name}.md", f"---\n{front}\n---\nThe truce began in 2012.\n")).code == 0

    def found(*options: str) -> list[str]:
        answer = json.loads(footnote("ask", "When did the truce begin?", "--json", *options).out)
        return [passage["citation"]["document_id"] for passage in answer["passages"]]

    assert found("--filter", "extra.region=north") == ["north"]
    assert found("--filter", "extra.region=east", "--filter", "extra.year>=2015") == ["south"]
    assert found("--filter", "extra.year=2014", "--filter", "extra.region=south") == []
    assert found("--filter", "document_id=south") == ["south"]


def test_a_filter_that_the_service_refuses_is_refused(footnote: Run) -> None:
    ran = footnote("ask", "What?", "--filter", "published>=soon")
    assert (ran.code, ran.err) == (1, "Error: filters/published/gte: This must be a date such as 2017-01-19.\n")
    assert "Known fields: " in footnote("ask", "What?", "--filter", "place=Izalco").err
