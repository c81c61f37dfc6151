"""What the room shows to the others."""

import embeddings


def test_the_room_exports_exactly_these_names() -> None:
    assert embeddings.__all__ == [
        "DEFAULT_ENCODER",
        "EXACT_UP_TO",
        "PRECISIONS",
        "AskedTokens",
        "CodedIndex",
        "Encoder",
        "ExactIndex",
        "PassageEncoding",
        "Precision",
        "QuestionEncoding",
        "VectorIndex",
        "VectorProjection",
        "signs_from_bytes",
        "signs_to_bytes",
        "updated",
    ]


def test_every_exported_name_is_there() -> None:
    assert all(getattr(embeddings, name) is not None for name in embeddings.__all__)
