import json
import math

import pytest

from corpus.errors import SourceError
from corpus.metadata.front_blocks import FrontBlock, split_front_matter
from corpus.metadata.front_matter import (
    MAX_BRACKETS,
    MAX_DEPTH,
    MAX_FRONT_MATTER_CHARACTERS,
    MAX_OTHER_BYTES,
    FrontMatter,
    read_metadata,
    validated,
)
from tests.corpus.samples import is_clause


def front(yaml: str) -> FrontMatter:
    return read_metadata(f"{yaml}\n", "its front matter", first_line=2)


def noted(block: str) -> FrontBlock:
    """Return the front matter of a text whose body is the rest, with a clause for each key that was lost."""
    read = split_front_matter(f"{block}\nBody.\n")
    assert read.text == "Body.\n"
    assert all(map(is_clause, read.notes))
    return read


def refusal(yaml: str) -> str:
    with pytest.raises(SourceError) as refused:
        front(yaml)
    assert is_clause(str(refused.value))
    return str(refused.value)


def test_every_key_is_read() -> None:
    read = front(
        "title: '  La tregua '\npublisher: El Diario\nauthors: [Ana Ruiz, B. López]\npublished: 2017-01-19\n"
        "language: es-SV\nurl: https://example.org/a?b=c\ntags:\n  - truce\n  - prisons"
    )
    assert read.title == "La tregua"
    assert read.publisher == "El Diario"
    assert read.authors == ["Ana Ruiz", "B. López"]
    assert read.published is not None
    assert read.published.isoformat() == "2017-01-19"
    assert read.language == "es-SV"
    assert str(read.url) == "https://example.org/a?b=c"
    assert read.tags == ["truce", "prisons"]
    assert read.extra == {}


def test_one_author_or_tag_needs_no_list() -> None:
    read = front("authors: Ana Ruiz\ntags: truce")
    assert (read.authors, read.tags) == (["Ana Ruiz"], ["truce"])


@pytest.mark.parametrize("yaml", ["", "# a comment", "title:\npublisher: ~\nauthors: null"])
def test_a_key_without_a_value_counts_as_not_there(yaml: str) -> None:
    assert front(yaml) == FrontMatter()


@pytest.mark.parametrize(
    ("yaml", "key", "wanted"),
    [
        ("title: [a, b]", "title", "a line of text"),
        ("title: ''", "title", "a line of text"),
        ("title: '   '", "title", "a line of text"),
        ("title: |\n  one\n  two", "title", "a line of text"),
        (r'title: "a\0b"', "title", "a line of text"),
        (r'title: "a\x1b[31mb"', "title", "a line of text"),
        (r'title: "a\u2028b"', "title", "a line of text"),
        (r'title: "\ud800"', "title", "a line of text"),
        ("publisher: {name: El Diario}", "publisher", "a line of text"),
        ("authors: {first: Ana}", "authors", "a name or a list of names"),
        ("authors: [[Ana]]", "authors", "a name or a list of names"),
        ("authors: [Ana, ~]", "authors", "a name or a list of names"),
        ("authors: ''", "authors", "a name or a list of names"),
        ("published: 2017", "published", "a date such as 2017-01-19"),
        ("published: '2017'", "published", "a date such as 2017-01-19"),
        ("published: '86400'", "published", "a date such as 2017-01-19"),
        ("published: '0'", "published", "a date such as 2017-01-19"),
        ("published: 20170119", "published", "a date such as 2017-01-19"),
        ("published: 1.5", "published", "a date such as 2017-01-19"),
        ("published: true", "published", "a date such as 2017-01-19"),
        ("published: [2017-01-19]", "published", "a date such as 2017-01-19"),
        ("published: January 2017", "published", "a date such as 2017-01-19"),
        ("published: 2017-02-30", "published", "a date such as 2017-01-19"),
        ("published: 2017-31-12", "published", "a date such as 2017-01-19"),
        ("published: !!timestamp soon", "published", "a date such as 2017-01-19"),
        ("language: english", "language", "a language tag such as en or es-SV"),
        ("language: en_US", "language", "a language tag such as en or es-SV"),
        ("language: [en]", "language", "a language tag such as en or es-SV"),
        ("language: 5", "language", "a language tag such as en or es-SV"),
        ("url: javascript:alert(1)", "url", "an http or https address"),
        ("url: data:text/html,hi", "url", "an http or https address"),
        ("url: file:///etc/hosts", "url", "an http or https address"),
        ("url: ftp://example.org", "url", "an http or https address"),
        ("url: //example.org", "url", "an http or https address"),
        ("url: example.org", "url", "an http or https address"),
        ("url: 'https://'", "url", "an http or https address"),
        ("url: 5", "url", "an http or https address"),
        ("tags: {a: b}", "tags", "a word or a list of words"),
    ],
)
def test_a_value_that_a_key_cannot_hold_is_refused_by_the_keys_name(yaml: str, key: str, wanted: str) -> None:
    assert refusal(yaml) == f"'{key}' in its front matter must be {wanted}; correct or remove it"


