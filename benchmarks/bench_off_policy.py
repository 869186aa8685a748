"""How often the 95 % intervals of off-policy estimates hold the truth, on a world whose truth is known.

    python benchmarks/bench_off_policy.py [--logs 4000] [--people 1500]

Prints for each estimate the share of logs whose interval holds the truth, its bias, and its mean width against IPS.
"""

import argparse
import time

import numpy as np


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=int, default=4_000)
    parser.add_argument("--people", type=int, default=1_500)
    args = parser.parse_args()
    from acuerdo.strategy.engine.learning.off_policy import evaluate_policy
    from acuerdo.strategy.engine.learning.pretend import make_log, true_value

    truth, started = true_value(), time.process_time()
    found: dict[str, list[tuple[float, float, float]]] = {}
    for seed in range(args.logs):
        for one in evaluate_policy(make_log(seed, args.people)):
            found.setdefault(one.method, []).append((one.value, one.low, one.high))
    widths = {method: np.mean([high - low for _, low, high in rows]) for method, rows in found.items()}
    honest = True
    for method, rows in found.items():
        covered = np.mean([low <= truth <= high for _, low, high in rows])
        bias = np.mean([value - truth for value, _, _ in rows])
        honest &= bool(0.93 <= covered <= 0.97)
        print(f"{method:<6} covers {covered:.4f}  bias {bias:+.5f}  width {widths[method] / widths['ips']:.3f} of ips")
    print(
        f"{args.logs} logs of {args.people} people, truth {truth:.5f}, {time.process_time() - started:.0f} CPU seconds"
    )
    return 0 if honest else 1


if __name__ == "__main__":
    raise SystemExit(main())
