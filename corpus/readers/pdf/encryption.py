"""Encrypted PDFs that open without a password."""

import io


def decrypted(data: bytes) -> bytes | None:
    """Return a PDF with an empty owner password without its encryption; None for any other PDF.

    PDFium tries an empty user password only. Viewers try an empty owner password too, and open such a file.
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
    except Exception:  # of any type: the caller then refuses the file as encrypted
        return None
    return plain.getvalue()
