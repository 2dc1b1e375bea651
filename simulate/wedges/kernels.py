"""Loops of the toy landscape; each has its NumPy twin in the tests."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def rank_value(values, rank):
    """The value of this rank, 0 for the least, of values (n,), which are rearranged (quickselect).

    All before that place are then at most as large, all behind it at least.
    """
    low, high = 0, values.shape[0] - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return values[rank]


@njit(cache=True, nogil=True)
def select_off(P, squares, off):
    """Write the places of the smallest P² to off (c,), ascending; their sum is the squared loss.

    P (D,), squares (D,) scratch; of equal squares at the limit the first places are taken.
    """
    D, c = P.shape[0], off.shape[0]
    for i in range(D):
        squares[i] = P[i] * P[i]
    limit = rank_value(squares, c - 1)
    equal = c
    for i in range(D):
        if P[i] * P[i] < limit:
            equal -= 1
    total, at = 0.0, 0
    for i in range(D):
        square = P[i] * P[i]
        if square < limit or (square == limit and equal > 0):
            if square == limit:
                equal -= 1
            off[at] = i
            at += 1
            total += square
    return total


@njit(cache=True, nogil=True)
def descend(P, noise, rate, squares, off, losses):
    """Noisy gradient descent on half the squared loss, one step for each row of noise, in place.

    P (D,), noise (b, D) what is added to the gradient, squares (D,) scratch, off (c,) scratch;
    losses (b,) becomes the squared loss before each step.
    """
    for step in range(noise.shape[0]):
        losses[step] = select_off(P, squares, off)
        for i in range(P.shape[0]):
            P[i] -= rate * noise[step, i]
        for k in range(off.shape[0]):
            i = off[k]
            P[i] -= rate * (P[i] + rate * noise[step, i])
