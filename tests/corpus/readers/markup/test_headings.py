"""reStructuredText, Org and AsciiDoc: the text as it is, with sections and metadata."""

import pytest

from tests.corpus.readers.files import only, outline

RST = """\
=======
Harbour
=======

:Author: Ana Ruiz; Luis Paz
:Date: 2014-05-01

Words with *emphasis* and a :ref:`link`.

Ships
=====

``Sail`` boats
--------------

====  ====
Mast  Name
====  ====
1     Aurora
====  ====

.. include:: /etc/passwd

.. raw:: html

   <script>
   No title
   --------

----

A paragraph that
-- goes on.

Crew
====
"""
ORG = """\
#+TITLE: Harbour log
#+author: Ana Ruiz <ana@harbour.example>
#+DATE: <2014-05-01 Thu 10:00>
#+INCLUDE: "/etc/passwd"
* TODO [#A] Ships in [[https://x.example][the port]]  :harbour:log:
Words.
** Masts
#+begin_src org
* No headline
#+end_src
*bold* words
* Crew
"""
ADOC = """\
= Harbour manual
Ana Ruiz <ana@harbour.example>
:revdate: 2014-05-01

include::/etc/passwd[]

== `Ships`

[source]
----
== No title
----

Two lines
~~~~~~~~~

A paragraph that
-- goes on.

====
An example.
====

=== Masts
"""


def test_restructuredtext_has_the_levels_of_its_styles() -> None:
    document = only(RST, "a.rst")
    assert document.text == RST
    assert [(title, level) for title, level, _ in outline(document)] == [
        *(("Harbour", 1), ("Ships", 2), ("Sail boats", 3), ("Crew", 2)),
    ]
    assert [line for _, _, line in outline(document)] == ["=======", "Ships", "``Sail`` boats", "Crew"]
    about = document.metadata
    assert (about.title, about.authors, about.published) == ("Harbour", ("Ana Ruiz", "Luis Paz"), "2014-05-01")
    assert document.media_type == "text/x-rst"


def test_org_has_headlines_outside_of_blocks() -> None:
    document = only(ORG, "a.org")
    assert document.text == ORG
    assert [each[:2] for each in outline(document)] == [("Ships in the port", 1), ("Masts", 2), ("Crew", 1)]
    about = document.metadata
    assert (about.title, about.authors, about.published) == ("Harbour log", ("Ana Ruiz",), "2014-05-01")


@pytest.mark.parametrize("name", ["a.adoc", "a.asciidoc"])
def test_asciidoc_has_titles_of_both_forms(name: str) -> None:
    document = only(ADOC, name)
    assert document.text == ADOC
    titles = [("Harbour manual", 1), ("Ships", 2), ("Two lines", 3), ("Masts", 3)]
    assert [each[:2] for each in outline(document)] == titles
    about = document.metadata
    assert (about.title, about.authors, about.published) == ("Harbour manual", ("Ana Ruiz",), "2014-05-01")


@pytest.mark.parametrize("name", ["a.rst", "a.org", "a.adoc"])
@pytest.mark.parametrize("text", ["Words.", "=\n==\n", "*\n* \n", "====\n====\n====\n", "..\n::\n----\n", "a\n\n--\n"])
def test_odd_marks_are_text(name: str, text: str) -> None:
    document = only(text, name)
    assert (document.text, list(document.sections)) == (text, [])
