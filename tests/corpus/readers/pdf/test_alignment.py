"""Where the letters of a canonical text are on its page."""

import pytest

from corpus.readers.pdf.alignment import aligned, letters_of


def matched(text: str, page: str) -> list[str]:
    """For each letter of a text, the page from its place on, up to a blank; the page's lines are its parts."""
    letters, _ = letters_of(text)
    own, places = letters_of(page)
    found = aligned(letters, own, [page[:at].count("\n") for at in places])
    return ["" if at < 0 else page[places[at] :].split()[0] for at in found]


def test_lines_in_another_order_are_found() -> None:
    page = "the harbour was\nA second column\nclosed in March\nhas other words"
    text = "the harbour was closed in March\n\nA second column has other words"
    assert "".join(each[0] for each in matched(text, page)) == letters_of(text)[0]


def test_a_word_without_its_hyphen_is_found() -> None:
    assert matched("warehouse", "ware\ufffehouse")[-1] == "e"
    assert "" not in matched("warehouse keeper", "ware-\nhouse keep\xader")


def test_forms_of_letters_are_the_same() -> None:
    assert "" not in matched("café 10² office í", "cafe\u0301 102 o\ufb03ce ´ı")
    assert "" not in matched("𝑐", "\ud835\udc50")


def test_the_sign_of_a_number_is_one_of_its_letters() -> None:
    assert matched("a | −1 | 5", "5\n-1\na") == ["a", "-1", "1", "5"]


def test_separators_of_cells_are_no_letters() -> None:
    assert letters_of("a | b – c\n\nd-e") == ("abcde", [0, 4, 8, 11, 13])


def test_words_that_occur_more_often_keep_their_order() -> None:
    page = "Total 1\nTotal 2\nTotal"
    letters, _ = letters_of("Total 1 Total 2 Total")
    own, places = letters_of(page)
    found = aligned(letters, own, [page[:at].count("\n") for at in places])
    assert found == list(range(len(letters)))


@pytest.mark.parametrize("page", ["", "other"])
def test_a_letter_that_the_page_lacks_has_no_place(page: str) -> None:
    assert aligned("xyz", page, [0] * len(page)) == [-1, -1, -1]
