package syntax

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The grammar of LANGUAGE.md §2, LL(1) but for a name before `=` in an argument.
// Its structs are seen by convert.go only. Positions are those of tokens; white
// space and comments never reach the parser.

type node struct {
	Pos    lexer.Position
	EndPos lexer.Position
}

type gHead struct {
	node
	Edition string `parser:"'acl' @Int ';'"`
}

type gUse struct {
	node
	Path *gPath `parser:"'use' @@ ';'"`
}

type gDecl struct {
	node
	Module     *gModule     `parser:"( @@"`
	Fabric     *gFabric     `parser:"| @@"`
	Plan       *gPlan       `parser:"| @@"`
	Policy     *gPolicy     `parser:"| @@"`
	Experiment *gExperiment `parser:"| @@ )"`
}

type gName struct {
	node
	Text string `parser:"@Ident"`
}

type gPath struct {
	node
	Parts []*gName `parser:"@@ ( '.' @@ )*"`
}

type gModule struct {
	node
	Name  *gName   `parser:"'module' @@ '{'"`
	Items []*gItem `parser:"@@* '}'"`
}

type gItem struct {
	node
	Param  *gParam  `parser:"( @@"`
	Port   *gPort   `parser:"| @@"`
	Unit   *gUnit   `parser:"| @@"`
	Route  *gRoute  `parser:"| @@"`
	If     *gIf     `parser:"| @@"`
	Repeat *gRepeat `parser:"| @@ )"`
}

type gParam struct {
	node
	Name    *gName `parser:"'param' @@ ':'"`
	Type    *gType `parser:"@@"`
	Default *gExpr `parser:"( '=' @@ )? ';'"`
}

type gType struct {
	node
	Text string `parser:"@( Ident | 'module' )"`
}

type gPort struct {
	node
	Dir  string  `parser:"@( 'in' | 'out' )"`
	Name *gName  `parser:"@@ ':' '['"`
	Dims []*gDim `parser:"@@ ( ',' @@ )* ']' ';'"`
}

type gDim struct {
	node
	Any  bool   `parser:"( @'?'"`
	Expr *gExpr `parser:"| @@ )"`
}

type gUnit struct {
	node
	Name  *gName `parser:"'unit' @@"`
	Index *gExpr `parser:"( '[' @@ ']' )? '='"`
	Ref   *gRef  `parser:"@@ ';'"`
}

type gRoute struct {
	node
	List []*gRef `parser:"'route' ( '(' @@ ( ',' @@ )* ')'"`
	From *gRef   `parser:"| @@ )"`
	Hops []*gHop `parser:"@@+ ';'"`
}

type gHop struct {
	node
	Ref  *gRef   `parser:"'->' @@"`
	Body *gBlock `parser:"@@?"`
}

type gIf struct {
	node
	Cond *gExpr   `parser:"'if' @@ '{'"`
	Then []*gItem `parser:"@@* '}'"`
	Else *gElse   `parser:"@@?"`
}

type gElse struct {
	node
	If    *gIf     `parser:"'else' ( @@"`
	Items []*gItem `parser:"| '{' @@* '}' )"`
}

type gRepeat struct {
	node
	Var   *gName   `parser:"'repeat' @@ 'in'"`
	Range *gExpr   `parser:"@@ '{'"`
	Items []*gItem `parser:"@@* '}'"`
}

type gFabric struct {
	node
	Name *gName  `parser:"'fabric' @@"`
	Base *gPath  `parser:"( ':' @@ )?"`
	Body *gBlock `parser:"@@"`
}

type gKind struct {
	node
	Text string `parser:"@( 'schedule' | 'train' | 'infer' )"`
}

type gPlan struct {
	node
	Kind   *gKind  `parser:"@@"`
	Module *gPath  `parser:"@@ 'on'"`
	Fabric *gPath  `parser:"@@"`
	Body   *gBlock `parser:"@@"`
}

type gPolicy struct {
	node
	Name *gName  `parser:"'policy' @@"`
	Body *gBlock `parser:"@@"`
}

