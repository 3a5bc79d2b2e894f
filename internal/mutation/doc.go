// Package mutation asks whether the cases under lang/conformance would notice a
// compiler that is wrong. Its test breaks one thing at a time, a message that does
// not come or a rule of shapes that says something else, and expects a case to
// fail. It has no code of its own.
package mutation
