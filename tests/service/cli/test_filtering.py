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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["tag"], "such as tag=truce"),
        (["=x"], "such as tag=truce"),
        (["tag="], "has no value after ="),
        (["extra.region="], "has no value after ="),
        (["extra.a=1", "extra.a>2"], "Give one or the other"),
        (["extra.a>2", "extra.a=1"], "Give one or the other"),
        (["extra.a>=2014", "extra.a>=2010"], "'extra.a>=2010' is a second bound with >="),
        (["extra.year!=3"], "has the operator !="),
        (["extra.year==2014"], "has the operator =="),
        (["extra.year=>2014"], "has the operator =>"),
        (["region=north"], "Use extra.region for a key of the front matter, or one of: document_id, "),
        (["extra=north"], "Use extra.NAME=north"),
        (["extra.=north"], "Use extra.NAME=north"),
        (["published=2014-01-01"], "Use published>=DATE and published<DATE"),
        (["published<=2014-01-01"], "Use published>=DATE and published<DATE"),
        (["publisher>=a"], "Use publisher=a"),
        (["document_id<a"], "Use document_id=a"),
    ],
)
def test_an_option_of_another_form_is_refused(given: Sequence[str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        parsed_filters(given)
    assert is_sentences(str(refused.value))
    assert said in str(refused.value)


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
    assert (ran.code, ran.err) == (1, "Error: --filter published: This must be a date such as 2017-01-19.\n")
    ran = footnote("ask", "What?", "--filter", "extra.year>=soon")
    assert ran.err == "Error: --filter extra.year: This must be a number, or a date such as 2017-01-19.\n"
