"""One peer's training step, forward, backward and SGD with momentum: prints samples a second and its peak memory as JSON.

    python3 bench/peers.py CASE SIM [STEPS] [THREADS]

CASE: mlp8 lenet28 rn18std32 rn18cifar32 rn18std256. SIM: torch, torch-cl (channels last), torch-noise (normal noise of 2 % on every
weight, output and weight gradient), hwa-noise and cap (aihwkit, InferenceRPU with noise and CapacitorPreset), lightning (aihwkit-lightning
with the same noise). The rate is that of the
median step after two; rate_cpu is that of a second of the processors, all threads together, which other work on the machine moves less.
"""
import json
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torchvision.models import resnet18

SIGMA = 0.02


def lenet():
    return nn.Sequential(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10))


def mlp8():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def resnet(small=False):
    net = resnet18(num_classes=10)
    if small:
        net.conv1, net.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    return net


CASES = {  # builder, channels, pixels, batch
    "mlp8": (mlp8, 1, 8, 64), "lenet28": (lenet, 1, 28, 64), "rn18std32": (resnet, 3, 32, 64),
    "rn18cifar32": (lambda: resnet(True), 3, 32, 64), "rn18std256": (resnet, 3, 256, 8),
}


def noisy(net):
    """Noise as a user of PyTorch writes it; returns what is called before forward and after backward."""
    units = [m for m in net.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    for m in units:
        m.register_forward_hook(lambda m, i, o: o + SIGMA * torch.randn_like(o))

    @torch.no_grad()
    def before():
        drawn = [SIGMA * m.weight.abs().max() * torch.randn_like(m.weight) for m in units]
        for m, d in zip(units, drawn):
            m.weight.add_(d)
        return drawn

    @torch.no_grad()
    def after(drawn):
        for m, d in zip(units, drawn):
            m.weight.sub_(d)
            m.weight.grad.add_(SIGMA * m.weight.grad.abs().max() * torch.randn_like(m.weight))
    return before, after


def analog(net, sim):
    from aihwkit.nn.conversion import convert_to_analog
    from aihwkit.optim import AnalogSGD
    from aihwkit.simulator import configs
    from aihwkit.simulator.presets import CapacitorPreset
    config = CapacitorPreset()
    if sim == "hwa-noise":
        config = configs.InferenceRPUConfig()
        config.modifier.type, config.modifier.std_dev = configs.WeightModifierType.ADD_NORMAL, 0.05
        config.forward.out_noise = 0.04
    net = convert_to_analog(net, config)
    rule = AnalogSGD(net.parameters(), lr=0.01)
    rule.regroup_param_groups(net)
    return net, rule


def lightning(net):
    from aihwkit_lightning.nn.conversion import convert_to_analog
    from aihwkit_lightning.optim import AnalogOptimizer
    from aihwkit_lightning.simulator.configs import TorchInferenceRPUConfig, WeightModifierType
    config = TorchInferenceRPUConfig()
    config.modifier.type, config.modifier.std_dev = WeightModifierType.ADD_NORMAL, 0.05
    config.forward.out_noise = 0.04
    config.pre_post.input_range.enable = True
    net = convert_to_analog(net, config)
    return net, AnalogOptimizer(torch.optim.SGD, net.analog_layers, net.parameters(), lr=0.01, momentum=0.9)


def main(case, sim, steps="6", threads="2"):
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    build, channels, pixels, batch = CASES[case]
    net, x, y = build(), torch.randn(batch, channels, pixels, pixels), torch.randint(0, 10, (batch,))
    before, after = lambda: None, lambda drawn: None
    if sim in ("cap", "hwa-noise"):
        net, rule = analog(net, sim)
    elif sim == "lightning":
        net, rule = lightning(net)
    else:
        if sim == "torch-cl":
            net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
        if sim == "torch-noise":
            before, after = noisy(net)
        rule = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    times, spent, begun = [], [], time.perf_counter()
    while len(times) < int(steps) or time.perf_counter() - begun < 2 and len(times) < 2000:
        start, busy = time.perf_counter(), time.process_time()
        rule.zero_grad()
        drawn = before()
        nn.functional.cross_entropy(net(x), y).backward()
        after(drawn)
        rule.step()
        times.append(time.perf_counter() - start)
        spent.append(time.process_time() - busy)
    print(json.dumps({"rate": batch / statistics.median(times[2:]), "rate_cpu": batch / statistics.median(spent[2:]), "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))


main(*sys.argv[1:])
