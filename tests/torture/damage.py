"""Ways to spoil bytes and plain values, all from one generator, so that a case can be run again."""

from __future__ import annotations

import random
from typing import Any

JUNK_TEXT = (
    "", " ", "-", "--", "0", "-1", "1e309", "nan", "inf", "-inf", "1,5", "0x10", "٣", "½", "é", "日本",
    "🙂", "a" * 5000, "../../x", "\u202e", "%s%n", "{}", "None", "null", "true", "auto", "none",
    "\udcff", "a\nb", "a\tb", "~", "$HOME", "*", "[", "@", "@missing.toml", ":", "=", ",", "a:b=c",
    ":::", "=,=", "9" * 40, "1e-320", "-0", "+1", "1_000", "C:\\x", "\x1b[31m", "con", ".", "..",
)  # fmt: skip
JUNK_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**40, 0.0, -0.5, 1e308, 1e-308,
    float("nan"), float("inf"), float("-inf"), [], {}, [[]], [None], {"a": 1}, [1, 2, 3], ["x"],
)  # fmt: skip


def spoiled(data: bytes, rng: random.Random) -> bytes:
    """Return ``data`` cut short, flipped, filled, swapped, doubled or with lying numbers."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if not out:
            return bytes(rng.randrange(256) for _ in range(rng.randrange(64)))
        at = rng.randrange(len(out))
        if rng.random() < 0.5:  # headers decide more than pixels
            at = min(at, rng.randrange(1 + min(len(out) - 1, 160)))
        size = rng.choice((1, 2, 4, 8, 64, 512))
        match rng.randrange(9):
            case 0:
                del out[at:]
            case 1:
                out[at] ^= 1 << rng.randrange(8)
            case 2:
                out[at : at + size] = bytes(rng.randrange(256) for _ in range(size))
            case 3:  # a number that lies
                number = rng.choice((0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**32 - 1))
                width = rng.choice((1, 2, 4))
                order = rng.choice(("big", "little"))
                out[at : at + width] = (number % 256**width).to_bytes(width, order)
            case 4:
                del out[at : at + size]
            case 5:
                out[at:at] = out[at : at + size] * rng.choice((1, 2, 30))
            case 6:
                out[at : at + size] = bytes([rng.choice((0, 255))]) * size
            case 7:
                there = rng.randrange(len(out))
                here, other = out[at : at + size], out[there : there + size]
                out[at : at + size], out[there : there + size] = other, here
            case _:
                for _ in range(rng.choice((8, 64))):
                    out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def warped(value: Any, rng: random.Random) -> Any:
    """Return plain data (lists, dicts, numbers, text) with one of its parts made wrong."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(sorted(value, key=str))
        match rng.randrange(8):
            case 0:
                return {k: v for k, v in value.items() if k != key}
            case 1:
                return {**value, rng.choice(JUNK_TEXT): rng.choice(JUNK_VALUES)}
            case _:
                return {**value, key: warped(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        match rng.randrange(5):
            case 0:
                return value[:at] + value[at + 1 :]
            case 1:
                return value * rng.choice((2, 40))
            case _:
                return [*value[:at], warped(value[at], rng), *value[at + 1 :]]
    if isinstance(value, str) and value and rng.random() < 0.4:
        text = list(value)
        text[rng.randrange(len(text))] = rng.choice(("", "\0", "A", "é", "=", "/", "\n"))
        return "".join(text)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and rng.random() < 0.3:
        return rng.choice((-value, value * 1e9, value + 0.5, str(value), [value]))
    return rng.choice((*JUNK_VALUES, *JUNK_TEXT))
