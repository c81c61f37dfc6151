"""Where the quoted words of a passage are, also if no answer is claimed."""

from tests.corpus.readers.files import pdf
from tests.service.answering.conftest import Over

INQUIRY = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Rut Halm>Mr. Berg, who closed the sluice on the night of the flood?

00:00:05.500 --> 00:00:09.000
<v Jon Berg>The miller closed it, and the smith had the key.

01:12:33.000 --> 01:12:38.000
<v Rut Halm>The board fines the brewery of Askwater nine hundred crowns.
"""


def test_a_passage_is_cited_with_the_place_of_its_quoted_words(over: Over) -> None:
    answer = over({"inquiry.vtt": INQUIRY}, wrong_answers=0.001).ask("How much does the brewery of Askwater pay?")
    passage = answer.passages[0]
    quoted = passage.highlights[-1]

    assert answer.answer is None
    assert "nine hundred crowns" in passage.text[quoted.start : quoted.end]
    assert (passage.citation.start, passage.citation.place) == (0, "1:12:33")


def test_a_passage_is_cited_with_the_page_of_its_quoted_words(over: Over) -> None:
    pages = [["The sluice of Askwater was closed by the miller."], ["The brewery pays nine hundred crowns a year."]]
    passage = over({"a.pdf": pdf(pages).decode("ascii")}).ask("How much does the brewery pay?").passages[0]
    quoted = passage.highlights[-1]

    assert "nine hundred crowns" in passage.text[quoted.start : quoted.end]
    assert (passage.citation.start, passage.citation.page) == (0, 2)
