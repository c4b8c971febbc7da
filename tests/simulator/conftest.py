"""The simulator, asked in place of every ATS."""

from __future__ import annotations

import pytest

from tests.simulator import Simulator
from tests.simulator.played import PLAYED
from webapp.config import network
from webapp.connectors import CONNECTORS
from webapp.connectors._http import Limits


@pytest.fixture
def simulator(monkeypatch):
    """The simulator, asked in place of every ATS; neither side keeps a rate limit."""
    with Simulator(limited=False) as started:
        monkeypatch.setenv("BERTH_SIMULATOR_URL", started.url)
        network.cache_clear()
        for slug in PLAYED.keys() & CONNECTORS:
            limits = CONNECTORS[slug].limits
            monkeypatch.setattr(CONNECTORS[slug], "limits", Limits(mib=limits.mib, parallel=limits.parallel))
        yield started
    network.cache_clear()
