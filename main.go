// Command acl checks, lowers, trains and answers analog dataflow programs.
package main

import (
	"os"

	"acl/cmd"
)

func main() { os.Exit(cmd.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
