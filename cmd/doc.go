// Package cmd is the command line: one file a subcommand, flags in, one call,
// printing out. Results go to standard output, talk to standard error. It ends
// with 0, with 1 where the program is wrong or failed, or with 2 for a wrong
// command line.
package cmd
