package cmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fiveThousand is a program of about 5,000 lines: 330 blocks, twenty of which make a
// network that is trained.
func fiveThousand() string {
	var b strings.Builder
	b.WriteString("acl 1;\n\nuse std.nn;\nuse std.data;\nuse std.chips;\n")
	for i := range 330 {
		fmt.Fprintf(&b, `
/// Block%d is a residual block.
module Block%d {
  param width: int = 16;
  in  x: [C, H, W];
  out y: [width, H, W];
  unit c1  = nn.conv(width, 3x3, pad = 1);
  unit n1  = nn.batchnorm();
  unit c2  = nn.conv(width, 3x3, pad = 1);
  unit sc  = nn.conv(width, 1x1);
  unit sum = nn.add();
  route x -> c1 -> n1 -> nn.relu() -> c2 -> sum.a;
  route x -> sc -> sum.b;
  route sum -> y;
}
`, i, i)
	}
	b.WriteString("\nmodule Net {\n  in  x: [3, 16, 16];\n  out y: [10];\n")
	route := "  route x"
	for i := range 20 {
		fmt.Fprintf(&b, "  unit b%d = Block%d();\n", i, i)
		route += fmt.Sprintf(" -> b%d", i)
	}
	b.WriteString(route + " -> nn.global_avgpool() -> nn.dense(10) -> y;\n}\n\n" +
		"train Net on chips.fabric45 {\n  data: data.cifar10(resize = 16x16);\n  loss: nn.cross_entropy(y, label);\n}\n")
	return b.String()
}

// BenchmarkProcess is whole processes of the binary, from their start to their end.
func BenchmarkProcess(b *testing.B) {
	dir := b.TempDir()
	binary := filepath.Join(dir, "acl")
	if out, err := exec.Command("go", "build", "-o", binary, "..").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	large := filepath.Join(dir, "large.acl")
	if err := os.WriteFile(large, []byte(fiveThousand()), 0o666); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name, in string
		args     []string
	}{
		{"check/resnet18", "", []string{"check", "../programs/resnet18_cifar10.acl"}},
		{"check/5000lines", "", []string{"check", large}},
		{"session/ready", "1 + 1\n", []string{"repl"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command(binary, c.args...)
				cmd.Stdin = strings.NewReader(c.in)
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
			}
		})
	}
}
