"""The connection to a Dask cluster, and how much work its workers are given at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from livingstill.core import threads
from livingstill.core.errors import InputError

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"

TASKS_PER_WORKER = 2
"""Tasks per worker in flight; the rest wait, which bounds memory."""

TRIES = 3
"""How often a span, a photo or a shot is handed out anew when its worker is lost or full."""


@contextmanager
def connect(address: str, workers: int | None = None) -> Iterator[Client]:
    """Give a client of the scheduler at ``address``, or of worker processes of our own if local.

    Raises
    ------
    InputError
        If Dask distributed is not installed, or no scheduler with workers answers in 15 seconds.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise InputError("--cluster needs Dask; pip install 'livingstill[cluster]'") from None
    if address != LOCAL and "://" not in address:
        raise InputError(f"cluster is {address}; it must be local or tcp://HOST:PORT")
    quiet = {"logging.distributed": "error", "distributed.admin.system-monitor.gil.enabled": False}
    with dask.config.set(quiet):
        if address == LOCAL:
            count = workers or max(1, threads.available() // 2)
            with (
                LocalCluster(
                    n_workers=count, threads_per_worker=1, dashboard_address=None
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(address, timeout="15s")
            client.wait_for_workers(1, timeout=15)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                f"no cluster answers at {address} ({type(error).__name__}); "
                "start `dask scheduler` and `dask worker`"
            ) from None
        with client:
            yield client


def count_workers(client: Client) -> int:
    """Return how many workers there are now, at least 1."""
    return max(1, len(client.scheduler_info(n_workers=-1)["workers"]))


def addresses(client: Client) -> set[str]:
    """Return the addresses of the workers that are there now."""
    return set(client.scheduler_info(n_workers=-1)["workers"])
