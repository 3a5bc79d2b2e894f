package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
)

// ErrUnclean is the end of a session that was not shut down first.
var ErrUnclean = errors.New("lsp: the session ended without a shutdown")

// server is one session.
type server struct {
	out io.Writer
	log io.Writer
	ws  workspace
	lib library

	initialized bool
	shutdown    bool
	client      initializeParams
	byRoot      map[string]report       // what the check of each open document found
	told        map[string][]diagnostic // what the client was last told, by address
	failed      error                   // of writing
}

// Serve answers a client until it says exit, its stream ends, or ctx does. Errors of
// the server itself go to log, in lines. The error is nil after an orderly end,
// ErrUnclean where the client left without a shutdown, and otherwise says why the
// stream could not be read or written. A goroutine that waits for in may outlive
// the call where ctx ended it: it stops at the next message.
func Serve(ctx context.Context, in io.Reader, out, log io.Writer) error {
	s := &server{
		out: out, log: log, ws: workspace{docs: map[string]*document{}},
		byRoot: map[string]report{}, told: map[string][]diagnostic{},
	}
	defer s.lib.remove()
	q := newQueue()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go q.fill(ctx, newFrames(in))
	for s.failed == nil {
		c, ok := q.take(ctx, false)
		if !ok && s.check() {
			continue
		}
		if !ok {
			if c, ok = q.take(ctx, true); !ok {
				return fmt.Errorf("lsp: stopped: %w", context.Cause(ctx))
			}
		}
		if done, err := s.handle(q, c); done {
			return err
		}
	}
	return s.failed
}

// call is what was read from the client, in its order: a message, or why there is
// none.
type call struct {
	msg *message
	err error

	cancelled bool // guarded by the queue
}

// queue holds what has been read and not been answered.
type queue struct {
	calls chan *call

	mu      sync.Mutex
	waiting map[string]*call // requests that have no answer yet, by id
}

// backlog is the number of messages that may wait; a client that sends faster is
// held up by its pipe.
const backlog = 256

func newQueue() *queue { return &queue{calls: make(chan *call, backlog), waiting: map[string]*call{}} }

// fill reads until the stream ends. Cancellations are heeded at once, as what they
// cancel may be waiting.
func (q *queue) fill(ctx context.Context, f *frames) {
	for {
		content, err := f.next()
		c := &call{err: err}
		if err == nil {
			m, bad := readMessage(content)
			if bad != nil {
				c.err = bad
			} else if c.msg = m; m.Method == "$/cancelRequest" {
				q.cancel(m.Params)
				continue
			}
		}
		q.enter(c)
		select {
		case q.calls <- c:
		case <-ctx.Done():
			return
		}
		var passed *oversizeError
		if err != nil && !errors.As(err, &passed) {
			return
		}
	}
}

func (q *queue) enter(c *call) {
	if c.msg == nil || !c.msg.request() || c.msg.Method == "" {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting[string(c.msg.ID)] = c
}

func (q *queue) cancel(params json.RawMessage) {
	var p cancelParams
	if json.Unmarshal(params, &p) != nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if c := q.waiting[string(p.ID)]; c != nil {
		c.cancelled = true
	}
}

// finish ends the wait of a request and reports whether it was cancelled.
func (q *queue) finish(c *call) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.waiting, string(c.msg.ID))
	return c.cancelled
}

func (q *queue) wanted(c *call) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !c.cancelled
}

// take is the next call; without wait it returns false where none is there.
func (q *queue) take(ctx context.Context, wait bool) (*call, bool) {
	if !wait {
		select {
		case c := <-q.calls:
			return c, true
		default:
			return nil, false
		}
	}
	select {
	case c := <-q.calls:
		return c, true
	case <-ctx.Done():
		return nil, false
	}
}

// handle answers one call. done says that the session is over.
func (s *server) handle(q *queue, c *call) (done bool, err error) {
	var passed *oversizeError
	var bad *rpcError
	switch {
	case c.err == nil:
	case errors.As(c.err, &passed):
		s.passOver(passed)
		return false, nil
	case errors.As(c.err, &bad):
		s.reply(null, nil, bad)
		return false, nil
	case errors.Is(c.err, errFrame):
		s.reply(null, nil, failed(codeParse, "%v", c.err))
		return true, fmt.Errorf("lsp: %w", c.err)
	case errors.Is(c.err, io.EOF):
		if s.shutdown {
			return true, nil
		}
		return true, ErrUnclean
	default:
		return true, fmt.Errorf("lsp: %w", c.err)
	}
	m := c.msg
	switch {
	case m.Method == "exit" && s.shutdown:
		return true, nil
	case m.Method == "exit":
		return true, ErrUnclean
	case m.Method == "" && m.request():
		return false, nil // an answer, and we ask nothing
	case m.Method == "":
		s.reply(null, nil, failed(codeInvalidRequest, "a message has a method"))
	case m.request():
		s.answer(q, c)
	default:
		s.notice(m)
	}
	return false, nil
}

// answer meets a request.
func (s *server) answer(q *queue, c *call) {
	var result any
	bad := failed(codeCancelled, "cancelled")
	if q.wanted(c) {
		result, bad = s.guarded(c.msg)
	}
	if q.finish(c) {
		result, bad = nil, failed(codeCancelled, "cancelled")
	}
	s.reply(c.msg.ID, result, bad)
}

// guarded runs a request. A fault of ours in one of them must not take the session
// and the user's other documents with it: it is logged, and the request fails.
func (s *server) guarded(m *message) (result any, bad *rpcError) {
	defer s.recovered(m.Method, func(why string) { result, bad = nil, failed(codeInternal, "%s", why) })
	return s.request(m)
}

func (s *server) recovered(what string, report func(why string)) {
	if r := recover(); r != nil {
		fmt.Fprintf(s.log, "lsp: %s: %v\n%s", what, r, debug.Stack())
		report(fmt.Sprintf("a fault of the server in %s: %v", what, r))
	}
}

func (s *server) request(m *message) (any, *rpcError) {
	h, known := requests[m.Method]
	switch {
	case m.Method == "initialize" && s.initialized:
		return nil, failed(codeInvalidRequest, "the session is initialized")
	case !s.initialized && m.Method != "initialize":
		return nil, failed(codeNotInitialized, "the first request is initialize")
	case s.shutdown:
		return nil, failed(codeInvalidRequest, "the session is shut down")
	case !known:
		return nil, failed(codeNoMethod, "no method %s", m.Method)
	}
	return h(s, m.Params)
}

// notice takes a notification in. Those that the server does not know, and those
// that come too early, are passed over, as the protocol has it.
func (s *server) notice(m *message) {
	h, known := notices[m.Method]
	if !known || !s.initialized || s.shutdown {
		return
	}
	defer s.recovered(m.Method, func(why string) { s.show(severityError, why) })
	if bad := h(s, m.Params); bad != nil {
		s.show(severityError, m.Method+": "+bad.Message)
	}
}

// reply writes the answer to a request.
func (s *server) reply(id json.RawMessage, result any, bad *rpcError) {
	r := response{Version: "2.0", ID: id, Error: bad}
	if bad == nil {
		data, err := json.Marshal(result)
		if err != nil {
			panic("lsp: " + err.Error())
		}
		r.Result = data
	}
	s.write(r)
}

func (s *server) notify(method string, params any) {
	s.write(notification{"2.0", method, params})
}

func (s *server) show(kind int, text string) {
	s.notify("window/showMessage", showParams{kind, text})
}

func (s *server) write(v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic("lsp: " + err.Error())
	}
	if s.failed == nil {
		s.failed = writeFrame(s.out, data)
	}
}
