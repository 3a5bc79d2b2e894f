"""One training step of a program beside PyTorch: the same weights and batch, the loss and every gradient compared.

    go build -o acl . && python3 bench/torch_gradients.py --acl ./acl --data DIR programs/resnet18_cifar10.acl

PyTorch draws the start weights and writes them as safetensors; `acl export gradients PROGRAM FILE --weights ..` takes its first
step from them, on the ideal chip; PyTorch takes the same step on the batch that FILE holds. Residual networks with the names of
std.resnet are torchvision's ResNet-18; any other program is the graph that `acl lower --emit ir` prints, computed by PyTorch.
Several draws of the start weights (--seeds): a network of relus is not differentiable everywhere, and an activation within rounding of
zero may be taken for positive by one of two float32 programs; one such among the millions of a batch moves all gradients below it by 1e-4
to 1e-2. PyTorch's own distance to its float64 shows the same. So the median over the draws is what has to agree.
Exits with 1 where the median loss differs by more than 1e-4 of it or the median of the worst gradients by more than 1e-3 (relative 2-norm).
"""
import argparse
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

LOSS, GRADIENT = 1e-4, 1e-3


def read(path):
    """The tensors (float32) and free text of a safetensors file."""
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8:8 + size])
    meta = head.pop("__metadata__", {})
    body = 8 + size
    out = {}
    for name, t in head.items():
        lo, hi = t["data_offsets"]
        data = np.frombuffer(raw[body + lo:body + hi], "<f4").reshape(t["shape"])
        out[name] = torch.from_numpy(data.copy())
    return out, meta