type gExperiment struct {
	node
	Name   *gName  `parser:"'experiment' @@ 'of'"`
	Module *gPath  `parser:"@@ 'on'"`
	Fabric *gPath  `parser:"@@"`
	Body   *gBlock `parser:"@@"`
}

type gBlock struct {
	node
	Settings []*gSetting `parser:"'{' @@* '}'"`
}

type gSetting struct {
	node
	Key     *gPath  `parser:"@@"`
	Subject *gExpr  `parser:"( (?= Ident | 'not' | '(' ) @@ )?"`
	Value   *gExpr  `parser:"( ':' @@ ';'"`
	Body    *gBlock `parser:"| @@ )"`
}

type gExpr struct {
	node
	Low  *gOr `parser:"@@"`
	High *gOr `parser:"( '..' @@ )?"`
}

type gOr struct {
	node
	First *gAnd    `parser:"@@"`
	Rest  []*gMore `parser:"@@*"`
}

// gMore is `or` and what follows; gAlso the same for `and`.
type gMore struct {
	node
	Op string `parser:"@'or'"`
	X  *gAnd  `parser:"@@"`
}

type gAnd struct {
	node
	First *gNot    `parser:"@@"`
	Rest  []*gAlso `parser:"@@*"`
}

type gAlso struct {
	node
	Op string `parser:"@'and'"`
	X  *gNot  `parser:"@@"`
}

type gNot struct {
	node
	Not bool  `parser:"@'not'?"`
	X   *gCmp `parser:"@@"`
}

type gCmp struct {
	node
	First *gSum   `parser:"@@"`
	Rest  *gCmpTo `parser:"@@?"`
}

type gCmpTo struct {
	node
	Op string `parser:"@( '==' | '!=' | '<' | '<=' | '>' | '>=' )"`
	X  *gSum  `parser:"@@"`
}

type gSum struct {
	node
	First *gTerm   `parser:"@@"`
	Rest  []*gPlus `parser:"@@*"`
}

type gPlus struct {
	node
	Op string `parser:"@( '+' | '-' )"`
	X  *gTerm `parser:"@@"`
}

type gTerm struct {
	node
	First *gFactor  `parser:"@@"`
	Rest  []*gTimes `parser:"@@*"`
}

type gTimes struct {
	node
	Op string   `parser:"@( '*' | '/' )"`
	X  *gFactor `parser:"@@"`
}

type gFactor struct {
	node
	Minus    bool   `parser:"@'-'?"`
	Number   string `parser:"( @( Int | Float | Exponent )"`
	Size     string `parser:"| @Size"`
	Quantity string `parser:"| @Quantity"`
	String   string `parser:"| @String"`
	Bool     string `parser:"| @( 'true' | 'false' )"`
	List     *gList `parser:"| @@"`
	Paren    *gExpr `parser:"| '(' @@ ')'"`
	Ref      *gRef  `parser:"| @@ )"`
}

type gList struct {
	node
	Open  bool     `parser:"@'['"`
	Items []*gExpr `parser:"( @@ ( ',' @@ )* )? ']'"`
}

type gRef struct {
	node
	Parts []*gPart `parser:"@@ ( '.' @@ )*"`
	Call  *gCall   `parser:"@@?"`
}

type gPart struct {
	node
	Name  *gName `parser:"@@"`
	Index *gExpr `parser:"( '[' @@ ']' )?"`
}

type gCall struct {
	node
	Open bool    `parser:"@'('"`
	Args []*gArg `parser:"( @@ ( ',' @@ )* )? ')'"`
}

type gArg struct {
	node
	Name  *gName `parser:"( (?= Ident '=' ) @@ '=' )?"`
	Value *gExpr `parser:"@@"`
}

// LL(1): more lookahead puts messages on the wrong token.
var options = []participle.Option{participle.Lexer(definition{}), participle.UseLookahead(0)}

var (
	headParser = participle.MustBuild[gHead](options...)
	useParser  = participle.MustBuild[gUse](options...)
	declParser = participle.MustBuild[gDecl](options...)
	exprParser = participle.MustBuild[gExpr](options...)
)