@pytest.mark.parametrize(
    "value",
    [
        "2017-01-19",
        "'2017-01-19'",
        "' 2017-01-19 '",
        "2017-01-19 23:30:00",
        "2017-01-19T23:30:00Z",
        "2017-01-19 23:30:00 -06:00",
        "'2017-01-19T23:30:00'",
        "'2017-01-19T23:30:00-06:00'",
        "'20170119'",
    ],
)
def test_a_date_or_a_time_gives_its_calendar_day(value: str) -> None:
    published = front(f"published: {value}").published
    assert published is not None
    assert published.isoformat() == "2017-01-19"


@pytest.mark.parametrize(
    ("yaml", "line"),
    [
        ("title: a: b", 2),
        ("title: fine\npublisher: [open", 4),
        ("title: fine\n\tpublisher: tabbed", 3),
        ("title: 'open", 3),
        ("x: !!python/object/apply:os.getcwd []", 2),
        ("? [a, b]\n: c", 2),
    ],
)
def test_yaml_that_does_not_parse_is_refused_with_its_line_in_the_file(yaml: str, line: int) -> None:
    assert refusal(yaml) == f"its front matter is not valid YAML (line {line}); correct or remove it"


@pytest.mark.parametrize(
    "yaml",
    [
        "x: \x07",
        "x: !!bool maybe",
        'x: !!int ""',
        'x: !!float ""',
        "x: !!int many",
    ],
)
def test_yaml_that_its_parser_stumbles_over_is_refused_too(yaml: str) -> None:
    assert refusal(yaml) == "its front matter is not valid YAML; correct or remove it"


def test_an_alias_bomb_is_refused_before_it_unfolds() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]" for at in range(1, 12)]
    assert refusal("\n".join(lines)) == (
        "its front matter has an alias (line 3), which is not supported; write its value out"
    )


@pytest.mark.parametrize("yaml", ["base: &b 1\ntitle: *b", "base: &b {x: 1}\nmore: {<<: *b}", "x: 1\nx: &a [*a]"])
def test_an_alias_is_refused_by_its_name_and_line(yaml: str) -> None:
    assert refusal(yaml) == "its front matter has an alias (line 3), which is not supported; write its value out"


@pytest.mark.parametrize("yaml", ["- a\n- b", "only words", "5", "1: a", "yes: a", "~: a", "2012-03-01: a"])
def test_a_block_that_is_no_list_of_keys_and_values_is_refused(yaml: str) -> None:
    assert refusal(yaml) == "its front matter is not a list of 'key: value' lines; correct or remove it"


