package check

import "acl/lang/diag"

// Codes lists what this package may report.
func Codes() []diag.Code {
	return []diag.Code{
		codeUnknown, codeRedeclared, codeNoFile, codeImportCycle, codeWrongKind, codeNoValue, codeNoCall,
		codeMissingArg, codeUnknownArg, codeRepeatedArg, codeArgOrder, codeUnknownKey, codeUnknownWord,
		codeSetTwice, codeSubject, codeMissingKey, codeRecursion, codeParamPlace, codePlanTwice,
		codeType, codeDimension, codeBounds, codeReversed, codeConflict, codeField, codeNoFeed, codeOptimizer,
		codeNoTrain, codeUnused, codeUnusedParam, codeUnusedUnit, codeNoEffect, codeLabelMSE,
	}
}
