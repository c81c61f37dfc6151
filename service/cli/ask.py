"""`footnote ask`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.options import LazyDefaultOption, default_k
from service.runtime.terminal import data_option, emit_json, json_option, plain, say, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.answering import Answer, AnsweringPassage, Citation, Confidence

NOT_FOUND = ("Not in these documents.", "The nearest passages:")
UNCERTAIN = {
    "doubt": ("No passage clearly answers this.", "These may bear on it:"),
    "collection": ("No single passage answers this.", "These bear on it:"),
    "vague": ("Ask a whole question: these words alone do not say what to look for.", "The nearest passages:"),
}
"""Sentences above the passages of an answer that claims nothing, by reason; the second one leads to the passages."""

QUOTED = ("doubt", "collection")
"""Reasons of which the highlights are quoted above each passage. Of a vague question, nothing bears on it."""


class AskCommand(click.Command):
    """A command that explains how to ask a question that looks like an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments.

        Raises:
            click.UsageError: They cannot be parsed.
        """
        like_options = [one for one in args if one.startswith("-") and " " in one.strip()]
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if not like_options or "--" in args:
                raise
            message = "The question begins with a dash. Put -- before it, after all options: footnote ask -- QUESTION"
            raise click.UsageError(message, ctx) from error


@click.command(cls=AskCommand)
@click.argument("question")
@click.option("-k", type=int, metavar="N", cls=LazyDefaultOption, shown=default_k, help="Show at most N passages.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Only documents with this metadata, such as tag=truce, 'published>=2017-01-19' or extra.region=north.",
)
@data_option
@json_option
def ask(question: str, k: int | None, filters: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Ask the documents a question."""
    from pydantic import ValidationError

    from corpus.errors import InputError
    from service.cli.filtering import filter_sentence, parsed_filters
    from service.opening import open_pipeline, warn_of_claims
    from service.schemas import AskRequest, validation_sentence
    from service.settings import load_settings

    settings = load_settings(data=data)
    try:
        fields = {"question": question, "filters": parsed_filters(filters)} | ({} if k is None else {"k": k})
        request = AskRequest.model_validate(fields)
    except ValidationError as error:
        raise InputError(filter_sentence(validation_sentence(error))) from error
    with open_pipeline(settings, say) as pipeline:
        warn_of_claims(pipeline, say)
        answer = pipeline.ask(request.question, k=request.k, filters=request.filters.to_filters())
    if as_json:
        emit_json(answer)
    else:
        _show(answer)


def _show(answer: Answer) -> None:
    if answer.interpretation is not None and answer.interpretation.spelling is not None:
        click.echo(wrapped(f"Showing results for “{answer.interpretation.spelling}”", indent="") + "\n")
    if answer.answer is None:
        sentences = NOT_FOUND if answer.reason is None else UNCERTAIN[answer.reason]
        click.echo(" ".join(sentences if answer.passages else sentences[:1]))
    else:
        if (question := answer.answer.reply_to) is not None:
            asker = question.citation.speaker
            click.echo(wrapped(f"{asker or 'Question'}: “{question.text}”", indent=""))
        click.echo(wrapped(f"“{answer.answer.text}”", indent=""))
        click.echo(f"  — {_source(answer.answer.citation)}")
        click.echo(f"  {_confidence(answer.confidence)}")
    for passage in answer.passages:
        click.echo(f"\n{passage.rank}. {_source(passage.citation)}  [score {passage.score:.2f}]")
        if answer.reason in QUOTED:
            _show_quoted(passage)
        else:
            click.echo(wrapped(passage.text))
    if answer.reason == "doubt" and answer.passages and answer.confidence.probability is not None:
        click.echo(f"\nChance that the words quoted first answer: {answer.confidence.probability:.0%}")


def _show_quoted(passage: AnsweringPassage) -> None:
    """Print the highlighted words as quotations, then the passage around them, if there is more of it."""
    whole = passage.text.strip()
    quoted = [passage.text[span.start : span.end] for span in passage.highlights] or [whole]
    click.echo("\n".join(wrapped(f"“{words}”") for words in quoted))
    if quoted != [whole]:
        click.echo("    The passage around it:")
        click.echo(wrapped(passage.text, indent=" " * 8))


def _confidence(confidence: Confidence) -> str:
    level = confidence.level.replace("_", " ")
    if confidence.probability is None:
        return f"Confidence: {level}, from ranks only"
    return f"Confidence: {level} ({confidence.probability:.0%})"


def _source(citation: Citation) -> str:
    """Return what is known of a source, in the order of the pages, and where its words are."""
    parts = [
        _listed(citation.authors),
        citation.title,
        citation.speaker and f"said by {citation.speaker}",
        citation.section,
        None if citation.page is None else f"p. {citation.page}",
        citation.place,
        None if citation.recognised is None else f"recognised, {int(100 * citation.recognised)}% sure",
        citation.publisher,
        citation.published,
    ]
    label = ", ".join(dict.fromkeys(part for part in parts if part))
    return plain(f"{label} ({citation.document_id}, characters {citation.start}–{citation.end})".replace("\n", " "))


def _listed(names: Sequence[str]) -> str:
    """Return names as people list them: `A, B and C`."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
