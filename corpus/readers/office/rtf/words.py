"""Control words of RTF (specification 1.9.1) that a reader of text needs."""

SKIPPED = frozenset(
    """
    annotation atnauthor atndate atnicn atnid atnparent atnref atntime atrfend atrfstart background bkmkend bkmkstart
    colorschememapping colortbl comment company datafield datastore defchp defpap docvar doccomm falt factoidname fchars
    filetbl fldinst fontemb fontfile footer footerf footerl footerr formfield ftncn ftnsep ftnsepc aftncn aftnsep
    aftnsepc generator gridtbl header headerf headerl headerr htmltag keycode latentstyles lchars levelnumbers leveltext
    listname listoverridetable listpicture listtable manager mhtmltag mmathPr nesttableprops nonesttables nonshppict
    objalias objclass objdata objname objsect operator oldcprops oldpprops oldsprops oldtprops panose
    password passwordhash
    pgdsctbl pict picprop pn
    pnseclvl printim propname protusertbl pxe revtbl rsidtbl rxe shprslt shppict sn staticval sv
    svb tc tcn template themedata txe userprops wgrffmtfilter xe xmlattrname xmlattrvalue xmlclose xmlname xmlnstbl
    xmlopen
    """.split()
)
"""Groups without words of the text: fonts, pictures, page heads, comments, instructions, index entries."""

KNOWN = frozenset({"shpinst", "shptxt", "ud", "footnote", "fldrslt", "listtext", "pntext", "result", "moMath"})
"""Groups that are read although programs that do not know them skip them."""

CHARACTERS = {
    **{"emdash": "\u2014", "endash": "\u2013", "bullet": "\u2022", "lquote": "\u2018", "rquote": "\u2019"},
    **{"ldblquote": "\u201c", "rdblquote": "\u201d", "tab": "\t", "line": "\n", "lbr": "\n", "softline": "\n"},
    **{"emspace": " ", "enspace": " ", "qmspace": " ", "~": "\u00a0", "_": "\u2011", "\\": "\\", "{": "{", "}": "}"},
}
"""Characters by the word or sign that stands for them."""

CHARSETS = {
    **{0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5"},
    **{161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251"},
    **{222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850", 2: "symbol"},
}
"""Encodings by the number of a font's character set. `symbol` is none of Python's."""
