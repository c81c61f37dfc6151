"""Turns of a conversation in a text: who speaks, who asks, and which turn replies to which.

A text marks its turns by labels (`Ana Ruiz: …`, `Q: …`, a name on a line of its own), by dashes, by bold questions, or
only by paragraphs that end with a question mark. A label alone is no evidence: lists and forms have labels too.
"""

import bisect
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus.passages import Conversation
from service.answering.sentences.kinds import is_question

MIN_TURNS = 2
"""Fewest turns of a speaker."""

HEAD = 10_000
"""Characters before the first turn in which a name with the initials of a label is looked for."""

ASIDE_WORDS = 3
"""Most words of an aside in brackets, such as "[Laughs]", that does not end a turn."""

LONE_QUESTION_WORDS = 40
"""Most words of a paragraph that asks outside of an interview."""

_WORD = r"[^\W\d_a-z][\w.’'-]{0,24}"
_LABEL = re.compile(
    r"(?:[\[(]?\d{1,2}:\d\d(?::\d\d)?[\])]?[ \t]{1,3})?"
    rf"[*_]{{0,3}}(?P<name>{_WORD}(?: (?:de |del |la |van |von |der |al )?{_WORD}){{0,4}})"
    r"(?: ?\([^()\n]{1,40}\))?(?:[*_]{0,3}[ \u00a0\u202f]?[:：][*_]{0,3}|(?<=[QAPR])\.)(?=\s|$)"
)
_NAME_ALONE = re.compile(
    rf"[*_]{{0,3}}(?P<name>{_WORD}(?: (?:de |del |la |van |von |der |al )?{_WORD}){{0,3}})[*_]{{0,3}}"
)
_DASH = re.compile(r"[—–―-][ \t\u00a0]{0,3}(?=[^\s\d—–―-])")
_BLANK = re.compile(r"\n[ \t\r\f\v\u00a0]*\n\s*")
_HEADING = re.compile(r"#{1,6}\s|[-=*_]{3,}$")
_INITIALS = re.compile(r"[A-ZÁÉÍÓÚÑ]\.?(?:[A-ZÁÉÍÓÚÑ]\.?){1,3}")
_CAPITALISED = re.compile(r"\b[^\W\d_a-z][\w’'-]{1,24}(?: [^\W\d_a-z][\w’'-]{1,24}){1,8}")
_INTERVIEW_WITH = re.compile(
    r"\b(?:interview with|interviewed|conversation with|entrevista con|entrevista a|entrevistó a|conversación con) "
    r"(?:[a-z][\w-]{0,20} ){0,4}(?P<name>(?:[^\W\d_a-z][\w’'-]{1,24} (?:[A-Z]\. )?){1,5}[^\W\d_a-z][\w’'-]{1,24})"
    r"(?P<more>,? (?:and|y|e) )?"
)
_ASIDE = re.compile(r"\[[^][\n]{1,40}\]|\((?:laughs|laughing|smiles|sighs|pauses|ríe|risas)\)", re.IGNORECASE)
"""What somebody does who is asked: "[Laughs]"."""
_IN_PERSON = re.compile(
    r"\b(?:I|we|you|my|our|me|us|your|yo|nosotros|usted|ustedes|nos|mi|nuestro|nuestra|ich|wir|je|nous|vous)\b"
)
_YES_OR_NO = re.compile(
    r"[\W_]*(?:yes|no|yeah|yep|nope|not at all|never|of course|certainly|absolutely|exactly|correct|indeed|right"
    r"|sí|claro|por supuesto|nunca|jamás|exacto|ja|nein|doch|oui|non|si)\b",
    re.IGNORECASE,
)

ASKERS = frozenset(
    "q p question pregunta pergunta domanda frage interviewer moderator moderatorin host presenter anchor journalist"
    " reporter journaliste entrevistador entrevistadora moderador moderadora presentador presentadora intervistatore"
    " intervistatrice".split()
)
"""Labels of turns that ask."""

REPLIERS = frozenset("a r answer respuesta resposta risposta antwort réponse guest".split())
"""Labels of turns that reply and name nobody."""

UNNAMED = REPLIERS | ASKERS

