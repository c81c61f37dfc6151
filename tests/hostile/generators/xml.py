"""XML that is hard: entities, depth, attributes, names of namespaces, instructions."""

from collections.abc import Callable

from tests.hostile.generators.draw import MARKER, Draw

__all__ = ["hostile_xml"]


def entities(draw: Draw, root: str) -> str:
    """Entities of entities, of files, of addresses, and of themselves."""
    width, depth = draw.randint(2, 20), draw.randint(2, 30)
    rows = [f'<!ENTITY e{at} "{f"&e{at - 1};" * width}">' for at in range(1, depth)]
    others = (
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1/a.dtd"> %p;',
        '<!ENTITY x "&x;">',
        '<!ENTITY x "&y;"><!ENTITY y "&x;">',
        f'<!ENTITY x "{"a" * draw.many(1, 200_000)}">',
    )
    declared = f'<!ENTITY e0 "{MARKER}">' + "".join(rows) + draw.choice(others)
    used = draw.choice((f"&e{depth - 1};", "&x;", "&x;" * draw.many(3, 20_000), "&undefined;"))
    name = root.split()[0]
    return f"<!DOCTYPE {name} [{declared}]><{root}>{used}</{name}>"


def external(draw: Draw, root: str) -> str:
    """A document type, a style and an inclusion that lie elsewhere."""
    name = root.split()[0]
    head = draw.choice(
        (
            f'<!DOCTYPE {name} SYSTEM "file:///dev/zero">',
            f'<!DOCTYPE {name} PUBLIC "a" "http://127.0.0.1/a.dtd">',
            '<?xml-stylesheet href="file:///etc/passwd"?>',
        )
    )
    return f'{head}<{root}><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/></{name}>'


def deep(draw: Draw, root: str) -> str:
    """Elements in elements, closed or not."""
    name, depth = draw.choice((root.split()[0], "a", "a:b")), draw.many(4, 400_000)
    return f"<{root}>" + f"<{name}>" * depth + draw.choice(("", f"</{name}>" * depth + f"</{root.split()[0]}>"))


def attributes(draw: Draw, root: str) -> str:
    """Very many attributes, names of namespaces, or one name without an end."""
    form = draw.choice(('a{}="b"', 'xmlns:a{}="b{}"', 'a="b"', 'a{}="' + "b" * 99 + '"'))
    flood = " ".join(form.replace("{}", str(at)) for at in range(draw.many(12, 100_000)))
    return draw.choice((f"<{root}><a {flood}/></{root.split()[0]}>", f"<{'a' * draw.many(1, 900_000)}/>"))


def siblings(draw: Draw, root: str) -> str:
    """Very many small things side by side."""
    piece = draw.choice(("<a/>", "<a>b</a>", "<!-- a -->", "<?a b?>", "<![CDATA[a]]>", "&#65;", "&amp;", "a"))
    return f"<{root}>{draw.full(piece)}</{root.split()[0]}>"


def broken(draw: Draw, root: str) -> str:
    """What is no XML."""
    return draw.choice(
        ("", " ", "<", f"<{root}>", f"</{root}>", "a", "\0", "<a", "<a b=", "<a></b>", "<?xml", "]]>", "<a/><b/>")
    )


MAKERS: tuple[Callable[[Draw, str], str], ...] = (entities, external, deep, attributes, siblings, broken)


def hostile_xml(draw: Draw, root: str) -> bytes:
    """A document of one of the kinds above, in an encoding that it names, or does not.

    Args:
        draw: Chance.
        root: The name of the root element, with its attributes.
    """
    text = draw.choice(MAKERS)(draw, root)
    head = draw.choice(
        ("", '<?xml version="1.0"?>', '<?xml version="1.1" encoding="{}"?>', '<?xml version="1.0" encoding="{}"?>')
    )
    name = draw.choice(("utf-8", "utf-16", "utf-7", "none", "latin-1", "ucs4"))
    real = draw.choice(("utf-8", "utf-8", "utf-8", "utf-16", "utf-32", "latin-1"))
    return (head.format(name) + text).encode(real, "replace")
