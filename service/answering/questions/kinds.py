"""Kinds of questions: ordinary ones, those that ask nothing, and those that one sentence cannot answer."""

import re

from corpus.lexical import stop_terms, terms
from service.answering.answer import Reason

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
)
"""Characters of scripts without spaces."""

PHRASE = 5
"""Characters of a script without spaces that are more than one word."""

SMALL_TALK = frozenset(
    "i me my you your yours we us our he him she her am doing go going let lets please ok okay yes yeah yep no nope not"
    " help hello hi hey thanks thank thx bye goodbye good morning evening welcome sorry sure well just really more"
    " again else about stop cancel lol haha wow cool great nice fine continue very much lot something anything nothing"
    " everything stuff thing things test testing tell say show ask question"
    " questions answer answers know can could anyone someone and then"
    " yo mi tu usted nosotros me te sí si no vale hola gracias adiós buenos buenas días tardes noches ayuda ayúdame"
    " claro bueno bien más algo nada todo cosa dime pregunta respuesta entonces".split()
)
"""Words that by themselves ask nothing of the documents, beside the stop words."""

REFERRING = frozenset(
    "he him his she her it its they them their there then that this these those one ones"
    " él ella ello ellos ellas eso esto ese esta entonces allí".split()
)
"""Words with which a few words ask something after an earlier turn."""

ASKING = frozenset(
    "who whom whose what which when where why how"
    " quién quiénes qué cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas".split()
)

AUXILIARIES = frozenset(
    "is are was were am do does did has have had can could will would shall should may might must"
    " es son era eran fue fueron hay ha han está están puede pueden".split()
)
"""Words that open a question that yes or no answers."""

_START = (
    r"(?:\A|(?<=[.!?;:])\s)\W{0,8}"
    r"(?:(?:please|kindly|now|and|can you|could you|would you|will you|i want you to|i(?:'d|’d| would) like you to"
    r"|i want|i need|help me(?: to)?|por favor|puedes|podrías|quiero que)\b,?\s){0,3}"
)
_COMMAND = re.compile(
    _START + r"(?:"
    r"(?:list|enumerate)\b(?!\s(?:price|prices)\b)"
    r"|(?:name|mention|show(?: me)?|give(?: me)?|find(?: me)?|identify)\s(?:all|every|each)\b"
    r"|(?:(?:give|show|get|provide|make)\s(?:(?:me|us)\s)?(?:the\s)?)?(?:an?\s)?"
    r"(?:(?:short|brief|quick|general|good|full|complete)\s)?"
    r"(?:overview|summary|recap|synopsis|gist|list|comparison)\s(?:of|on|about|between)\b"
    r"|(?:summari[sz]e|sum\sup|recap|outline|compare|contrast|describe\s(?:all|every|everything))\b"
    r"|(?:give|tell|show|name)\s(?:me\s)?(?:the\s)?names\sof\s(?:all|every|each)\b"
    r"|(?:i\swould\slike|i(?:'d|’d)\slike)\s(?:an?\s)?(?:overview|summary|list|comparison)\b"
    r"|(?:sum|total)\sof\b"
    r"|(?:tell|teach)\s(?:me|us)\s(?:\w{1,12}\s){0,2}about\b"
    r"|(?:write|rewrite|compose|draft|generate|paraphrase|translate)\b"
    r"|(?:create|make|invent|make\sup|give\sme|tell\s(?:me|us)|sing(?:\s(?:me|us))?)\s(?:up\s)?(?:an?|the|some)\s"
    r"(?:\w{1,12}\s)?(?:poem|story|song|essay|joke|letter|haiku|rhyme|speech|article|report|list|table|overview|summary)\b"
    r"|(?:enumera|enumere|lista|resume|resuma|resúmeme|compara|compare|escribe|escriba|redacta|traduce|traduzca)\b"
    r"|(?:nombra|nombre|menciona|dime|muestra)\s(?:todos|todas)\b"
    r"|(?:haz|hazme|dame|da)\s(?:un|una|el|la)\s(?:resumen|lista|poema|comparación)\b"
    r"|(?:cuéntame|cuénteme|háblame|hábleme|cuentame|hablame)\s(?:\w{1,12}\s)?(?:de|del|sobre)\b"
    r")",
    re.IGNORECASE,
)
_EVERYTHING = re.compile(
    _START + r"(?:what|who|which|cuáles|quiénes)\s(?:are|were|is|son|eran|fueron)\s(?:all|todos|todas)\b"
    r"|" + _START + r"what\s(?:do|can)\syou\s(?:know|tell\s(?:me|us)|say)\sabout\b"
    r"|" + _START + r"(?:everything|all)\s(?:\w{1,12}\s){0,4}about\b"
    r"|\bwhat\s(?:do|does|did)\sall\s(?:of\s)?(?:the|these|those)\s(?:documents|texts|reports|articles)\b",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"\b(?:differences?|similarities)\s(?:between|of)\s.{1,200}\s(?:and|y)\s|\w\s(?:vs\.?|versus)\s\w"
    r"|\bwhat\s(?:is|was)\sthe\s(?:sum\sof|total\snumber|total\samount|average\snumber)\b"
    r"|\b(?:diferencias?|semejanzas)\sentre\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\b(?:how (?:many|much)|cuántos|cuántas|cuánto|cuánta)\b", re.IGNORECASE)
_ALTOGETHER = re.compile(
    r"\b(?:in total|altogether|all together|all in all|in all(?=\W*\Z)|overall(?=\W*\Z)|en total|en conjunto)\b",
    re.IGNORECASE,
)


def reason_of(question: str, *, alone: bool) -> Reason | None:
    """Return why no sentence answers a question of this kind; None for an ordinary question.

    Args:
        question: The question, or keywords.
        alone: Whether it is read without earlier turns. With them, a few words can ask something: "And then?".
    """
    if _is_collection(question):
        return "collection"
    return "vague" if (_is_vague(question) if alone else _is_small_talk(question)) else None


def _is_collection(question: str) -> bool:
    """Return whether a question asks for a list, a total, a summary, a comparison, or for a text to be written."""
    if _COMMAND.search(question) or _EVERYTHING.search(question) or _COMPARISON.search(question):
        return True
    return _HOW_MANY.search(question) is not None and _ALTOGETHER.search(question) is not None


def _is_vague(question: str) -> bool:
    """Return whether a question has no content word, or is a single word without anything asked about it."""
    if len(_WITHOUT_SPACES.findall(question)) >= PHRASE:
        return False
    words = [word.casefold() for word in _WORD.findall(question)]
    content = {word for word in words if _has_content(word)}
    if not content:
        return True
    return len(content) == 1 and words[0] not in AUXILIARIES and ASKING.isdisjoint(words)


def _is_small_talk(question: str) -> bool:
    """Return whether words ask nothing after an earlier turn either, such as "thanks" or "ok"."""
    if _WITHOUT_SPACES.search(question):
        return False
    words = [word.casefold() for word in _WORD.findall(question)]
    return ASKING.isdisjoint(words) and REFERRING.isdisjoint(words) and not any(map(_has_content, words))


def _has_content(word: str) -> bool:
    return word not in SMALL_TALK and word not in ASKING and not stop_terms().issuperset(terms(word))
