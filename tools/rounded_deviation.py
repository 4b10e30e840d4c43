#!/usr/bin/env python3
"""What rounding to a 16- or 8-bit type does to the deviation of a draw: the tables of docs/types.md.

Exact for an ideal draw, to double precision: the sum over all values of the type of the probability
of the interval that rounds to each, from the distribution function. Values outside the bounds go to
the nearest inside. Nothing is sampled, and no code of the library is used.

    rounded_deviation.py                    prints the tables
    rounded_deviation.py --check DOCUMENT   fails unless the document has them
"""
import math
import sys

TYPES = {  # stored bits of mantissa, bias of the exponent, largest value
    "f16": (10, 15, 65504.0), "bf16": (7, 127, float.fromhex("0x1.fep127")),
    "f8_e4m3fn": (3, 7, 448.0), "f8_e5m2": (2, 15, 57344.0),
}
STDS = (1.0, 0.1, 0.02, 0.01, 0.001, 0.0001)


def magnitudes(mantissa, bias, largest):
    """All values from 0 up to the largest."""
    code = 0
    while True:
        exponent, fraction = code >> mantissa, code & ((1 << mantissa) - 1)
        if exponent:
            value = math.ldexp(1 + fraction / 2**mantissa, exponent - bias)
        else:
            value = math.ldexp(fraction, 1 - bias - mantissa)
        if value > largest:
            return
        yield value
        code += 1


def normal_above(t):
    return 0.5 * math.erfc(t * math.sqrt(0.5))


def rounded(values, above, bound):
    """Deviation of a symmetric draw after rounding, and the probability of zero. above(x) is the
    probability of a draw beyond x > 0."""
    inside = [v for v in values if v <= bound]
    second, beyond = 0.0, 0.5
    zero = 1.0
    for i, value in enumerate(inside):
        last = i + 1 == len(inside)
        next_beyond = 0.0 if last else above((value + inside[i + 1]) / 2)
        if i == 0:
            zero = 1 - 2 * next_beyond
        second += 2 * (beyond - next_beyond) * value * value
        beyond = next_beyond
    return math.sqrt(second), zero


def percent(x, sign=""):
    return format(100 * x, sign + (".0f" if abs(x) >= 0.1 else ".2g")) + " %"


def cell(values, family, std):
    if family == "normal":
        after, zero = rounded(values, lambda x: normal_above(x / std), math.inf)
    else:
        r = std * math.sqrt(3)
        after, zero = rounded(values, lambda x: max(0.0, (1 - x / r) / 2), r)
    zeros = " (zeros: %s)" % percent(zero) if zero > 0.001 else ""
    return percent(after / std - 1, "+") + zeros


def table(family):
    lines = ["| %s, std | %s |" % (family, " | ".join(TYPES)), "| ---: |" + " ---: |" * len(TYPES)]
    values = [list(magnitudes(*row)) for row in TYPES.values()]
    for std in STDS:
        lines.append("| %g | %s |" % (std, " | ".join(cell(v, family, std) for v in values)))
    return "\n".join(lines) + "\n"


def main():
    tables = [table(family) for family in ("normal", "uniform")]
    if sys.argv[1:2] != ["--check"]:
        print("\n".join(tables), end="")
        return 0
    text = open(sys.argv[2], encoding="utf-8").read()
    stale = [t for t in tables if t not in text]
    for t in stale:
        print("%s should say:\n%s" % (sys.argv[2], t))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
