"""Random streams: addressed by key, independent of each other, the same in every version."""

import numpy as np
import pytest

from theory import InputError, stream
from theory.streams import fresh_seed


def draw(*address):
    return stream(*address).standard_normal(4)


def test_the_same_key_gives_the_same_bits():
    np.testing.assert_array_equal(draw(7, "noise", 3), draw(7, "noise", 3))


def test_the_bits_are_pinned():
    words = stream(20190813, "noise", 3).bit_generator.random_raw(3)
    assert words.tolist() == [18164358402807575271, 3000786766521431893, 8189584868717196734]


def test_streams_do_not_depend_on_order_or_on_their_siblings():
    first = stream(1, "a")
    first.standard_normal(1000)
    expected = draw(1, "b")
    stream(1, "c", 5).standard_normal(10)
    np.testing.assert_array_equal(draw(1, "b"), expected)


@pytest.mark.parametrize(
    "other",
    [(1, "noise", 3), (0, "noise", 4), (0, "means", 3), (0, "noise"), (0, 3, "noise"), (0,)],
)
def test_different_keys_differ(other):
    assert not np.any(draw(0, "noise", 3) == draw(*other))


def test_siblings_are_uncorrelated():
    draws = np.array([stream(0, "cell", i).standard_normal(400) for i in range(100)])
    off = np.asarray(np.corrcoef(draws))[np.triu_indices(100, 1)]
    assert abs(off.mean()) < 4 / np.sqrt(400 * off.size)
    assert abs(np.sqrt(400) * off.std() - 1) < 4 / np.sqrt(2 * off.size)


def test_large_seeds_and_indices_are_used_in_full():
    assert not np.any(draw(2**62) == draw(2**62 + 2**40))
    assert not np.any(draw(0, 2**32 - 1) == draw(0, 2**31 - 1))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ((-1,), "seed must be at least 0, got -1"),
        ((2**63,), "seed must be at most 9223372036854775807, got 9223372036854775808"),
        ((1.5,), "seed must be an integer, got 1.5"),
        ((0, -2), "key must be at least 0, got -2"),
        ((0, 2**32), r"key must be below 2\*\*32, got 4294967296"),
    ],
)
def test_bad_addresses_are_named(address, message):
    with pytest.raises(InputError, match=message):
        stream(*address)


def test_fresh_seeds_are_valid_and_distinct():
    seeds = [fresh_seed() for _ in range(10)]
    assert len(set(seeds)) == 10
    assert all(0 <= seed < 2**63 for seed in seeds)
