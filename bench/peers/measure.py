"""What the peers of the bench share: arguments, timing, and the lines that rill-bench reads."""
import json
import os
import sys
import time

BATCHES = [256, 1024, 4096, 16384]
LONGEST = 5.0  # seconds of one run


def best_time(run, budget=1.5):
    """Seconds of the fastest run: one warm-up, then repeats within the budget."""
    run()
    best, start = float("inf"), time.perf_counter()
    while time.perf_counter() - start < budget:
        t = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - t)
    return best


def best_batch(step, data, batches):
    """(rows per second, rows) of the best batch. One that would take seconds is left out: the rate has levelled off by then."""
    best, rate = (0.0, 0), float("inf")
    for n in batches:
        if n / rate > LONGEST:
            break
        x = data(n)
        rate = n / best_time(lambda: step(x))
        best = max(best, (rate, n))
    return best


def measure(make):
    """Runs `PEER THREADS WORKLOAD...` from the command line. `make(name, peer, threads)` gives (step, data, label): one call on
    a batch, the batch of n rows, the peer's name and version; or a list of such, or None for a workload of other peers."""
    peer, threads, workloads = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))
    os.environ["OMP_NUM_THREADS"] = str(threads)
    for name in workloads:
        made = make(name, peer, threads)
        for step, data, label in [made] if isinstance(made, tuple) else made or []:
            rate, n = best_batch(step, data, [1] if name.endswith("-single") else BATCHES)
            print(json.dumps({"workload": name, "threads": threads, "peer": label, "per_second": rate, "batch": n}), flush=True)
