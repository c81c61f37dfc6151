"""PDFs that are encrypted, and that everybody may open nevertheless."""

import io

__all__ = ["decrypted"]


def decrypted(data: bytes) -> bytes | None:
    """A PDF whose owner's password is empty, without its encryption; None for any other.

    PDFium tries an empty password as a user's alone. Viewers try it as an owner's too, and open such a file without a
    question.
    """
    from pypdf import PasswordType, PdfReader, PdfWriter

    try:
        reader = PdfReader(io.BytesIO(data))
        if not reader.is_encrypted or reader.decrypt("") is not PasswordType.OWNER_PASSWORD:
            return None
        plain = io.BytesIO()
        PdfWriter(clone_from=reader).write(plain)
    except MemoryError:
        raise
    except Exception:  # of whatever type: the file is then refused as encrypted
        return None
    return plain.getvalue()
