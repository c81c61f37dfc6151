"""Every error that Footnote raises on purpose.

    FootnoteError
    ├── InputError                what the user gave cannot be used
    │   ├── SourceError           one document source (a file) cannot be read as a document
    │   ├── UnknownDocumentError  no document has this id
    │   ├── UnknownFeedbackError  no rating has this id
    │   ├── SpanError             a span lies outside its document
    │   ├── SettingsError         a setting is unknown or out of bounds
    │   ├── EncoderError          the encoder cannot be found, verified or run
    │   ├── BackupError           a backup cannot be read or written
    │   └── AddressError          the address to serve on cannot be used
    └── StoreError                the store cannot be used
        ├── StoreMissingError     there is no store in the data folder
        ├── StoreBusyError        another process holds the store's write lock
        ├── StoreFormatError      the store was written by another format version
        ├── StoreCorruptError     stored bytes do not match their checksum or their constraints
        ├── EncoderMismatchError  the store was made with another encoder or chunking
        └── FeedbackError         the feedback beside the store cannot be used
            └── FeedbackFullError it holds as many ratings as may be

`eval.errors` adds kinds of InputError for what an evaluation is given. Exceptions of lower layers (SQLite, FAISS,
PyYAML, sentence-transformers, the operating system) are mapped to one of these where they happen. The message of each
is one or two sentences that say what is wrong and what to do; it never holds a traceback.
"""

__all__ = [
    "AddressError",
    "BackupError",
    "EncoderError",
    "EncoderMismatchError",
    "FeedbackError",
    "FeedbackFullError",
    "FootnoteError",
    "InputError",
    "SettingsError",
    "SourceError",
    "SpanError",
    "StoreBusyError",
    "StoreCorruptError",
    "StoreError",
    "StoreFormatError",
    "StoreMissingError",
    "UnknownDocumentError",
    "UnknownFeedbackError",
]


class FootnoteError(Exception):
    """Base of every error that Footnote raises on purpose."""


class InputError(FootnoteError):
    """What the user gave cannot be used."""


class SourceError(InputError):
    """One document source cannot be read as a document."""


class UnknownDocumentError(InputError):
    """No document has this id."""


class UnknownFeedbackError(InputError):
    """No rating has this id."""


class SpanError(InputError):
    """A span lies outside its document."""


class SettingsError(InputError):
    """A setting is unknown or out of bounds."""


class EncoderError(InputError):
    """The encoder cannot be found, verified or run."""


class BackupError(InputError):
    """A backup cannot be read or written."""


class AddressError(InputError):
    """The address to serve on cannot be used."""


class StoreError(FootnoteError):
    """The store cannot be used."""


class StoreMissingError(StoreError):
    """There is no store in the data folder."""


class StoreBusyError(StoreError):
    """Another process holds the store's write lock."""


class StoreFormatError(StoreError):
    """The store was written by another format version."""


class StoreCorruptError(StoreError):
    """Stored bytes do not match their checksum or their constraints."""


class EncoderMismatchError(StoreError):
    """The store was made with another encoder or chunking."""


class FeedbackError(StoreError):
    """The feedback beside the store cannot be used."""


class FeedbackFullError(FeedbackError):
    """It holds as many ratings as may be."""