NOT_NAMES = frozenset(
    "note notes warning caution important tip tips hint example examples source sources date time place location"
    " chair secretary treasurer author editor title subject from to cc re address phone email tel fax photo image"
    " figure table summary abstract background conclusion problem solution cause effect result results method"
    " methods input output before after pros cons ingredients step option update correction see read also and but"
    " who what when where why how definition exercise task hours price contact website monday tuesday wednesday"
    " thursday friday saturday sunday nota notas aviso advertencia importante consejo ejemplo fuente fuentes fecha"
    " lugar hora autor autora título problema solución resultado resumen".split()
)
"""Labels in lower case that name no speaker."""


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """Turn of a conversation, in code points of its text.

    Args:
        start: Start, with its label.
        words: Start of what is said, after the label.
        first: End of its first paragraph.
        end: End, without outer white space.
        speaker: Name of who speaks; None if the text does not say.
        asks: Whether it asks.
        question: Start of the turn that asks and that this one directly replies to; None if there is none.
    """

    start: int
    words: int
    first: int
    end: int
    speaker: str | None = None
    asks: bool = False
    question: int | None = None

    def moved(self, by: int) -> "SpokenTurn":
        """Return the turn in a text that begins `by` code points later."""
        question = None if self.question is None else self.question + by
        return replace(
            self,
            start=self.start + by,
            words=self.words + by,
            first=self.first + by,
            end=self.end + by,
            question=question,
        )


@dataclass(frozen=True, slots=True)
class _Opening:
    """Line that may open a turn: the label, and where the words after it begin."""

    start: int
    words: int
    name: str
    alone: bool = False


def spoken_turns(text: str, headings: Sequence[int] = ()) -> list[SpokenTurn]:
    """Return the turns of the conversations in a text, in order. They do not overlap; narration is in none of them.

    Args:
        text: Canonical text of a document, or a part of it.
        headings: Starts of its headings, in order.
    """
    paragraphs = _paragraphs(text)
    found = _labelled(text, paragraphs, headings) or _dashed(text, paragraphs) or _unmarked(text, paragraphs)
    return [_linked(turn, before) for before, turn in pairwise([None, *found]) if turn is not None]


def turn_at(turns: Sequence[SpokenTurn], at: int) -> SpokenTurn | None:
    """Return the turn that is spoken at a position; None if it is in none."""
    index = bisect.bisect_right(turns, at, key=lambda turn: turn.start) - 1
    return turns[index] if index >= 0 and at < turns[index].end else None


