"""Samples a second of training, ours beside the peers', in turns, and their ratios.

    go build -o acl . && python3 bench/ratios.py --acl ./acl --data DIR [--rows mlp8 lenet28 ..] [--peers cap ..] [--reps 3] [--steps 6] [--epochs 100] [--threads 2] [--aihwkit]

Ours is a program run by `acl run`: an epoch's time is that of its steps, control unit, ledger and reading of the data at work, and not of the
evaluation of a batch that ends it; the rate is that of the median epoch after the first. A checkpoint is written at the end alone, as epochs
of so few steps would be half checkpoints. A peer's rate is that of its median step alone (bench/peers.py).
The rates a processor second are for a machine with other load: ours of the whole process, a peer's of its median step.
DIR holds cifar10.zip and mnist10k. Prints the medians of the repetitions as a Markdown table.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = """acl 1;
use std.nn;
use std.data;
use nets;
train nets.{net} on nets.{chip} {{
  data: data.{data}limit = {rows}); test {{ data: data.{data}limit = {batch}); }}
  loss: nn.cross_entropy(y, label);
  optimizer: nn.sgd(rate = {rate});
  batch: {batch}; epochs: {epochs}; checkpoint {{ every: {epochs}; }}
}}
schedule nets.{net} on nets.{chip} {{ {schedule} }}
"""
PULSED = "update: pulsed; convert: hop; scaling: absmax;"
# case: net, data, rows of an epoch, batch, epochs
OURS = {
    "mlp8": ("Mlp8", "digits(", 1408, 64, 100), "lenet28": ("LeNet", "mnist10k(", 2560, 64, 8),
    "rn18std32": ("ResNet18", "cifar10(", 512, 64, 12), "rn18cifar32": ("Stem", "cifar10(", 256, 64, 6),
    "rn18std256": ("Wide", "cifar10(resize = 256x256, ", 32, 8, 6),
}
# case, our chip, peer, the ratio to reach
ROWS = [
    ("rn18cifar32", "Off", "torch", 1.3), ("rn18cifar32", "Noisy", "torch-noise", 1.8), ("rn18cifar32", "Noisy", "torch", 1.15),
    ("rn18cifar32", "Noisy", "hwa-noise", 12), ("rn18cifar32", "Noisy", "lightning", 9), ("rn18std32", "Full", "torch", 0.7), ("rn18std32", "Off", "torch", 1.3),
    ("rn18std32", "Noisy", "torch-noise", 2), ("rn18std256", "Off", "torch", 1.3), ("lenet28", "Off", "torch", 2),
    ("lenet28", "Noisy", "torch-noise", 5), ("mlp8", "Off", "torch", 5), ("lenet28", "Pulsed", "cap", 10), ("rn18std32", "Pulsed", "cap", 5),
]
AIHWKIT = ("hwa-noise", "lightning", "cap")


def ours(a, case, chip):
    """Rates and peak memory of one run of ours, GiB."""
    net, data, rows, batch, epochs = OURS[case]
    epochs = min(epochs, a.epochs)
    text = PROGRAM.format(net=net, chip=chip, data=data, rows=rows, batch=batch, epochs=epochs,
                          rate="0.01" if chip == "Pulsed" else "0.01, momentum = 0.9", schedule=PULSED if chip == "Pulsed" else "")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "run.acl"), "w") as f:
            f.write(text)
        with open(os.path.join(HERE, "ratios", "nets.acl")) as f, open(os.path.join(folder, "nets.acl"), "w") as g:
            g.write(f.read())
        command = [a.acl, "run", os.path.join(folder, "run.acl"), "--json", "--out", os.path.join(folder, "out"), "--data", a.data]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "GOMAXPROCS": str(a.threads)})
        events = [json.loads(line) for line in child.stdout]
        _, status, used = os.wait4(child.pid, 0)
        if status:
            sys.exit(f"{case} on {chip}: {events[-1:]}")
    seconds = [e["train_seconds"] for e in events if e["event"] == "epoch"][1:]
    return rows / statistics.median(seconds), used.ru_maxrss / 2**20, rows * epochs / (used.ru_utime + used.ru_stime)


def peer(a, case, sim):
    said = subprocess.run([sys.executable, os.path.join(HERE, "peers.py"), case, sim, str(a.steps), str(a.threads)], check=True, capture_output=True, text=True).stdout
    out = json.loads(said.splitlines()[-1])  # the libraries may print, too
    return out["rate"], out["gib"], out["rate_cpu"]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--acl", default="./acl")
    p.add_argument("--data", required=True)
    p.add_argument("--rows", nargs="+", default=list(OURS))
    p.add_argument("--peers", nargs="+", default=["torch", "torch-noise", *AIHWKIT])
    p.add_argument("--reps", type=int, default=3)
    p.add_argument("--steps", type=int, default=6, help="least steps of a peer, the first two not counted")
    p.add_argument("--epochs", type=int, default=100, help="most epochs of ours, the first not counted")
    p.add_argument("--threads", type=int, default=2, help="of each side")
    p.add_argument("--aihwkit", action="store_true", help="also the rows against aihwkit, some of minutes each")
    a = p.parse_args()
    rows = [r for r in ROWS if r[0] in a.rows and r[2] in a.peers and (a.aihwkit or r[2] not in AIHWKIT)]
    seen = {}
    for _ in range(a.reps):
        for key in dict.fromkeys((c, w) for c, chip, sim, _ in rows for w in (sim, chip)):
            case, who = key
            for one in (who, "torch-cl") if who == "torch" and case.startswith("rn18") else (who,):
                got = ours(a, case, one) if one[0].isupper() else peer(a, case, one)
                seen.setdefault((case, one), []).append(got)
                print(case, one, *(f"{v:.2f}" for v in got), file=sys.stderr, flush=True)
    rate = {k: statistics.median(v[0] for v in got) for k, got in seen.items()}
    peak = {k: max(v[1] for v in got) for k, got in seen.items()}
    cpu = {k: statistics.median(v[2] for v in got) for k, got in seen.items()}
    print("| case | ours | samples/s | GiB | peer | samples/s | GiB | ratio | a processor second | ratio | to reach |\n" + "| --- " * 11 + "|")
    for case, chip, sim, want in rows:
        other = max(((case, s) for s in ((sim, "torch-cl") if sim == "torch" else (sim,)) if (case, s) in rate), key=rate.get)
        mine = (case, chip)
        print(f"| {case} | {chip} | {rate[mine]:,.1f} | {peak[mine]:.2f} | {other[1]} | {rate[other]:,.1f} | {peak[other]:.2f} | "
              f"{rate[mine] / rate[other]:.2f} | {cpu[mine]:,.1f}, {cpu[other]:,.1f} | {cpu[mine] / cpu[other]:.2f} | {want} |")


main()
