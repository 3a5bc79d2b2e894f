// Package spell proposes the name that somebody probably meant. It knows words, not
// where they come from: the caller gives the names that are in scope.
package spell
