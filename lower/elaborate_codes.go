package lower

import "acl/lang/diag"

// The codes of elaboration and differentiation; package diag explains each of them.
const (
	codeUnknown   diag.Code = "E0201" // a unit, an element or a port that is not there
	codeTwice     diag.Code = "E0202" // two units of one name
	codeDrivers   diag.Code = "E0203" // an input port has two drivers
	codeUndriven  diag.Code = "E0204" // an input or an output that nothing drives
	codeCycle     diag.Code = "E0205" // routes in a circle
	codeRecursion diag.Code = "E0220" // a module inside itself
	codeRoute     diag.Code = "E0223" // a hop that needs a port, or cannot stand where it does
	codeMissing   diag.Code = "E0211" // an argument without a value
	codeNoModule  diag.Code = "E0503" // a physical module that the chip does not have
	codeNoEffect  diag.Code = "W0204" // a directive without effect
	codeUnread    diag.Code = "W0203" // a unit that nothing reads

	codeShape     diag.Code = "E0301" // a shape that a unit or port does not accept
	codeOpenShape diag.Code = "E0302" // a shape that is never settled
	codeShared    diag.Code = "E0303" // shared parameters of two shapes

	codeType  diag.Code = "E0401" // a value of a wrong type
	codeValue diag.Code = "E0403" // a value out of its range
	codeSize  diag.Code = "E0509" // more turns or units than one graph can hold

	codeNothing  diag.Code = "E0605" // a loss that no parameter reaches
	codeCompared diag.Code = "E0606" // a prediction and a target of two shapes
)
