package lsp

import "encoding/json"

// The parts of the protocol that the server uses, by the names of LSP 3.17.

// position is a place between two characters: a line from 0 and UTF-16 code units
// from the line's start.
type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type textRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type location struct {
	URI   string    `json:"uri"`
	Range textRange `json:"range"`
}

type documentID struct {
	URI     string `json:"uri"`
	Version int    `json:"version"`
}

// initializeParams holds what the server asks of a client.
type initializeParams struct {
	Options struct {
		Library string `json:"library"`
	} `json:"initializationOptions"`
	Capabilities struct {
		TextDocument struct {
			DocumentSymbol struct {
				Hierarchical bool `json:"hierarchicalDocumentSymbolSupport"`
			} `json:"documentSymbol"`
			Diagnostics struct {
				Related bool `json:"relatedInformation"`
			} `json:"publishDiagnostics"`
		} `json:"textDocument"`
	} `json:"capabilities"`
}

type initializeResult struct {
	Capabilities capabilities `json:"capabilities"`
	ServerInfo   struct {
		Name string `json:"name"`
	} `json:"serverInfo"`
}

type capabilities struct {
	PositionEncoding string `json:"positionEncoding"`
	Sync             struct {
		OpenClose bool `json:"openClose"`
		Change    int  `json:"change"` // 2: the ranges that change
		Save      bool `json:"save"`
	} `json:"textDocumentSync"`
	Hover      bool `json:"hoverProvider"`
	Definition bool `json:"definitionProvider"`
	Symbols    bool `json:"documentSymbolProvider"`
	Formatting bool `json:"documentFormattingProvider"`
	Actions    struct {
		Kinds []string `json:"codeActionKinds"`
	} `json:"codeActionProvider"`
	Completion struct {
		Triggers []string `json:"triggerCharacters"`
	} `json:"completionProvider"`
	Rename struct {
		Prepare bool `json:"prepareProvider"`
	} `json:"renameProvider"`
}

type openParams struct {
	Document struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
}

type changeParams struct {
	Document documentID `json:"textDocument"`
	Changes  []change   `json:"contentChanges"`
}

// change replaces a range, or the whole text where it has none.
type change struct {
	Range *textRange `json:"range"`
	Text  string     `json:"text"`
}

type documentParams struct {
	Document documentID `json:"textDocument"`
}

type placeParams struct {
	Document documentID `json:"textDocument"`
	Position position   `json:"position"`
}

type renameParams struct {
	placeParams
	NewName string `json:"newName"`
}

type actionParams struct {
	Document documentID `json:"textDocument"`
	Range    textRange  `json:"range"`
	Context  struct {
		Only []string `json:"only"`
	} `json:"context"`
}

// codeAction is a fix that an editor offers at a diagnostic.
type codeAction struct {
	Title       string        `json:"title"`
	Kind        string        `json:"kind"`
	Diagnostics []diagnostic  `json:"diagnostics"`
	Preferred   bool          `json:"isPreferred"`
	Edit        workspaceEdit `json:"edit"`
}

type cancelParams struct {
	ID json.RawMessage `json:"id"`
}

type textParams struct {
	URI string `json:"uri"`
}

type textResult struct {
	Text string `json:"text"`
}

type publishParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

// The severities of diagnostics, and of messages to the user.
const (
	severityError   = 1
	severityWarning = 2
)

type diagnostic struct {
	Range    textRange `json:"range"`
	Severity int       `json:"severity"`
	Code     string    `json:"code"`
	Source   string    `json:"source"`
	Message  string    `json:"message"`
	Related  []related `json:"relatedInformation,omitempty"`

	// fix is what its hint says, by document, under the title; nil for none.
	fix   map[string][]textEdit
	title string
}

type related struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

type showParams struct {
	Type    int    `json:"type"`
	Message string `json:"message"`
}

type hoverResult struct {
	Contents markup    `json:"contents"`
	Range    textRange `json:"range"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

func markdown(text string) markup { return markup{"markdown", text} }

type textEdit struct {
	Range   textRange `json:"range"`
	NewText string    `json:"newText"`
}

type workspaceEdit struct {
	Changes map[string][]textEdit `json:"changes"`
}

// The kinds of completion items.
const (
	itemFunction = 3
	itemField    = 5
	itemVariable = 6
	itemClass    = 7
	itemModule   = 9
	itemProperty = 10
	itemValue    = 12
	itemKeyword  = 14
	itemTypeName = 25
)

type completionItem struct {
	Label         string    `json:"label"`
	Kind          int       `json:"kind"`
	Detail        string    `json:"detail,omitempty"`
	Documentation *markup   `json:"documentation,omitempty"`
	Edit          *textEdit `json:"textEdit,omitempty"`
}

// The kinds of symbols.
const (
	symbolClass    = 5
	symbolField    = 8
	symbolFunction = 12
	symbolVariable = 13
	symbolStruct   = 23
	symbolEvent    = 24
	symbolParam    = 26
)

type documentSymbol struct {
	Name      string           `json:"name"`
	Detail    string           `json:"detail,omitempty"`
	Kind      int              `json:"kind"`
	Range     textRange        `json:"range"`
	Selection textRange        `json:"selectionRange"`
	Children  []documentSymbol `json:"children,omitempty"`
}

// symbolInformation is a symbol for clients that know no tree.
type symbolInformation struct {
	Name      string   `json:"name"`
	Kind      int      `json:"kind"`
	Location  location `json:"location"`
	Container string   `json:"containerName,omitempty"`
}
