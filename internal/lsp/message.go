package lsp

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// The codes of errors, of JSON-RPC 2.0 §5.1 and LSP 3.17 "ErrorCodes".
const (
	codeParse          = -32700
	codeInvalidRequest = -32600
	codeNoMethod       = -32601
	codeInvalidParams  = -32602
	codeInternal       = -32603
	codeNotInitialized = -32002
	codeRequestFailed  = -32803
	codeCancelled      = -32800
)

// message is what arrives: a request with an id, a notification without one, or
// the answer to a request of ours, without a method.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

func (m *message) request() bool { return len(m.ID) > 0 }

// readMessage takes the content of a frame apart.
func readMessage(content []byte) (*message, *rpcError) {
	var m message
	if err := json.Unmarshal(content, &m); err != nil {
		if json.Valid(content) {
			return nil, failed(codeInvalidRequest, "a message is an object with a method")
		}
		return nil, failed(codeParse, "%v", err)
	}
	if bytes.Equal(m.ID, []byte("null")) {
		m.ID = nil
	}
	if m.Version != "2.0" || len(m.ID) > 0 && !validID(m.ID) {
		return nil, failed(codeInvalidRequest, "a message has \"jsonrpc\": \"2.0\", and its id is a number or a string")
	}
	return &m, nil
}

func validID(id json.RawMessage) bool {
	return id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9'
}

// rpcError is the answer to a request that cannot be met.
type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *rpcError) Error() string { return e.Message }

func failed(code int, format string, args ...any) *rpcError {
	return &rpcError{code, fmt.Sprintf(format, args...)}
}

// response answers a request. Exactly one of Result and Error is written.
type response struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

// notification is a message of ours that nobody answers.
type notification struct {
	Version string `json:"jsonrpc"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// null is the id of an answer to a message whose id could not be read, and the
// result of a request that has none.
var null = json.RawMessage("null")

// envelope tells the id and the document of a message of which only the first
// bytes are there: what a client writes before the text.
func envelope(head []byte) (id json.RawMessage, uri string) {
	dec := json.NewDecoder(bytes.NewReader(head))
	dec.UseNumber()
	var open []json.Delim // brackets around
	key, isKey := "", false
	for {
		tok, err := dec.Token()
		if err != nil {
			return id, uri
		}
		inObject := func() bool { return len(open) > 0 && open[len(open)-1] == '{' }
		switch d, bracket := tok.(json.Delim); {
		case bracket && (d == '{' || d == '['):
			open = append(open, d)
			isKey = d == '{'
			continue
		case bracket:
			open = open[:len(open)-1]
			isKey = inObject()
			continue
		}
		text, _ := tok.(string)
		switch {
		case isKey:
			key = text
		case key == "id" && len(open) == 1:
			id, _ = json.Marshal(tok)
		case key == "uri" && uri == "" && inObject():
			uri = text
		}
		isKey = inObject() && !isKey
	}
}
