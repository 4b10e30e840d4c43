"""Writes a run directory as docs/formats.md describes it, with procedural numbers, for the tests of
the report. `make_fixture.py DIR [--hostile]`.

The numbers follow the per-layer gains of a deep network in shape only; nothing here is a
measurement. Half of one scheme's seeds diverge (NULL values, curves that stop), so that medians and
bands meet missing data. --hostile names things so that a careless page would run them.
"""
import json
import math
import os
import random
import sqlite3
import struct
import sys

LAYERS, STEPS, SEEDS, WIDTH, CLASSES = 13, 800, 5, 100, 3
PROBES = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 800]
CURVE = list(range(0, STEPS + 1, 20))
#        scheme: (gain per layer forward with relu, with tanh, backward relu, tanh, weight deviation)
SCHEMES = {
    "zeros": (0, 0, 0, 0, 0),
    "normal(std=0.01)": (0.07, 0.1, 0.07, 0.1, 0.01),
    "uniform(r=1)": (4.1, 1.0, 4.1, 2.2, 0.577),
    "torch_default": (0.41, 0.57, 0.41, 0.57, 0.0577),
    "xavier_uniform": (0.71, 0.86, 0.71, 0.9, 0.1),
    "he_normal": (1.0, 0.95, 1.0, 1.1, 0.1414),
}
HOSTILE = [
    "</script><img src=x onerror=\"window.pwned=1\">",
    "<!-- \"quotes\" & 'apostrophes' --> \u2028 \u2029 \U0001f305 in\u0131cializa\u00e7\u00e3o @alvor:data@",
]


def schema():
    here = os.path.dirname(os.path.abspath(__file__))
    text = open(os.path.join(here, "../../docs/formats.md"), encoding="utf-8").read()
    return text.split("```sql\n")[1].split("```")[0]


def outcome_of(gain, depth=LAYERS):
    """What a network of that drift over its depth is made to do."""
    drift = gain**depth
    if gain == 0 or drift < 1e-4:
        return "stuck"
    return "diverged" if drift > 1e4 else "trained"


def loss_at(step, outcome, gain, noise):
    chance = math.log(CLASSES)
    if outcome == "stuck":
        return chance + 0.001 * noise
    speed = 0.02 * min(1, gain**6) * (1 + 0.2 * noise)
    return chance * (0.01 + 0.99 * math.exp(-speed * step)) * (1 + 0.03 * noise)


def counts(shape, rng, total=20000):
    """64 bins of a law: 'uniform', 'normal', 'point' or 'relu'."""
    if shape == "point":
        return [0] * 32 + [total] + [0] * 31
    weight = [1.0 if shape == "uniform" else math.exp(-0.5 * ((i - 31.5) / 9) ** 2)
              for i in range(64)]
    if shape == "relu":
        weight = [20.0] + [math.exp(-i / 12) for i in range(1, 64)]
    whole = sum(weight)
    return [max(0, round(total * w / whole + rng.gauss(0, 3))) if w / whole > 1e-4 else 0
            for w in weight]


def write_trial(db, trial, purpose, scheme, activation, seed, gains, rng, full, outcome=None):
    forward, backward, deviation = gains
    outcome = outcome or outcome_of(forward)
    verdict = {"trained": "healthy", "diverged": "diverged"}.get(
        outcome, "symmetric" if deviation == 0 else "vanishing")
    stop = 90 if outcome == "diverged" else STEPS
    noise = rng.gauss(0, 1)
    final = None if outcome == "diverged" else loss_at(STEPS, outcome, forward, noise)
    accuracy = None if final is None else min(0.99, max(0.33, 1 - final / 1.6))
    db.execute(
        f"INSERT INTO trial VALUES ({','.join('?' * 29)})",
        (trial, f"key{trial}", purpose, scheme, activation, activation, "sgd", 0.01, "constant",
         "none", seed, stop,
         math.log(CLASSES) * (1 + 0.02 * abs(noise)), final, final and final * 1.1, accuracy, None,
         forward or None, backward or None, forward**LAYERS or None, backward**LAYERS or None,
         "trains" if outcome == "trained" else verdict, outcome, verdict,
         stop if outcome == "diverged" else None, 0.21 + 0.01 * noise,
         "the loss was not finite" if outcome == "diverged" else None, 0.01, 0.01))
    if not full:
        return
    for step in CURVE:
        if step > stop:
            break
        lost = outcome == "diverged" and step >= 60
        loss = None if lost else loss_at(step, outcome, forward, noise)
        db.execute("INSERT INTO curve VALUES (?,?,?,?,?)",
                   (trial, step, loss, loss and loss * 1.1,
                    None if lost else min(0.99, max(0.33, 1 - loss / 1.6))))
    for step in [s for s in PROBES if s <= stop]:
        write_layers(db, trial, step, activation, forward, backward, deviation, rng)
    write_findings(db, trial, verdict, forward)


