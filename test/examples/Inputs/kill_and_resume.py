"""Trains with kill -9 (and once SIGINT) after ever longer times, resuming."""
import os
import signal
import subprocess
import sys
import time

model, data, out = sys.argv[1:]
base = [model, "train", "--data", "quakes=" + data, "--out", out]
kills = resumed = 0
for attempt in range(200):
    resume = ["--resume"] if os.path.exists(out + ".checkpoint") else ["--fresh"]
    resumed += resume == ["--resume"]
    process = subprocess.Popen(base + resume, stderr=subprocess.DEVNULL)
    time.sleep(0.05 + 0.05 * attempt)
    if process.poll() is not None:
        break
    process.send_signal(signal.SIGINT if attempt == 3 else signal.SIGKILL)
    process.wait()
    kills += 1
print("killed", kills, "times, resumed", resumed)
sys.exit(0 if kills > 0 and resumed > 0 and process.returncode == 0 else 1)
