"""Interrupts a training at its first checkpoint, then runs the command it prints.

usage: interrupt_and_continue.py MODEL OUT. With a checkpoint at every step the training
takes far longer than the signal needs.
"""
import os
import signal
import subprocess
import sys
import time

model, out = sys.argv[1:]
command = [model, "train", "--out", out, "--data", "waits=waits.csv", "--steps", "3000", "--batch", "16"]
process = subprocess.Popen(command + ["--checkpoint-every", "0"], stderr=subprocess.PIPE, text=True)
while not os.path.exists(out + ".checkpoint") and process.poll() is None:
    time.sleep(0.001)
process.send_signal(signal.SIGINT)
errors = process.communicate()[1]
print(errors[-500:])
if process.returncode != 128 + signal.SIGINT or os.path.exists(out):
    sys.exit("exit %d, not interrupted" % process.returncode)
again = errors.split("continue with: ")[1].strip()
sys.exit(subprocess.run(again, shell=True).returncode)
