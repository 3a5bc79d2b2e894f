"""Kernels beside PyTorch and OpenBLAS: matrix products, normal numbers and the convolutions of ResNet-18.

Builds the benchmarks of package kernel and runs them in turns with the peers', ROUNDS times; prints the medians and how many times as
fast ours are. Convolutions by two threads, PyTorch in the better of its two layouts; the rest by one. Run it from the project's root.
"""
import os

os.environ.update(OPENBLAS_NUM_THREADS="1", GOMAXPROCS="2")

import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch

ROUNDS = 3
LAYER = re.compile(r"(\d+)x(\d+)x\d+x(\d+)-(\d+)k(\d+)s(\d+)")


def timed(work, times=5):
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def ours(binary, pattern, turns):
    """Seconds a turn of each benchmark."""
    text = subprocess.run(
        [binary, "-test.run", "^$", "-test.bench", pattern, "-test.benchtime", f"{turns}x"], check=True, capture_output=True, text=True
    ).stdout
    return {m[1]: float(m[2]) * 1e-9 for m in re.finditer(r"^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(\S+) ns/op", text, re.M)}


def convolution(layer):
    """Seconds of the three passes of a layer in PyTorch."""
    n, side, cin, cout, taps, stride = map(int, LAYER.fullmatch(layer).groups())
    best = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        x = torch.rand(n, cin, side, side).to(memory_format=layout)
        w = torch.rand(cout, cin, taps, taps).to(memory_format=layout)
        y = torch.conv2d(x, w, stride=stride, padding=taps // 2)
        d = torch.rand_like(y)

        def grad(data, weights):
            geometry = [stride] * 2, [taps // 2] * 2, [1, 1]
            return torch.ops.aten.convolution_backward(d, x, w, None, *geometry, False, [0, 0], 1, [data, weights, False])

        for name, work in {
            "forward": lambda: torch.conv2d(x, w, stride=stride, padding=taps // 2),
            "data": lambda: grad(True, False),
            "weights": lambda: grad(False, True),
        }.items():
            best[name] = min(best.get(name, 1e9), timed(work))
    return best


def single():
    """Seconds of what one thread does."""
    torch.set_num_threads(1)
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    out, z = torch.empty(1024, 1024), torch.empty(1 << 20)
    left, right = a.numpy(), b.numpy()
    taken = {
        "sgemm 1024, PyTorch": timed(lambda: torch.mm(a, b, out=out), 15),
        "sgemm 1024, OpenBLAS": timed(lambda: numpy.matmul(left, right), 15),
        "normals": timed(z.normal_, 15) / (1 << 20),
    }
    torch.set_num_threads(2)
    return taken


def gather(binary, rounds):
    seen = {}
    for _ in range(rounds):
        now = ours(binary, "^BenchmarkMatMul$/^forward$/^1024x", 15) | ours(binary, "^BenchmarkNormal$", 3000)
        now |= ours(binary, "^BenchmarkLayers$", 5)
        now |= single()
        for layer in dict.fromkeys(m[0] for key in now if (m := LAYER.search(key))):
            now |= {f"{layer}/{name}": taken for name, taken in convolution(layer).items()}
        for key, taken in now.items():
            seen.setdefault(key, []).append(taken)
    return {key: statistics.median(taken) for key, taken in seen.items()}


def report(t):
    flop = 2 * 1024**3
    mine, normal = t["MatMul/forward/1024x1024x1024"], t["Normal"] / 4096
    print("| one thread | ours | peer | times as fast |\n| --- | --- | --- | --- |")
    for peer in ("OpenBLAS", "PyTorch"):
        theirs = t[f"sgemm 1024, {peer}"]
        print(f"| sgemm 1024, GFLOP/s, {peer} | {flop / mine / 1e9:.0f} | {flop / theirs / 1e9:.0f} | {theirs / mine:.2f} |")
    print(f"| normal number, ns, PyTorch | {normal * 1e9:.2f} | {t['normals'] * 1e9:.2f} | {t['normals'] / normal:.1f} |\n")
    print("| layer | pass | direct, ms | Winograd, ms | PyTorch, ms | times as fast | two workers against one |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for key in t:
        if not (m := LAYER.match(key)):
            continue
        direct, fast = ([t.get(f"Layers/{key}/winograd={way}/workers={n}") for n in (2, 1)] for way in ("false", "true"))
        best = fast if fast[0] else direct
        shown = f"{fast[0] * 1e3:.1f}" if fast[0] else ""
        print(
            f"| {m[0]} | {key.split('/')[1]} | {direct[0] * 1e3:.1f} | {shown} | {t[key] * 1e3:.1f} "
            f"| {t[key] / best[0]:.2f} | {best[1] / best[0]:.2f} |"
        )


with tempfile.TemporaryDirectory() as folder:
    built = os.path.join(folder, "kernel.test")
    subprocess.run(["go", "test", "-c", "-o", built, "./fabric/kernel"], check=True)
    report(gather(built, int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
