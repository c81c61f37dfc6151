"""Numbers of lists, written in the formats that Word offers (`w:numFmt`)."""

from collections.abc import Callable, Mapping

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x")),
    *((9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_LONGEST_ROMAN = 4000
_REPEATS = 30
"""Most times that a letter is repeated: after z comes aa, after zz aaa."""

_ONES = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    **{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"},
    "twelve": "twelfth",
}

_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_LETTERS: Mapping[str, str] = {
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "russianLower": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
    "chicago": "*†‡§",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "thaiLetters": "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "hindiVowels": "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
    **dict.fromkeys(("aiueo", "aiueoFullWidth"), _AIUEO),
    **dict.fromkeys(("iroha", "irohaFullWidth"), _IROHA),
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}
"""Formats that count in letters. The last letter is followed by the first one, twice."""

_DIGITS: Mapping[str, str] = {
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "hindiNumbers": "०१२३४५६७८९",
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
    "ideographDigital": "〇一二三四五六七八九",
    "japaneseDigitalTenThousand": "〇一二三四五六七八九",
    "taiwaneseDigital": "○一二三四五六七八九",
    "koreanDigital": "영일이삼사오육칠팔구",
    "koreanDigital2": "零一二三四五六七八九",
}
_ENCLOSED: Mapping[str, int] = {
    "decimalEnclosedCircle": 0x2460,
    "decimalEnclosedCircleChinese": 0x2460,
    "decimalEnclosedParen": 0x2474,
    "decimalEnclosedFullstop": 0x2488,
}
"""The first of twenty characters that stand for the numbers from 1."""

_COUNTING: Mapping[str, str] = {
    "chineseCounting": "一二三四五六七八九十",
    "chineseCountingThousand": "一二三四五六七八九十",
    "japaneseCounting": "一二三四五六七八九十",
    "taiwaneseCounting": "一二三四五六七八九十",
    "taiwaneseCountingThousand": "一二三四五六七八九十",
    "koreanCounting": "일이삼사오육칠팔구십",
    "japaneseLegal": "壱弐参四伍六七八九拾",
    "chineseLegalSimplified": "壹贰叁肆伍陆柒捌玖拾",
    "ideographLegalTraditional": "壹貳參肆伍陸柒捌玖拾",
}
"""One to ten, in formats that write 21 as two, ten, one."""


def numeral(number: int, form: str) -> str:
    """Return a number in a format; in digits if the format is unknown or too long for it.

    Args:
        number: Not negative.
        form: A value of `w:numFmt`, or the pattern of a custom one, such as "001, 002, 003, ...".
    """
    first = form.partition(",")[0].strip()
    if first.isdigit():
        return str(number).zfill(len(first))
    written = _WRITERS[form](number, form) if form in _WRITERS else None
    return str(number) if written is None else written


def _roman(number: int, form: str) -> str | None:
    if not 0 < number < _LONGEST_ROMAN:
        return None
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written.upper() if form == "upperRoman" else written


def _letter(number: int, form: str) -> str | None:
    letters = _LETTERS[form]
    times, at = divmod(number - 1, len(letters))
    return letters[at] * (times + 1) if 0 <= times < _REPEATS else None


def _words(number: int, form: str) -> str | None:
    if not 0 < number < 100:
        return None
    tens, ones = divmod(number, 10)
    words = [_ONES[number]] if number < len(_ONES) else [word for word in (_TENS[tens], _ONES[ones]) if word]
    if form == "ordinalText":
        last = words[-1]
        words[-1] = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return "-".join(words).capitalize()


def _ordinal(number: int, form: str) -> str:
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _in_digits(number: int, form: str) -> str:
    return "".join(_DIGITS[form][int(digit)] for digit in str(number))


def _enclosed(number: int, form: str) -> str | None:
    return chr(_ENCLOSED[form] + number - 1) if 0 < number <= 20 else None


def _counted(number: int, form: str) -> str | None:
    if not 0 < number < 100:
        return None
    tens, ones = divmod(number, 10)
    words = _COUNTING[form]
    ten = "" if not tens else words[9] if tens == 1 else words[tens - 1] + words[9]
    return ten + (words[ones - 1] if ones else "")


_WRITERS: Mapping[str, Callable[[int, str], str | None]] = {
    "none": lambda number, form: "",
    "decimalZero": lambda number, form: f"{number:02}",
    "numberInDash": lambda number, form: f"- {number} -",
    "hex": lambda number, form: f"{number:X}",
    "ordinal": _ordinal,
    **dict.fromkeys(("upperRoman", "lowerRoman"), _roman),
    **dict.fromkeys(("cardinalText", "ordinalText"), _words),
    **dict.fromkeys(_LETTERS, _letter),
    **dict.fromkeys(_DIGITS, _in_digits),
    **dict.fromkeys(_ENCLOSED, _enclosed),
    **dict.fromkeys(_COUNTING, _counted),
}
