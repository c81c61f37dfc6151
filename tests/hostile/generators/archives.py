"""ZIP archives that lie: bombs, overlaps, names that lead elsewhere, members twice, flags, sizes, cuts."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.corpus.readers.files import at_one_time
from tests.hostile.generators.draw import MARKER, Draw, Kinds, kinds_of

__all__ = ["Members", "damaged", "packed"]

Members = Mapping[str, bytes]

NAMES = (
    *("../../etc/passwd", "/etc/passwd", "..\\..\\a", "C:\\a", "a/../../b", "./a", "a//b", "", "/", "a/", "a" * 60_000),
    *("\u202etxt.a", "a\0b", "CON", "é" * 200, MARKER, "word/document.xml/", "META-INF/../META-INF/container.xml"),
)


def packed(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in members.items():
            file.writestr(at_one_time(name, method), data)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a directory, and whether its data is written."""

    name: bytes
    data: bytes
    flags: int = 0
    method: int = 8
    declared: int | None = None
    at: int | None = None


def _written(entries: list[_Entry], comment: bytes = b"", count: int | None = None) -> bytes:
    """An archive whose directory says what the entries say, true or not."""
    out, directory = bytearray(), bytearray()
    for one in entries:
        raw = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = raw.compress(one.data) + raw.flush() if one.method == 8 else one.data
        size = len(one.data) if one.declared is None else one.declared
        fields = (
            one.flags,
            one.method,
            0,
            33,
            zlib.crc32(one.data),
            len(body),
            size & 0xFFFFFFFF,
            len(one.name[:65535]),
            0,
        )
        at = len(out) if one.at is None else one.at
        if one.at is None:
            out += struct.pack("<4s5H3I2H", b"PK\3\4", 20, *fields) + one.name[:65535] + body
        directory += struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, *fields, 0, 0, 0, 0, at) + one.name[:65535]
    said = len(entries) if count is None else count
    end = (b"PK\5\6", 0, 0, said & 0xFFFF, said & 0xFFFF, len(directory), len(out), len(comment))
    return bytes(out + directory + struct.pack("<4s4H2IH", *end) + comment)


def _entries(members: Members) -> list[_Entry]:
    return [_Entry(name.encode(), data) for name, data in members.items()]


def _bomb(draw: Draw, members: Members) -> bytes:
    """A member that unpacks to far more than it is, or very many that unpack to little."""
    name = draw.choice((*members, "a.bin"))
    size = draw.choice((draw.room * 50, 60_000_000, 1_000_000))
    inside = draw.choice((b"\0", b"<p>", b"a ", b"<w:p/>", b"<div>")) * (size // 3)
    return packed({**members, name: members.get(name, b"")[: draw.choice((0, 200, None))] + inside})


def _many(draw: Draw, members: Members) -> bytes:
    """Very many members."""
    return packed({**members, **{f"a{at}": b"" for at in range(draw.many(110, 20_000))}})


def _overlap(draw: Draw, members: Members) -> bytes:
    """Entries that share their data with one another."""
    entries = _entries(members)
    big = _Entry(b"big", b"<p>a</p>" * draw.many(8))
    shared = [_Entry(b"o%d" % at, big.data, at=0) for at in range(draw.many(100, 5000))]
    return _written([big, *entries, *shared])


def _names(draw: Draw, members: Members) -> bytes:
    """Names that lead elsewhere, beside the right ones or in their place."""
    added = [
        _Entry(draw.choice(NAMES).encode(errors="surrogatepass"), draw.choice(list(members.values()))) for _ in range(9)
    ]
    kept = _entries(members)
    return _written(kept + added if draw.chance() else added + kept[draw.randrange(len(kept)) :])


def _twice(draw: Draw, members: Members) -> bytes:
    """Members of one name, of which readers take the first or the last."""
    entries = _entries(members)
    again = [
        _Entry(one.name, draw.choice((b"", b"<a/>", one.data, MARKER.encode()))) for one in draw.sample(entries, 2)
    ]
    return _written(draw.choice((entries + again, again + entries)))


def _flags(draw: Draw, members: Members) -> bytes:
    """Encrypted, of unknown methods, or with sizes that are not so."""
    flags, method = draw.choice((0, 1, 8, 0x800, 0x2041, 0xFFFF)), draw.choice((0, 8, 9, 12, 14, 93, 99, 65535))
    declared = draw.choice((None, 0, 1, 0xFFFFFFFF, 2**31, 900_000))
    changed = draw.sample(sorted(members), draw.randint(1, len(members)))
    entries = [
        _Entry(name.encode(), data, flags, method, declared) if name in changed else _Entry(name.encode(), data)
        for name, data in members.items()
    ]
    return _written(entries, draw.choice((b"", b"PK\5\6" * 4000, b"a" * 65535)), draw.choice((None, 0, 1, 65535)))


def _missing(draw: Draw, members: Members) -> bytes:
    """Without some of its members, or with empty ones."""
    gone = draw.sample(sorted(members), draw.randint(1, max(1, len(members) - 1)))
    return packed(
        {name: b"" if draw.chance(0.3) else data for name, data in members.items() if name not in gone} or {"a": b""}
    )


def _cut(draw: Draw, members: Members) -> bytes:
    """Cut, put together twice, with something before it or between."""
    data = packed(members)
    at = draw.randrange(1, len(data))
    return draw.choice(
        (data[:at], data + data, data[:at] + b"\0" * 99 + data[at:], data[:at] + data[at + 9 :], data + b"a" * 999)
    )


def _swapped(draw: Draw, members: Members) -> bytes:
    """Each member with the content of another."""
    contents = list(members.values())
    draw.shuffle(contents)
    return packed(dict(zip(members, contents, strict=True)))


DAMAGES: tuple[Callable[[Draw, Members], bytes], ...] = (
    *(_bomb, _many, _overlap, _names, _twice, _flags, _missing, _cut, _swapped),
)


def damaged(draw: Draw, members: Members) -> bytes:
    """An archive with one of the faults above."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of names that come twice
        return draw.choice(DAMAGES)(draw, members)


def archive_kinds(parts: Sequence[Callable[[Draw], Members]], members: Callable[[], Members]) -> Kinds:
    """Return generators of archives: one of each hostile part, and one of damaged archives.

    Args:
        parts: Functions that make the members of a hostile archive.
        members: Makes those of an intact one.
    """

    def damaged_archive(draw: Draw) -> bytes:
        return damaged(draw, draw.choice(parts)(draw) if draw.chance(0.3) else members())

    return {**kinds_of(parts, lambda _, made: packed(made)), "archives": damaged_archive}