@pytest.mark.parametrize("yaml", [r'x: "\ud800"', r'"\ud800": x', r'x: {"\ud800": x}', r'x: [a, {b: "\udfff"}]'])
def test_half_a_surrogate_pair_is_refused(yaml: str) -> None:
    assert refusal(yaml) == "its front matter has an unpaired surrogate, which is not a character; correct or remove it"


@pytest.mark.parametrize(
    "number", ["9" * 41, "-" + "9" * 41, "9" * 5000, "0x" + "F" * 34, "0x" + "F" * 10_000, "1" + ":59" * 10_000]
)
@pytest.mark.parametrize("yaml", ["x: {}", "x: [{{y: [1, {}]}}]", "x:\n  ? {}\n  : y", "x: !!set\n  ? {}"])
def test_a_number_that_is_too_long_is_refused(number: str, yaml: str) -> None:
    assert refusal(yaml.format(number)) == (
        "its front matter has a number of more than 40 digits; put it in quotes or remove it"
    )


def nested(kind: str, depth: int) -> str:
    """Return YAML with lists or objects nested this deep."""
    if kind == "block":
        return "- " * depth + "x" if depth else "x"
    opening, closing = {"list": ("[", "]"), "object": ("{a: ", "}"), "set": ("!!set {? ", "}")}[kind]
    return opening * depth + "x" + closing * depth


@pytest.mark.parametrize("kind", ["list", "object", "block"])
def test_what_lies_too_deep_is_refused_and_what_lies_less_deep_is_kept(kind: str) -> None:
    value = front(f"x:\n  {nested(kind, MAX_DEPTH)}").extra["x"]
    for _ in range(MAX_DEPTH):
        value = next(iter(value.values() if isinstance(value, dict) else value))
    assert value == "x"
    for depth in (MAX_DEPTH + 1, 100, 500, 5000):
        assert refusal(f"x:\n  {nested(kind, depth)}") == (
            "its front matter has lists or objects nested more than 16 deep; flatten or remove them"
        )


@pytest.mark.parametrize("key", ["title", "authors", "published", "language", "url", "tags"])
def test_what_lies_too_deep_in_a_key_that_means_something_is_refused_too(key: str) -> None:
    with pytest.raises(SourceError, match=f"^'{key}' in line 1 must be "):
        validated({key: json.loads("[" * 900 + "]" * 900)}, "line 1")


