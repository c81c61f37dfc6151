"""Plain text: runs, furniture of web pages, interviews, headings, sentences that do not end, encodings."""

import string
from collections.abc import Callable

from tests.hostile.generators.draw import MARKER, Draw, kinds_of
from tests.hostile.generators.front import front_matter

__all__ = ["KINDS", "encoded"]

INVISIBLE = ("\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff", "\u202e", "\u2066", "\u034f", "\U000e0041")
LINE_ENDS = ("\n", "\r\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\n\r", "\n\n", "\n \n")
SCRIPTS = (
    *("a", "é", "9", "ß", "漢", "か", "ا", "ש", "ก", "क्ष", "한", "🇸🇻", "👩‍👩‍👧", "𝕿", "\u0301", "\ufffd"),
    *("İ", "ﬃ", "\ue000", "\U0010ffff", "\u1100", "\u0e33", "\u200c"),
)
OPENING = ("“", "«", "„", "‘", "(", "[", "{", "<", "'", '"', "`", "¿", "¡", "—", "‹", "「")
ABBREVIATIONS = (
    "Mr.",
    "e.g.",
    "U.S.",
    "No.",
    "Sr.",
    "etc.",
    "p.m.",
    "J.",
    "1.",
    "a.b.c.",
    "...",
    "?!",
    "Dr.  ",
    "vs.\n",
)
FURNITURE = (
    *("Related", "Related articles", "Related:", "Read more", "Read also:", "More from", "Also read", "Recommended"),
    *("Share", "Share on Facebook", "Tweet", "Comments", "3 comments", "Leave a comment", "Log in to comment", "Reply"),
    *(
        "Advertisement",
        "Home > News > World",
        "Home / News",
        "Menu",
        "Search",
        "Subscribe",
        "Sign up for our newsletter",
    ),
    *("By Ana Ruiz", "By Ana Ruiz | Press", "Por Ana Ruiz", "Ana Ruiz, 3 hours ago", "Published January 3, 2014"),
    *("19 de enero de 2017", "2017-01-19", "Updated: 12:30", "Photo: AP", "Copyright 2014", "All rights reserved"),
    *("Noticias relacionadas", "Lee también", "Comentarios", "Compartir", "Publicidad", "Tags: a, b", "<!--", "-->"),
    *("* * *", "-----", "=====", "_____", "1 of 3", "Page 1", "Next »", "« Previous", "Cookies", "…", "•", "|"),
)
SPEAKERS = ("Q", "A", "P", "R", "Q.", "A.", "MR. RUIZ", "Ana Ruiz", "Journalist", "Speaker 1", "INTERVIEWER", "Mijango")


