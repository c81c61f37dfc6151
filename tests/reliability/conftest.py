"""A shared workshop: compiling, and recording what undisturbed commands leave, take seconds."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.reliability.scenarios import Scenario, Workshop, scenarios, workshop
from tests.reliability.shim import compiler


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, exports: Path) -> Iterator[Workshop]:
    if compiler() is None:
        pytest.skip("there is no C compiler 'cc', with which the file layer is made")
    with workshop(tmp_path_factory.mktemp("workshop"), tiny_model, exports) as shop:
        yield shop


@pytest.fixture(scope="session")
def found(shop: Workshop) -> Sequence[Scenario]:
    return scenarios(shop)