def _linked(turn: SpokenTurn, before: SpokenTurn | None) -> SpokenTurn:
    if before is None or not before.asks or turn.asks:
        return turn
    return replace(turn, question=before.start)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the spans of the paragraphs, without outer white space."""
    borders = [0, *(at for gap in _BLANK.finditer(text) for at in gap.span()), len(text)]
    spans = zip(borders[::2], borders[1::2], strict=True)
    return [trimmed for start, end in spans if (trimmed := _trimmed(text, start, end))[0] < trimmed[1]]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


# Labels


def _labelled(text: str, paragraphs: Sequence[tuple[int, int]], headings: Sequence[int]) -> list[SpokenTurn]:
    """Return the turns that labels open, if there is evidence that the labels are speakers."""
    openings = list(_openings(text, paragraphs))
    firsts = [_first_paragraph(text, paragraphs, one, after) for one, after in pairwise([*openings, None]) if one]
    said = [text[one.words : end] for one, end in zip(openings, firsts, strict=True)]
    prompts = [_prompt(text, paragraphs, openings, at) for at in range(len(openings))]
    speakers, askers = _speakers(openings, said, [prompt is not None for prompt in prompts])
    first_label = next((one.start for one in openings if one.name in speakers), 0)
    introduced = _introduced(text[max(0, first_label - HEAD) : first_label])
    names = {name: _shown(name, introduced) for name in speakers}
    turns: list[SpokenTurn] = []
    for at, (one, first) in enumerate(zip(openings, firsts, strict=True)):
        if one.name not in speakers:
            continue
        prompt = prompts[at] if one.name not in askers else None
        if prompt is not None and not (turns and turns[-1].asks):
            if turns:
                turns[-1] = _ended(text, turns[-1], prompt[0])
            turns.append(SpokenTurn(prompt[0], prompt[0], prompt[1], prompt[1], asks=True))
        limit = openings[at + 1].start if at + 1 < len(openings) else len(text)
        end = _end_of_turn(text, paragraphs, headings, first, limit, names[one.name])
        asks = one.name in askers or (not askers and prompt is None and is_question(said[at]))
        turns.append(SpokenTurn(one.start, one.words, first, end, names[one.name], asks))
    return turns


def _openings(text: str, paragraphs: Sequence[tuple[int, int]]) -> Iterator[_Opening]:
    for at, (start, end) in enumerate(paragraphs):
        below = paragraphs[at + 1][0] if at + 1 < len(paragraphs) else None
        line_start = start
        for line in text[start:end].split("\n"):
            plain = line.strip()
            lead = line_start + len(line) - len(line.lstrip())
            after = line_start + len(line)
            label = _LABEL.match(text, lead)
            if label is not None:
                words = _trimmed(text, label.end(), end)[0]
                alone = words >= end
                if not alone or below is not None:
                    yield _Opening(lead, below if alone and below is not None else words, label["name"], alone)
            elif (name := _NAME_ALONE.fullmatch(plain)) is not None:
                if after < end:
                    yield _Opening(lead, _trimmed(text, after, end)[0], name["name"], alone=True)
                elif below is not None and lead == start:
                    yield _Opening(lead, below, name["name"], alone=True)
            line_start = after + 1


def _first_paragraph(text: str, paragraphs: Sequence[tuple[int, int]], one: _Opening, after: _Opening | None) -> int:
    """Return the end of the first paragraph that a turn says."""
    end = paragraphs[_paragraph_at(paragraphs, one.words)][1]
    return end if after is None or after.start >= end else max(one.words, _trimmed(text, one.words, after.start)[1])


def _paragraph_at(paragraphs: Sequence[tuple[int, int]], at: int) -> int:
    return bisect.bisect_right(paragraphs, (at, math.inf)) - 1


def _prompt(
    text: str, paragraphs: Sequence[tuple[int, int]], openings: Sequence[_Opening], at: int
) -> tuple[int, int] | None:
    """Return the paragraph without a label that asks, directly above a label; None if there is none."""
    above = _paragraph_at(paragraphs, openings[at].start) - 1
    if above < 0 or paragraphs[above + 1][0] != openings[at].start:
        return None
    start, end = paragraphs[above]
    has_label = at > 0 and openings[at - 1].words >= start
    return None if has_label or not is_question(text[start:end]) else (start, end)


def _speakers(
    openings: Sequence[_Opening], said: Sequence[str], prompted: Sequence[bool]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the labels that are speakers, and those of them that ask; none without evidence.

    Evidence is that labels take turns, and that one of them asks, or unlabelled questions stand above them, or several
    speak of themselves or to each other.
    """
    counts = Counter(one.name for one in openings)
    asks = Counter(one.name for one, words in zip(openings, said, strict=True) if is_question(words))
    prose = Counter(one.name for one, words in zip(openings, said, strict=True) if _is_prose(words))
    personal = {one.name for one, words in zip(openings, said, strict=True) if _IN_PERSON.search(words)}
    answers_prompts = Counter(one.name for one, above in zip(openings, prompted, strict=True) if above)
    roles = {name for name in counts if name.casefold() in ASKERS | REPLIERS}
    named = {
        name
        for name, count in counts.items()
        if count >= MIN_TURNS and name not in roles and not _is_other_label(name) and 2 * prose[name] >= count
    }
    askers = {name for name in roles if name.casefold() in ASKERS and asks[name]}
    if not askers:
        askers = {name for name in named if 2 * asks[name] > counts[name]}
        roles = set()
    speakers = named | roles
    order = [one.name for one in openings if one.name in speakers]
    alternate = 2 * sum(one != other for one, other in pairwise(order)) >= len(order) - 1
    if len(speakers) > 1 and alternate and askers < speakers:
        speak = len({name for name in named if name in personal and " " in name}) > 1
        if askers or speak:
            return frozenset(speakers), frozenset(askers)
    replying = {name for name in named if 2 * answers_prompts[name] > counts[name]}
    return frozenset(replying), frozenset()


def _is_other_label(name: str) -> bool:
    return any(word.casefold().strip(".") in NOT_NAMES for word in name.split())


def _is_prose(words: str) -> bool:
    return words.rstrip("*_\"'”’»)] \n").endswith((".", "!", "?", "…", "。"))


def _ended(text: str, turn: SpokenTurn, at: int) -> SpokenTurn:
    """Return a turn that ends before a position."""
    end = min(turn.end, _trimmed(text, turn.start, max(turn.start, at))[1])
    return replace(turn, end=end, first=min(turn.first, end))


def _end_of_turn(
    text: str, paragraphs: Sequence[tuple[int, int]], headings: Sequence[int], first: int, limit: int, name: str | None
) -> int:
    """Return the end of a turn: of its last paragraph that nothing separates from its first one.

    A heading does, a rule, a remark in brackets or italics, and a paragraph that names the speaker.
    """
    at = bisect.bisect_left(headings, first)
    limit = min(limit, headings[at]) if at < len(headings) else limit
    surname = name.split()[-1] if name else ""
    end = first
    for below in range(_paragraph_at(paragraphs, first - 1) + 1, len(paragraphs)):
        start, after = paragraphs[below]
        if start >= limit:
            break
        paragraph = text[start : min(after, limit)]
        if _HEADING.match(paragraph) or _is_remark(paragraph) or (len(surname) > 2 and surname in paragraph):
            break
        end = start + len(paragraph.rstrip())
    return end