def write_layers(db, trial, step, activation, forward, backward, deviation, rng):
    relax = 1 if step == 0 else 1 / (1 + step / 300)
    for layer in range(LAYERS):
        z = (forward**relax) ** (layer + 1) * (1 + 0.03 * rng.gauss(0, 1)) if forward else 0.0
        delta = 0.01 * (backward**relax) ** (LAYERS - 1 - layer) if backward else 0.0
        last = layer == LAYERS - 1
        saturated = None if last else min(0.95, 0.05 * z if activation == "tanh" else 0.5)
        dead = None if last or activation == "tanh" else (1.0 if not forward else 0.02 * layer)
        db.execute(
            "INSERT INTO layer VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (trial, step, layer, 0.0, z, 0.3 * z, 0.6 * z, saturated, dead, forward,
             None if layer == 0 else backward, delta, delta * 0.8, deviation,
             None if step == 0 else (1e-3 * delta / 0.01 if deviation else 0.0),
             1.0 if deviation == 0 else 0.0, 1.0 if deviation == 0 else 0.0))


def write_histograms(db, trial, activation, forward, deviation, scheme, rng):
    law = "point" if deviation == 0 else "uniform" if "uniform" in scheme or scheme == \
        "torch_default" else "normal"
    for step in (0, STEPS):
        for layer in range(LAYERS):
            reach = {"point": 0.5, "uniform": math.sqrt(3) * deviation}.get(law, 4.5 * 64 / 81 *
                                                                           deviation)
            z = forward ** (layer + 1) if forward else 1
            for kind, shape, lo, hi in (
                    ("weight", law, -reach, reach), ("pre", "normal", -4 * z, 4 * z),
                    ("act", "relu" if activation == "relu" else "normal",
                     0 if activation == "relu" else -1, 4 * z if activation == "relu" else 1),
                    ("delta", "normal", -0.01, 0.01)):
                db.execute("INSERT INTO histogram VALUES (?,?,?,?,?,?,?,?)",
                           (trial, step, layer, kind, lo, hi,
                            struct.pack("<64I", *counts(shape, rng)), 0))


def write_findings(db, trial, verdict, forward):
    if verdict in ("healthy", "diverged"):
        if verdict == "diverged":
            db.execute("INSERT INTO finding VALUES (?,0,'diverged','critical',0,12,'nonfinite',90,0)",
                       (trial,))
        elif forward**LAYERS < 0.05:
            db.execute("INSERT INTO finding VALUES (?,0,'vanishing','warning',-1,-1,"
                       "'forward_drift',?,0.05)", (trial, forward**LAYERS))
        return
    quantity, threshold = ("locked", 0.05) if verdict == "symmetric" else ("forward_drift", 1e-4)
    measured = 1.0 if verdict == "symmetric" else forward**LAYERS
    db.execute("INSERT INTO finding VALUES (?,0,?,'critical',0,?,?,?,?)",
               (trial, verdict, LAYERS - 1, quantity, measured, threshold))


