// Package job carries a program from its file to what a user asked of it: it
// compiles the train and infer blocks, opens their data, runs them on machines,
// and keeps the run records from which a finished run is tested again. It prints
// nothing; commands and the session show what it returns.
package job
