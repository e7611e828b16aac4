"""Work is shared out among threads: all of it, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from livingstill.core import threads


@pytest.fixture(params=[1, 2, 5])
def count(request):
    threads.limit(request.param)
    yield request.param
    threads.limit(None)


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 1000])
@pytest.mark.parametrize(("align", "most"), [(1, None), (1, 64), (8, None), (8, 64)])
def test_bands_cover_all_rows_once_and_are_no_larger_than_asked_for(count, rows, align, most):
    bands = []
    threads.over_bands(lambda first, last: bands.append((first, last)), rows, align, most)
    covered = [row for first, last in sorted(bands) for row in range(first, last)]
    assert covered == list(range(rows))
    assert all(first % align == 0 for first, _ in bands)
    assert most is None or all(last - first < most + align for first, last in bands)


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 1000])
def test_shares_of_a_field_cover_all_rows_once(count, rows):
    shares = []
    threads.over_field(lambda first, last: shares.append((first, last)), rows)
    covered = [row for first, last in sorted(shares) for row in range(first, last)]
    assert covered == list(range(rows))
    assert count > 2 or len(shares) == 1


def test_what_several_threads_ask_for_is_worked_out_once():
    calls = []

    def work():
        calls.append(1)
        sleep(0.05)
        return len(calls)

    asked = threads.lazy(work)
    with ThreadPoolExecutor(8) as pool:
        assert [done.result() for done in [pool.submit(asked) for _ in range(8)]] == [1] * 8


def test_what_could_not_be_worked_out_is_tried_again():
    results = iter([ValueError("not yet"), 3])

    def work():
        if isinstance(result := next(results), Exception):
            raise result
        return result

    asked = threads.lazy(work)
    with pytest.raises(ValueError, match="not yet"):
        asked()
    assert [asked(), asked()] == [3, 3]
