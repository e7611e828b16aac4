"""Where tests find pictures; nothing here is needed to pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(  # the same examples everywhere, and no clock: CI machines are slow
    "livingstill", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("livingstill")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "samples"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real photos and clips that are not ours to ship; tests that want them skip without."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data is not here")
    return folder