def _is_remark(paragraph: str) -> bool:
    """Return whether a paragraph is wholly in brackets or italics, and longer than an aside such as "[Laughs]"."""
    enclosed = paragraph[0] + paragraph[-1] in ("[]", "()", "**", "__") and paragraph[:2] not in ("**", "__")
    return enclosed and len(paragraph.split(maxsplit=ASIDE_WORDS)) > ASIDE_WORDS


def _introduced(text: str) -> Mapping[str, set[str]]:
    """Return the names of two to four words in a text, by their initials."""
    names: dict[str, set[str]] = {}
    for run in (found[0].split(" ") for found in _CAPITALISED.finditer(text)):
        for size in (2, 3, 4):
            for at in range(len(run) - size + 1):
                name = run[at : at + size]
                names.setdefault("".join(word[0] for word in name), set()).add(" ".join(name))
    return names


def _shown(label: str, introduced: Mapping[str, set[str]]) -> str | None:
    """Return the name to show for a label: the only name introduced with these initials, or the label."""
    if label.casefold() in UNNAMED:
        return None
    names = introduced.get(label.replace(".", ""), set()) if _INITIALS.fullmatch(label) else set()
    return next(iter(names)) if len(names) == 1 else label


# Dashes, and paragraphs without marks


def _dashed(text: str, paragraphs: Sequence[tuple[int, int]]) -> list[SpokenTurn]:
    """Return the turns that dashes open, if questions and replies take turns in them."""
    starts = [
        (at, end, match.end())
        for start, end in paragraphs
        for at in _line_starts(text, start, end)
        if (match := _DASH.match(text, at)) is not None
    ]
    ends = [min(end, after[0]) for (_, end, _), after in pairwise([*starts, (len(text), 0, 0)])]
    turns: list[SpokenTurn] = []
    for (start, _, words), end in zip(starts, ends, strict=True):
        last = _trimmed(text, words, end)[1]
        turns.append(SpokenTurn(start, words, last, last, asks=is_question(text[words:last])))
    replies = sum(one.asks and not other.asks for one, other in pairwise(turns))
    return turns if replies >= MIN_TURNS else []


def _line_starts(text: str, start: int, end: int) -> Iterator[int]:
    while start < end:
        yield start
        start = (text.find("\n", start, end) + 1) or end


def _unmarked(text: str, paragraphs: Sequence[tuple[int, int]]) -> list[SpokenTurn]:
    """Return the questions of an interview that are paragraphs, and the paragraph below each as its reply.

    Further paragraphs are nobody's: they may be remarks of the interviewer.
    """
    texts = [text[start:end] for start, end in paragraphs]
    interviewee: str | None = None
    conversation = Conversation.of(texts)
    turns: list[SpokenTurn] = []
    for at, ((start, end), paragraph) in enumerate(zip(paragraphs, texts, strict=True)):
        if conversation.interview:
            bold = paragraph.startswith(("**", "__"))
            after_question = bool(turns) and turns[-1].asks
            may_ask = conversation.is_question(paragraph) and not _ASIDE.match(paragraph)
            asks = may_ask and (bold if conversation.bold else not after_question)
        else:
            asks = at + 1 < len(texts) and _asks_alone(paragraph) and _YES_OR_NO.match(texts[at + 1]) is not None
        if asks and not turns and conversation.interview:
            interviewee = _interviewee(text[max(0, start - HEAD) : start])
        if asks or (turns and turns[-1].asks):
            turns.append(SpokenTurn(start, start, end, end, None if asks else interviewee, asks))
    return turns


def _interviewee(before: str) -> str | None:
    """Return the only person with whom a text says that it is an interview."""
    found = list(_INTERVIEW_WITH.finditer(before))
    names = {one["name"].split()[-1]: one["name"].removesuffix("'s").removesuffix("’s") for one in found}
    return next(iter(names.values())) if len(names) == 1 and not any(one["more"] for one in found) else None


def _asks_alone(paragraph: str) -> bool:
    return is_question(paragraph) and len(paragraph.split(maxsplit=LONE_QUESTION_WORDS)) <= LONE_QUESTION_WORDS
