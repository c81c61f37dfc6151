"""Names of encodings, and the encoding that a text which is not UTF-8 may be in."""

import codecs
import re
import unicodedata

from corpus.text.language import language_of

SAMPLE_BYTES = 64 * 1024
"""Bytes around the first invalid one that are looked at."""

_AS_BROWSERS_DO = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
}
"""Encodings that files name and others that they are in: the WHATWG standard reads all names as the larger ones."""

_LABELS = {
    **{f"x-cp125{digit}": f"cp125{digit}" for digit in range(9)},
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "csiso88598i", "csiso88598e", "logical", "visual"), "iso8859-8"),
    **dict.fromkeys(("iso-8859-6-i", "iso-8859-6-e", "csiso88596i", "csiso88596e"), "iso8859-6"),
    **dict.fromkeys(("koi", "koi8"), "koi8-r"),
    **dict.fromkeys(("unicode-1-1-utf-8", "x-unicode20utf8", "x-utf-8"), "utf-8"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac_cyrillic"),
    **dict.fromkeys(("cn-big5", "x-x-big5"), "big5"),
    **dict.fromkeys(("gb_2312", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("ks_c_5601-1989", "ksc_5601", "windows-949"), "cp949"),
    **{"dos-874": "cp874", "windows-874": "cp874", "koi8-ru": "koi8-u", "x-euc-jp": "euc_jp"},
    **{"sun_eu_greek": "iso8859-7", "x-mac-roman": "mac_roman", "x-sjis": "cp932", "windows-31j": "cp932"},
}
"""Names that browsers know and Python does not."""

_SAFE = frozenset({"cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"})

_BY_FAMILY = (
    *("cp1252", "cp1250", "iso8859-2", "cp1254", "cp1257", "mac_roman", "cp850", "cp437", "cp852"),
    *("cp1251", "koi8-u", "koi8-r", "iso8859-5", "cp866", "mac_cyrillic", "cp1253", "iso8859-7"),
    *("utf-16-le", "utf-16-be"),
)
_NAMES = {f"cp125{digit}": f"windows-125{digit}" for digit in range(9)} | {"mac_roman": "macintosh", "koi8-u": "koi8-u"}

_LATIN = {
    "ca": "àçèéíïòóúü·",
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåéü",
    "de": "äöüßé",
    "en": "éèêëçñöüïáà",
    "es": "áéíóúüñªº",
    "et": "äõöüšž",
    "eu": "ñü",
    "fi": "äöåšž",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "gl": "áéíóúüñï",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áðéíóúýþæö",
    "it": "àèéìíîòóùú",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "nb": "æøåéèêóòâôü",
    "nl": "éëèïöüáóíêç",
    "nn": "æøåéèêóòâôü",
    "no": "æøåéèêóòâôü",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõúüªº",
    "ro": "ăâîșşțţ",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšžćđ",
    "sq": "ëç",
    "sv": "åäöéàü",
    "tr": "çğıİöşüâîû",
}
"""The letters of languages besides a to z."""

_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn"), "CYRILLIC"),
    "el": "GREEK",
}
_MARKS = frozenset("“”‘’‚„«»‹›–—…•·€£¥§©®™°ºª¿¡±×÷½¼¾²³µ№†‡\u00a0\u00ad\u202f")
_CAPITALS = 0.4
"""Share of capitals among the letters of another script, above which two encodings of the script are mixed up."""

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")


def known_as(name: str) -> str:
    """Return the encoding that a name stands for in files.

    Raises:
        LookupError: There is no such encoding of texts.
    """
    found = codecs.lookup(_LABELS.get(name.lower(), name))
    if not getattr(found, "_is_text_encoding", True):
        raise LookupError(name)
    return _AS_BROWSERS_DO.get(found.name, found.name)


def decoded_as(data: bytes, name: str) -> str:
    """Decode bytes by the encoding that a name stands for. Bytes without a letter in a Windows code page are dropped.

    Raises:
        UnicodeError: They are not in this encoding.
        LookupError: There is no such encoding of texts.
    """
    encoding = known_as(name)
    if encoding not in _SAFE:
        return data.decode(encoding)
    text = data.decode(encoding, errors="replace")
    lost = text.count("\ufffd")
    if lost and lost > len(data) // 1000:
        raise UnicodeError(f"{lost} bytes have no letter in {encoding}")
    return text.replace("\ufffd", "")


def likely_encoding(data: bytes, at: int) -> str | None:
    """Return the encoding in which the bytes around an invalid one make words of a language; None if it is not sure.

    A wrong name would change the words that are quoted. So an encoding is named only if all letters are of the
    language in which the words then are, and no other encoding gives another text of which that is true.
    """
    start = max(0, at - SAMPLE_BYTES // 2)
    sample = data[start : start + SAMPLE_BYTES]
    fitting: dict[str, str] = {}
    for encoding in _BY_FAMILY:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        if text not in fitting and _is_in_a_language(text):
            fitting[text] = encoding
    if len(fitting) != 1:
        return None if fitting else _east_asian(sample)
    encoding = next(iter(fitting.values()))
    return _NAMES.get(encoding, encoding)


def _is_in_a_language(text: str) -> bool:
    if _CONTROL.search(text):
        return False
    language = (language_of(text) or "").split("-")[0]
    letters = [character for character in text if character > "\x7f" and character not in _MARKS]
    if not all(map(str.isalpha, letters)):
        return False
    if language in _LATIN:
        return all(letter.lower() in _LATIN[language] or letter in _LATIN[language] for letter in letters)
    script = _SCRIPTS.get(language)
    if script is None or sum(map(str.isupper, letters)) > _CAPITALS * len(letters):
        return False
    return all(unicodedata.name(letter, "").startswith(script) for letter in letters)


def _east_asian(sample: bytes) -> str | None:
    """Return the encoding of a text without letters, if a detector is sure of one."""
    from charset_normalizer import from_bytes

    candidates = ["cp932", "euc_jp", "gb18030", "big5", "cp949"]
    best = from_bytes(sample, cp_isolation=candidates).best()
    if best is None or best.encoding not in candidates:
        return None
    language = (language_of(str(best)) or "").split("-")[0]
    return best.encoding if language in ("ja", "zh", "ko") else None