def write(path, tensors):
    """Writes float32 tensors by name."""
    head, body = {}, b""
    for name, t in tensors.items():
        data = t.detach().numpy().astype("<f4").tobytes()
        head[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


class Residual:
    """torchvision's ResNet-18, with the entry that the program's tensors have."""

    NAMES = [(r"^(net\.)+", ""), (r"layer(\d)\.block\[(\d)\]", lambda m: f"layer{m[1]}.{int(m[2]) - 1}"),
             (r"^entry", "conv1"), (r"^norm", "bn1"), (r"\.c(\d)\.", r".conv\1."), (r"\.n(\d)\.", r".bn\1."),
             (r"\.short\.c", ".downsample.0"), (r"\.short\.n", ".downsample.1"), (r"^head", "fc")]

    def __init__(self, shapes):
        from torchvision.models import resnet18
        self.net = resnet18(num_classes=next(s[0] for n, s in shapes.items() if n.endswith("head.weight")))
        entry = next(s for n, s in shapes.items() if n.endswith("entry.weight"))
        if entry[2] == 3:
            self.net.conv1, self.net.maxpool = nn.Conv2d(entry[1], 64, 3, 1, 1, bias=False), nn.Identity()
        own = dict(self.net.named_parameters()) | dict(self.net.named_buffers())
        self.tensors = {n: own[self.rename(n)] for n in shapes}

    def rename(self, name):
        for pattern, text in self.NAMES:
            name = re.sub(pattern, text, name)
        return name

    def outputs(self, batch):
        return {"y": self.net(batch["batch.image"])}

    def double(self):
        self.net.double()


class Graph:
    """A program's graph as `acl lower --emit ir` prints it, without loss and gradients."""

    def __init__(self, text, shapes):
        self.nodes, self.ports, self.out = [], {}, {}
        for line in text.splitlines():
            line = re.sub(r"\{[^}]*\}", "", line)  # directives of arrows
            if m := re.match(r"in (\S+) (%\d+)", line):
                self.ports[m[2]] = m[1]
            elif m := re.match(r"out (\S+) (%\d+)", line):
                self.out[m[1]] = m[2]
            elif m := re.match(r"(%\d+) (\S+) = (input|(?:nn|analog)\.\w+)(?:\(([^)]*)\))?((?: %\d+)*) : \[([^]]*)\](?: params\(([^)]*)\))?", line):
                attrs = dict(re.findall(r"(\w+)=(\[[^]]*\]|[^,]+)", m[4] or ""))
                shape = [int(d) for d in m[6].split(",")] if m[6] else []
                owner = m[7].split()[0].rsplit(".", 1)[0] if m[7] else m[2]
                self.nodes.append((m[1], m[3].removeprefix("nn."), owner, attrs, m[5].split(), shape))
        self.tensors = {n: nn.Parameter(start(n, s)) for n, s in shapes.items()}

    def outputs(self, batch):
        v = {}
        for name, op, owner, attrs, args, shape in self.nodes:
            x = [v[a] for a in args]
            v[name] = batch["batch." + self.ports[name]] if op == "input" else self.compute(op, owner, attrs, x, shape)
        return {port: v[node] for port, node in self.out.items()}

    def double(self):
        self.tensors = {n: nn.Parameter(t.detach().double()) for n, t in self.tensors.items()}

    def compute(self, op, owner, attrs, x, shape):
        w = {k: self.tensors.get(f"{owner}.{k}") for k in ("weight", "bias", "table")}
        size = lambda k: tuple(int(n) for n in attrs[k].split("x"))
        axes = {"channel": 1, "row": 2, "column": 3, "token": 1, "feature": len(shape)}
        match op:
            case "conv":
                return F.conv2d(x[0], w["weight"], w["bias"], size("stride"), size("pad"))
            case "dense":
                return F.linear(x[0], w["weight"], w["bias"])
            case "maxpool":
                return F.max_pool2d(x[0], size("kernel"), size("stride"), size("pad"))
            case "avgpool":
                return F.avg_pool2d(x[0], size("kernel"), size("stride"), size("pad"))
            case "global_avgpool":
                return x[0].mean((2, 3))
            case "batchnorm":
                return F.batch_norm(x[0], None, None, w["weight"], w["bias"], True, eps=float(attrs["eps"]))
            case "layernorm":
                return F.layer_norm(x[0], x[0].shape[-1:], w["weight"], w["bias"], float(attrs["eps"]))
            case "position":
                return x[0] + w["table"]
            case "flatten" | "reshape":
                return x[0].reshape(len(x[0]), *shape)
            case "similarity":
                return float(attrs["scale"]) * x[0] @ x[1].transpose(1, 2)
            case "aggregate":
                return x[0] @ x[1]
            case "softmax":
                return x[0].softmax(-1)
            case "concat":
                return torch.cat(x, axes[attrs["axis"]])
            case "mean":
                return x[0].mean(axes[attrs["axis"]] if x[0].dim() > 2 else 1)
            case "add":
                return sum(x[1:], x[0])
            case "mul":
                return math.prod(x[1:], start=x[0])
            case "sub":
                return x[0] - x[1]
            case "relu" | "tanh":
                return getattr(torch, op)(x[0])
        raise SystemExit(f"torch_gradients.py computes no {op}")


def start(name, shape):
    """A start value: weights uniform by their fan-in, a norm's gain around 1."""
    if name.endswith("running_var"):
        return torch.ones(shape)
    if len(shape) < 2:
        return 0.1 * torch.randn(shape) + (1.0 if name.endswith("weight") else 0.0)
    bound = 1 / math.sqrt(math.prod(shape[1:]))
    return torch.empty(shape).uniform_(-bound, bound)


def loss_of(outputs, batch, a):
    """The mean loss of the batch."""
    y = outputs[a.output]
    if "batch.label" in batch:
        return F.cross_entropy(y, batch["batch.label"].long(), label_smoothing=a.smoothing)
    return F.mse_loss(y.flatten(1), batch["batch.target"])


def gradients(net, batch, a):
    """The loss, and the gradients by name."""
    loss = loss_of(net.outputs(batch), batch, a)
    names = [n for n in net.tensors if f"gradients.{n}" in batch]
    return loss.item(), dict(zip(names, torch.autograd.grad(loss, [net.tensors[n] for n in names])))


def network(a, folder, sets, shapes):
    if any(n.endswith("layer4.block[2].c2.weight") for n in shapes):
        return Residual(shapes)
    lower = [a.acl, "lower", a.program, "--emit=after:fold", *sets]
    return Graph(subprocess.run(lower, check=True, capture_output=True, text=True).stdout, shapes)


def step(a, folder, seed):
    """Takes the step on both sides: the losses, and the gradients of ours, of PyTorch and of PyTorch in float64."""
    torch.manual_seed(seed)
    sets = [f"--set={s}" for s in ["ideal=true", *a.set]]
    export = [a.acl, "export", "gradients", a.program, f"{folder}/step.safetensors", *sets, *[f"--data={d}" for d in a.data]]
    subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
    first = read(f"{folder}/step.safetensors")[0]
    shapes = {n.removeprefix("weights."): list(t.shape) for n, t in first.items() if n.startswith("weights.")}
    net = network(a, folder, sets, shapes)
    write(f"{folder}/start.safetensors", net.tensors)
    subprocess.run([*export, f"--weights={folder}/start.safetensors"], check=True, stdout=subprocess.DEVNULL)
    ours, meta = read(f"{folder}/step.safetensors")
    loss, theirs = gradients(net, ours, a)
    net.double()
    _, exact = gradients(net, {n: t.double() for n, t in ours.items()}, a)
    return float(meta["loss"]), loss, {n: ours[f"gradients.{n}"] for n in theirs}, theirs, exact


def worst(of, against):
    """The largest relative 2-norm of a difference, and its tensor."""
    off = {n: ((of[n].double() - t.double()).norm() / t.double().norm()).item() for n, t in against.items()}
    name = max(off, key=off.get)
    return off[name], name


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("program")
    p.add_argument("--acl", default="./acl", help="the binary")
    p.add_argument("--data", action="append", default=[], help="folders with data sets")
    p.add_argument("--set", action="append", default=[], help="settings over the program's own")
    p.add_argument("--output", default="y", help="the port that the loss compares")
    p.add_argument("--smoothing", type=float, default=0, help="of the program's cross-entropy")
    p.add_argument("--seeds", type=int, default=3, help="how many draws of the start weights")
    a = p.parse_args()
    losses, gradients_off = [], []
    for seed in range(a.seeds):
        with tempfile.TemporaryDirectory() as folder:
            got, want, ours, theirs, exact = step(a, folder, seed)
        off, (most, name) = abs(got - want) / want, worst(ours, theirs)
        losses.append(off)
        gradients_off.append(most)
        print(f"{os.path.basename(a.program)} seed {seed}: loss {got:.6f}, PyTorch {want:.6f}, off by {off:.1e}; {len(ours)} gradients, the "
              f"worst off by {most:.1e} ({name}); against float64 ours {worst(ours, exact)[0]:.1e}, PyTorch {worst(theirs, exact)[0]:.1e}", flush=True)
    sys.exit(int(np.median(losses) > LOSS or np.median(gradients_off) > GRADIENT))


if __name__ == "__main__":
    main()
