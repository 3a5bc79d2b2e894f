// Package editor writes what an editor needs to colour programs from what the
// language itself knows: its reserved words, its units of measure, and the units,
// functions and keys of the library. The file for VS Code, and for every editor that
// reads TextMate grammars, lies in editor/vscode/syntaxes; a test says when it is
// out of date, and writes it with -update.
package editor

//go:generate go test . -run TestGrammarIsUpToDate -update
