"""Samples a second of a training step of ResNet-18 in PyTorch, the better of its two layouts.

The network of programs/resnet18_cifar10.acl: 7x7 entry, 32x32 images, batch 64, two threads, no noise. Each layout's figure is the
median of ten steps after four.
"""
import time

import torch
from torch import nn

BATCH = 64


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(),
            nn.Conv2d(cout, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout))
        self.short = nn.Sequential()
        if stride != 1 or cin != cout:
            self.short = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        return torch.relu(self.body(x) + self.short(x))


def resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    cin = 64
    for cout, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(cin, cout, stride), Block(cout, cout, 1)]
        cin = cout
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def rate(layout):
    net = resnet18().to(memory_format=layout)
    x = torch.rand(BATCH, 3, 32, 32).to(memory_format=layout)
    y = torch.randint(0, 10, (BATCH,))
    rule = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9)
    times = []
    for _ in range(14):
        start = time.perf_counter()
        rule.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        rule.step()
        times.append(time.perf_counter() - start)
    return BATCH / sorted(times[4:])[5]


torch.set_num_threads(2)
torch.manual_seed(0)
best = max(rate(torch.contiguous_format), rate(torch.channels_last))
print(f"PyTorch {torch.__version__}: {best:.0f} samples/s")
