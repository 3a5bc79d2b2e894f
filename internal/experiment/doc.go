// Package experiment trains a model over a grid of settings: it runs the trials of
// an experiment into a folder of run records, goes on where one was cut off, gives
// up settings that cannot win, and makes tables and plots of what is there.
//
// What a cell is, is package check's to say (check.Cell), and how one training runs
// package job's. Command lines call Run, Plan and Collect. Results depend neither on
// how many trainings run side by side nor on how often they were interrupted.
package experiment