def encoded(draw: Draw, text: str) -> bytes:
    """A text in UTF-8, or seldom as something else, with or without a mark, cut within a character or with noise."""
    data = text.encode("utf-8", "surrogatepass")
    match draw.randrange(16):
        case 0:
            return draw.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf" * 9)) + data
        case 1:
            return text.encode(draw.choice(("utf-16", "utf-32", "utf-16-be", "utf-7")), "surrogatepass")
        case 2:
            return text.encode(draw.choice(("cp1252", "latin-1", "shift_jis", "cp1251")), "replace")
        case 3:
            at = draw.randrange(len(data) + 1)
            noise = draw.choice((b"\0", b"\x80", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5", b"\xff", b"\x1a"))
            return data[:at] + noise * draw.choice((1, 1000)) + data[at:]
        case _:
            return data


def run(draw: Draw) -> str:
    """One character or a few, over and over."""
    piece = "".join(draw.choices(string.punctuation + " \t\nax1", k=draw.choice((1, 1, 1, 2, 3))))
    return draw.full(piece)


def interrupted_run(draw: Draw) -> str:
    """Runs of one character, with something else between, of one length or of growing ones."""
    mark, stop = draw.choice(string.punctuation + "aA1“—…é"), draw.choice(("\n", " ", "x", "\n\n", "\t", "", ".\n"))
    longest = draw.many(1, 5000)
    lengths = (draw.randint(1, longest) for _ in range(max(1, 2 * draw.room // (longest + 2))))
    return stop.join(mark * length for length in lengths)


def script(draw: Draw) -> str:
    """A word without an end, of one script or of several."""
    return draw.full("".join(draw.choices(SCRIPTS, k=draw.choice((1, 2, 30)))))


def log_lines(draw: Draw) -> str:
    """Lines of a log: one paragraph, or one line."""
    between = draw.choice(("\n", " ", "\r\n"))
    return draw.filled(
        lambda: f"2026-11-30T08:{draw.randrange(60):02}:00Z INFO {draw.words(6)} id={draw.random()}", between
    )


def opened(draw: Draw) -> str:
    """Quotation marks and brackets that are opened and not closed."""
    marks = draw.sample(OPENING, draw.randint(1, 4))
    return draw.filled(lambda: draw.choice(marks) + draw.choice(("", "", "a", draw.words(2))), draw.choice(("", " ")))


def sentences(draw: Draw) -> str:
    """Sentences of abbreviations, or of one word, or without an end."""
    parts = [*draw.sample(ABBREVIATIONS, draw.randint(1, 4)), draw.words(3)]
    return draw.filled(lambda: draw.choice(parts), draw.choice((" ", "", "\n", "  ")))


def furniture(draw: Draw) -> str:
    """What was copied along with an article, in any order and number."""
    lines = draw.sample(FURNITURE, draw.randint(1, len(FURNITURE)))
    prose = draw.random() * draw.random()
    between = draw.choice(("\n", "\n\n", "\n\n\n", "\r\n"))

    def line() -> str:
        if draw.random() < prose:
            return " ".join(draw.prose() for _ in range(draw.randint(1, 6)))
        return draw.choice(lines) + draw.choice(("", "", ":", f" {draw.words(4)}", f" ({draw.randrange(99)})"))

    return draw.filled(line, between)


def one_furniture(draw: Draw) -> str:
    """A single line of furniture, over and over, between a head and a tail of prose."""
    line = draw.choice(FURNITURE) + draw.choice(("", ":", " ", f" {MARKER}", "\t")) + draw.choice(("\n", "\n\n"))
    head, tail = draw.prose(40) + "\n\n", draw.choice(("", "\n\n" + draw.prose(40)))
    return head * draw.choice((0, 1, 20)) + draw.full(line) + tail


def interview(draw: Draw) -> str:
    """Questions and answers: speakers without a turn, turns without an end, labels in labels."""
    speakers = draw.sample(SPEAKERS, draw.randint(1, 5))
    colon = draw.choice((":", ": ", ".- ", " — ", ":: ", ":\n", "."))

    def turn() -> str:
        asked = draw.choice(("", "?", "¿", draw.prose(20), draw.prose(400)))
        return draw.choice(speakers) + colon * draw.choice((1, 1, 1, 50)) + asked

    return draw.filled(turn, draw.choice(("\n", "\n\n", " ")))


def dialogue(draw: Draw) -> str:
    """Spanish dialogue with dashes, which are turns, asides and bullets."""
    return draw.filled(lambda: draw.choice(("—", "–", "-", "―")) + draw.choice(("¿", "", " ")) + draw.words(9), "\n")


def headings(draw: Draw) -> str:
    """Lines that look like headings: short, in capitals, numbered, underlined, very long."""

    def line() -> str:
        number = ".".join("1" for _ in range(draw.choice((1, 3, 300))))
        return draw.choice(
            (
                draw.words(4).title(),
                draw.words(9).upper(),
                f"{number} {draw.words(3)}",
                "=" * draw.randint(1, 80),
                "Chapter IV",
                draw.words(3).title() * draw.choice((1, 200)),
            )
        )

    return draw.filled(line, draw.choice(("\n", "\n\n")))


def line_ends(draw: Draw) -> str:
    """Every kind of line end, with and without anything between."""
    return draw.filled(lambda: draw.choice(LINE_ENDS) + draw.choice(("", "", "a", " ", draw.words(3))))


def invisible(draw: Draw) -> str:
    """Characters that nobody sees, in numbers."""
    return draw.filled(lambda: draw.choice(INVISIBLE) * draw.choice((1, 3, 500)) + draw.choice(("", "", draw.words(2))))


def addresses(draw: Draw) -> str:
    """What looks like an address, a path or a number, and goes on."""
    pieces = (
        "http://",
        "a.",
        "www.",
        "@",
        "a@",
        "/..",
        "%2e",
        ":80",
        "?a=",
        "&b",
        "1,000",
        "1.5",
        "-",
        "C:\\",
        "#",
        "::1",
    )
    few = draw.sample(pieces, draw.randint(1, 4))
    return draw.filled(lambda: draw.choice(few) * draw.choice((1, 1, 40)), draw.choice(("", "", " ", "\n")))


def leading_comments(draw: Draw) -> str:
    """What a web page may begin with: comments, declarations, white space, and no page or one."""
    pieces = (
        "<!-- a -->",
        "<!---->",
        "<!-- -- -->",
        "<!--->",
        " ",
        "\n",
        "<?xml version='1.0'?>",
        "<!--",
        "-->",
        "\ufeff",
    )
    few = draw.sample(pieces, draw.randint(1, 3))
    length = draw.choice((draw.randint(1, 60), draw.many(8)))
    end = draw.choice(("", "<html>", "<!doctype html>", "<p>", MARKER, "<htm", "<!doctype htm"))
    return "".join(draw.choice(few) for _ in range(length)) + end


def columns(draw: Draw) -> str:
    """Tables drawn with characters."""
    cell = draw.choice(("| ", "\t", "   ", "│", "+---", " | |"))
    return draw.filled(lambda: cell * draw.randint(1, 60) + draw.choice(("", draw.words(2))), "\n")


def mixed(draw: Draw) -> str:
    """Several kinds, one below the other."""
    room = draw.room
    draw.room = max(1, room // 8)
    text = draw.choice(("\n", "\n\n", " ", "")).join(draw.one_of(MAKERS[:-1]) for _ in range(8))
    draw.room = room
    return text


MAKERS: tuple[Callable[[Draw], str], ...] = (
    *(run, interrupted_run, script, log_lines, opened, sentences, furniture, one_furniture, interview, dialogue),
    *(headings, line_ends, invisible, addresses, leading_comments, columns, front_matter, mixed),
)


KINDS = kinds_of(MAKERS, encoded)