def write_runs(db, rng, hostile):
    trial = 0
    for index, (scheme, g) in enumerate(SCHEMES.items()):
        for a, activation in enumerate(("relu", "tanh")):
            name = HOSTILE[0] if hostile and index == 3 else scheme
            for seed in range(42, 42 + SEEDS):
                trial += 1
                half = scheme == "uniform(r=1)" and activation == "tanh"
                write_trial(db, trial, "compare", name, activation, seed, (g[a], g[2 + a], g[4]),
                            rng, True, "diverged" if half and seed > 43 else None)
                if seed == 42:
                    write_histograms(db, trial, activation, g[a], g[4], scheme, rng)
    for activation in ("relu", "tanh"):
        for power in range(8):
            sigma = round(0.01 * 2 ** power, 4)
            for seed in range(42, 45):
                trial += 1
                gain = sigma / (0.1414 if activation == "relu" else 0.11)
                write_trial(db, trial, "scale", f"normal(std={sigma})", activation, seed,
                            (gain, gain, sigma), rng, False)
    for scheme, gain in (("uniform(r=0.141421)", 0.58), ("uniform(r=0.1)", 0.41)):
        for seed in range(42, 42 + SEEDS):
            trial += 1
            write_trial(db, trial, "mistake", scheme, "relu", seed, (gain, gain, 0.1), rng, False)
    write_rates(db, trial)


def write_rates(db, trial):
    """Two schemes at nine rates: one with a valley that diverges beyond it, one that never trains."""
    for scheme, best in (("he_normal", 4), ("zeros", None)):
        for seed in (90, 91):
            for i in range(9):
                trial += 1
                loss = math.log(CLASSES) if best is None else 0.02 * 4 ** abs(i - best)
                lost = best is not None and i > 6
                db.execute(
                    f"INSERT INTO trial VALUES ({','.join('?' * 29)})",
                    (trial, f"key{trial}", "tune", scheme, "relu, lr auto", "relu", "sgd",
                     0.001 * 10 ** (i / 2), "constant", "none", seed, STEPS, 1.1, loss, None, None,
                     None if lost else loss, 1, 1, 1, 1, "trains", "trained", "healthy",
                     50 if lost else None, 0.2, None, 0.01, 0.01))


def main():
    directory, hostile = sys.argv[1], "--hostile" in sys.argv
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, "run.db")
    if os.path.exists(path):
        os.remove(path)
    rng = random.Random(7)
    spec = {"schema": "alvor.spec/1", "data": {"name": HOSTILE[1] if hostile else "spirals", "digest": "00ff", "train": 3000,
                     "test": 1200, "inputs": 2, "classes": 3, "chance_loss": math.log(CLASSES)},
            "model": f"mlp 2-{WIDTH}x{LAYERS - 1}-{CLASSES}", "activations": ["relu", "tanh"],
            "schemes": list(SCHEMES), "bias": None, "loss": "cross_entropy", "batch": 128,
            "recipes": [{"optimizer": "sgd", "lr": 0.01, "momentum": 0, "weight_decay": 0,
                         "schedule": "constant", "regularizer": "none"}], "target": math.log(CLASSES) / 2,
            "steps": STEPS, "seeds": SEEDS, "seed": 42, "backend": "onednn"}
    env = {"command": "alvor compare --data " + spec["data"]["name"], "version": "0.1.0",
           "compiler": "cc", "cpu": "a processor", "threads": 2, "date": "2026-01-01T00:00:00Z"}
    for name, value in (("spec.json", spec), ("env.json", env)):
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=not hostile, indent=1)
    db = sqlite3.connect(path)
    db.executescript(schema())
    db.execute("PRAGMA user_version = 2")
    db.executemany("INSERT INTO meta VALUES (?,?)",
                   [("spec", json.dumps(spec)), ("digest", "0123456789abcdef"),
                    ("engine", "0.1.0"), ("input_mean_square", "1.25"),
                    ("input_variance", "1")])
    write_runs(db, rng, hostile)
    db.commit()
    db.close()


main()
