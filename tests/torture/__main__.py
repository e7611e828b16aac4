"""Run many cases and print what broke.

    PYTHONPATH=tests python -m torture 10000 [--seed 0] [--workers 2] [--limit 10] [--log FILE]
    PYTHONPATH=tests python -m torture --only 1234 [--seed 0]

Every case runs through the real entry point, most of them in a process that serves many, each
200th in one of its own. A case fails if its exit code is not one of the contract's, if it shows
a traceback or more than one sentence, leaves or changes a file, writes outside its folder, touches
the network or a pickle, kills its process, or takes more than ``--limit`` seconds of the processor
(``--patience`` times that of the clock), twice: the first time a kernel may have been compiled.
Exit code 1 if any case failed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from json import dumps
from multiprocessing.connection import Connection, wait
from pathlib import Path

from torture.cases import case
from torture.worker import Result, serve

APART = 200
"""One case in so many runs in a process of its own."""


class Worker:
    """A process that runs one case at a time."""

    def __init__(self, seed: int, limit: float, patience: float) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, seed, limit))
        self.process.start()
        theirs.close()
        self.number = -1
        self.due = 0.0
        self.wait = limit * patience

    def give(self, number: int) -> None:
        """Hand over a case."""
        self.number = number
        self.due = time.monotonic() + self.wait
        self.pipe.send((number, number % APART == 0))

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def torture(
    numbers: Sequence[int], seed: int, workers: int, limit: float = 10, patience: float = 20
) -> Iterator[tuple[Result, int]]:
    """Yield each case's result, and its worker's peak memory in MiB."""
    todo = list(reversed(numbers))
    again: set[int] = set()
    pool = [Worker(seed, limit, patience) for _ in range(workers)]

    def lost(worker: Worker, reason: str) -> Result | None:
        """Replace a worker; a slow case gets a second chance."""
        worker.stop()
        pool[pool.index(worker)] = Worker(seed, limit, patience)
        if reason == "hang" and worker.number not in again:
            again.add(worker.number)
            todo.append(worker.number)
            return None
        one = case(worker.number, seed)
        return Result(worker.number, one.family, one.args, -1, limit, "", (reason,))

    try:
        while todo or any(worker.number >= 0 for worker in pool):
            for worker in pool:
                if worker.number < 0 and todo:
                    worker.give(todo.pop())
            ready = wait([worker.pipe for worker in pool if worker.number >= 0], 0.5)
            for worker in list(pool):
                if worker.number < 0:
                    continue
                if worker.pipe in ready:
                    try:
                        result, peak = worker.pipe.recv()
                    except EOFError:
                        worker.process.join()
                        died = -(worker.process.exitcode or 0)
                        slow = died == signal.SIGPROF
                        gone = lost(worker, "hang" if slow else f"died of signal {died}")
                        if gone:
                            yield gone, 0
                        continue
                    worker.number = -1
                    yield result, peak
                elif time.monotonic() > worker.due:
                    gone = lost(worker, "hang")
                    if gone:
                        yield gone, 0
    finally:
        for worker in pool:
            worker.stop()


def main() -> int:
    """Read the command line, run, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="?", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="+")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=float, default=10.0)
    parser.add_argument("--patience", type=float, default=20.0)
    parser.add_argument("--log", type=Path, help="JSON Lines of the failures")
    options = parser.parse_args()
    numbers = options.only or range(options.first, options.first + options.cases)
    codes: Counter[tuple[str, int]] = Counter()
    failed, slowest, most = 0, 0.0, 0
    start = time.monotonic()
    for done, (result, peak) in enumerate(
        torture(numbers, options.seed, options.workers, options.limit, options.patience), 1
    ):
        codes[result.family, result.code] += 1
        slowest, most = max(slowest, result.seconds), max(most, peak)
        if result.wrong:
            failed += 1
            told = f"{result.family} {result.number}: {'; '.join(result.wrong)[:300]}"
            print(told, "|", " ".join(map(ascii, result.args))[:300], flush=True)
            if options.log:
                with options.log.open("a") as log:
                    log.write(dumps(asdict(result) | {"err": result.err[-4000:]}) + "\n")
        if options.only:
            print(result.code, f"{result.seconds:.2f} s", result.err)
        if done % 500 == 0:
            print(f"{done} cases, {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    for (family, code), count in sorted(codes.items()):
        print(f"{family:10} exit {code:3}: {count}")
    print(
        f"{codes.total()} cases, {failed} failed, slowest {slowest:.1f} s, "
        f"peak {most} MiB, {time.monotonic() - start:.0f} s, seed {options.seed}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
