"""What is told of many networks beside what is seen: printed by kind, and judged as a whole.

A row is [log of seen over predicted, of the signal and of the gradient; whether each lies inside its interval].
"""
import math
import sys

import numpy as np


def gather(rows, layers):
    """Adds what the doctor's document tells of each layer to the rows by weight."""
    for l in layers:
        m = l["measured"]
        rows.setdefault(l["weight"], []).append(
            [math.log(m[k] / l[k]["mid"]) for k in ("signal", "gradient")] + [m["signal_inside"], m["gradient_inside"]])


def tell(kind, rows):
    """Prints one kind of networks, of rows by weight; its shares inside and, by weight, the mean logs."""
    inside = [np.mean([r[k] for rs in rows.values() for r in rs]) for k in (2, 3)]
    print(f"{kind}: inside {inside[0]:.2f} of the signals, {inside[1]:.2f} of the gradients")
    logs = {}
    for name, rs in rows.items():
        signal, gradient, s, g = np.mean(rs, 0)
        logs[name] = signal, gradient
        print(f"    {name:8} signal {signal:+.2f} gradient {gradient:+.2f} inside {s:.2f} {g:.2f}  "
              f"deviation {np.std(rs, 0)[0]:.2f} {np.std(rs, 0)[1]:.2f}")
    return inside, logs


def conclude(every, failed):
    """All rows together; ends the program where they or a kind failed."""
    inside = np.mean(every, 0)[2:]
    print(f"inside {inside[0]:.3f} of all {len(every)} signals, {inside[1]:.3f} of all gradients")
    if min(inside) < 0.9:
        failed.append("coverage")
    if failed:
        sys.exit("; ".join(failed))
