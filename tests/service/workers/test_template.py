"""The process that workers are forked from."""

from pathlib import Path
from typing import Any, cast

import pytest

from corpus.errors import StoreError
from embeddings.encoder import Encoder
from service.settings import Settings
from service.workers import serving, template
from service.workers.channel import Channel

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="several workers need Linux")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (StoreError("The disk is full."), 3, {"failed": "The disk is full.", "code": 3}),
        (KeyboardInterrupt(), 130, None),
    ],
)
def test_starter_documents_that_cannot_be_ingested_end_the_start(
    error: BaseException, code: int, message: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(serving, "ingest_starter", fail)
    mine, its = Channel.pair()
    with pytest.raises(SystemExit) as raised:
        template._ingest_apart(Settings(), cast(Encoder, None), its)
    its.close()
    assert raised.value.code == code
    assert mine.receive()[0] == message
    mine.close()