def test_other_keys_that_are_too_large_are_refused() -> None:
    assert len(validated({"x": "é" * (MAX_OTHER_BYTES // 2 - 5)}, "line 1").extra["x"]) > 0
    with pytest.raises(SourceError, match=r"^line 1 has more than 256 KiB of metadata; shorten it"):
        validated({"x": "é" * (MAX_OTHER_BYTES // 2), "y": 1}, "line 1")


@pytest.mark.parametrize("yaml", ["x: {1: a, '1': b}", "x: [{~: a, 'null': b}]", "x: {2012-03-01: a, '2012-03-01': b}"])
def test_keys_that_json_would_write_alike_are_refused(yaml: str) -> None:
    assert refusal(yaml) == "its front matter has an object with two keys of the same form; rename one"


def test_an_address_and_a_language_have_a_length() -> None:
    assert front(f"url: https://example.org/{'a' * 8000}").url is not None
    assert refusal(f"url: https://example.org/{'a' * 9000}").startswith("'url' in its front matter must be")
    assert refusal(f"language: en{'-US' * 40}").startswith("'language' in its front matter is longer than 100")


def test_a_huge_block_is_refused_before_it_is_parsed() -> None:
    longest = "x: " + "a" * (MAX_FRONT_MATTER_CHARACTERS - 4)
    assert len(front(longest).extra["x"]) == MAX_FRONT_MATTER_CHARACTERS - 4
    assert refusal(longest + "a") == "its front matter is longer than 65,536 characters; shorten it"


def test_other_keys_are_kept_as_json() -> None:
    read = front(
        "sources:\n  - article: A\n    published: 2017-01-19\n    facts: [one, 2, 3.5, true, ~]\n"
        "timeline:\n  2012-03-01: truce\n  2: two\n  true: yes\n  ~: nothing\n"
        "at: 2017-01-19 23:30:00\nset: !!set {b, a}\nbytes: !!binary aGk=\nodd: [.nan, -.inf]\n"
        "extra: kept\nmodel_config: kept"
    )
    assert read.extra == {
        "sources": [{"article": "A", "published": "2017-01-19", "facts": ["one", 2, 3.5, True, None]}],
        "timeline": {"2012-03-01": "truce", "2": "two", "true": True, "null": "nothing"},
        "at": "2017-01-19T23:30:00",
        "set": ["a", "b"],
        "bytes": "b'hi'",
        "odd": ["nan", "-inf"],
        "extra": "kept",
        "model_config": "kept",
    }
    assert json.loads(json.dumps(read.extra, allow_nan=False)) == read.extra
    assert not any(isinstance(value, float) and math.isnan(value) for value in read.extra.values())


@pytest.mark.parametrize("end", ["---", "...", "---   ", "---\t"])
def test_the_body_begins_right_after_the_block(end: str) -> None:
    read = split_front_matter(f"---\ntitle: T\n{end}\n\n# Tregua\n---\nx: y\n---\n")
    assert read.front.title == "T"
    assert read.text == "\n# Tregua\n---\nx: y\n---\n"


def test_a_block_may_end_the_file() -> None:
    assert split_front_matter("---\ntitle: T\n---") == FrontBlock(FrontMatter(title="T"), "")


@pytest.mark.parametrize(
    "text",
    [
        "No block.\n",
        "Words first.\n---\ntitle: T\n---\nMore.\n",
        " ---\ntitle: T\n---\n",
        "----\ntitle: T\n---\n",
        "--- title: T\n---\n",
        "---\ntitle: T\nno end\n",
        "---\ntitle: T\n ---\n",
        "---\ntitle: T\n---- \n",
        "---",
        "",
    ],
)
def test_a_text_without_a_whole_block_at_its_head_is_all_body(text: str) -> None:
    assert split_front_matter(text) == FrontBlock(FrontMatter(), text)


@pytest.mark.parametrize(("depth", "is_read"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False), (MAX_BRACKETS + 1, False)])
def test_brackets_may_lie_within_each_other_only_so_deep(depth: int, is_read: bool) -> None:
    yaml = "x: " + "[" * depth + "]" * depth
    if is_read:
        assert "x" in read_metadata(yaml, "it").extra
    else:
        with pytest.raises(SourceError, match=f"more than {MAX_DEPTH} deep"):
            read_metadata(yaml, "it")


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("title: " + "t" * 1001, "'title' in its front matter is longer than 1,000 characters; shorten it"),
        ("tags: [" + "t, " * 101 + "]", "'tags' in its front matter has more than 100 entries; remove some"),
    ],
)
def test_a_value_beyond_a_limit_is_refused_with_the_limit(block: str, reason: str) -> None:
    assert refusal(block) == reason


# Blocks of other generators: a key that cannot be used costs itself


@pytest.mark.parametrize(
    ("yaml", "title"),
    [("title: 1066", "1066"), ("title: 3.10", "3.10"), ("title: yes", "yes"), ("Title: The mill", "The mill")],
)
def test_a_title_is_what_is_written_also_if_it_looks_like_a_number(yaml: str, title: str) -> None:
    assert noted(f"---\n{yaml}\n---").front.title == title


@pytest.mark.parametrize(
    ("key", "note"),
    [
        ("published: false", "'published' in its front matter must be a date such as 2017-01-19; it was ignored"),
        ("url: /mill/wheel", "'url' in its front matter must be an http or https address; it was ignored"),
        (
            "language: Norwegian",
            "'language' in its front matter must be a language tag such as en or es-SV; it was ignored",
        ),
        ("title: [a, b]", "'title' in its front matter must be a line of text; it was ignored"),
        (
            f"x: {'[' * 17}{']' * 17}",
            "its front matter has lists or objects nested more than 16 deep; its key 'x' was ignored",
        ),
        ("note: a: b", "its front matter is not valid YAML (line 3), and 'note' was ignored"),
        ("copy: *place", "its front matter has an alias (line 3), which is not supported, and 'copy' was ignored"),
    ],
)
def test_a_key_that_cannot_be_used_costs_itself_and_is_named(key: str, note: str) -> None:
    read = noted(f"---\npublisher: Mill Press\n{key}\nplace: Weir\n---")
    assert (read.front.publisher, read.front.extra) == ("Mill Press", {"place": "Weir"})
    assert read.notes == (note,)


def test_many_unusable_keys_are_counted() -> None:
    read = noted("---\ntitle: T\n" + "".join(f"x{at}: {'9' * 41}\n" for at in range(30)) + "---")
    assert read.front.title == "T"
    assert len(read.notes) <= 11


def test_authors_may_be_objects_with_a_name() -> None:
    assert noted("---\nauthors:\n  - {name: Eva Holm, role: miller}\n  - Jon Ek\n---").front.authors == [
        "Eva Holm",
        "Jon Ek",
    ]


@pytest.mark.parametrize(
    ("block", "published", "authors"),
    [
        ("---\ndate: 2011-07-02\nauthor: Eva Holm\n---", "2011-07-02", ["Eva Holm"]),
        ("---\npublished: true\ndate: 2011-07-02 08:00:00 +0200\n---", "2011-07-02", []),
        ("---\npubDate: July 2, 2011\ndate: 2001-01-01\n---", "2011-07-02", []),
        ("---\npublished: 2011-07-02\ndate: 2001-01-01\n---", "2011-07-02", []),
        ("+++\ndate = 2011-07-02T08:00:00Z\nauthors = ['Eva Holm']\n+++", "2011-07-02", ["Eva Holm"]),
        ('{"date": "2011-07-02",\n "author": "Eva Holm"}', "2011-07-02", ["Eva Holm"]),
    ],
)
def test_the_names_of_other_generators_are_understood(block: str, published: str, authors: list[str]) -> None:
    read = noted(block).front
    assert (str(read.published), read.authors) == (published, authors)


def test_a_toml_key_that_cannot_be_read_costs_itself() -> None:
    read = noted("+++\ntitle = 'The mill\nweight = 3\n[params]\nwheel = 'oak'\n+++")
    assert (read.front.title, read.front.extra) == (None, {"weight": 3, "params": {"wheel": "oak"}})
    assert read.notes == ("its front matter is not valid TOML, and 'title' was ignored",)


@pytest.mark.parametrize("lead", ["\n", "\n \n\n"])
def test_empty_lines_may_precede_the_block(lead: str) -> None:
    assert noted(f"{lead}---\ntitle: T\n---").front.title == "T"


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nThe wheel turns.\n\n---\n\nIt grinds.\n",
        "---\nThe wheel turns.\n---\nIt grinds.\n",
        "---\n- oak\n- ash\n---\nThe wheel.\n",
        "---\n\nRemember: close the sluice.\n\n---\nThe wheel.\n",
        "---\nRemember: close: it\nThe wheel turns on.\n---\nIt grinds.\n",
        "+++\nThe wheel turns.\n+++\nIt grinds.\n",
        '{"wheel": "oak"}\nIt grinds.\n',
        '{"title": "The mill"}\n',
        "---\nx: " + "a" * MAX_FRONT_MATTER_CHARACTERS + "\n---\nIt grinds.\n",
    ],
)
def test_what_is_no_metadata_between_two_rules_is_text(text: str) -> None:
    assert split_front_matter(text) == FrontBlock(FrontMatter(), text)
