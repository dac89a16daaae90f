// Package page is the page's end of a check's connection. Tests and benches use it in the browser's place; no server
// does.
package page

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/rollwell/rollwell/internal/push"
)

// ErrRefused tells that the server did not let the page connect.
var ErrRefused = errors.New("the server refused the connection")

// Closed is the end of a connection as the other side told it.
type Closed struct {
	Code   int
	Reason string
}

// Error says why.
func (c *Closed) Error() string { return fmt.Sprintf("closed by the server: %d %s", c.Code, c.Reason) }

// Message is a message of the server: the members that most have, and all of it as JSON.
type Message struct {
	Type    string   `json:"type"`
	Seq     uint64   `json:"seq"`
	T       *float64 `json:"t_s"`
	Capture *float64 `json:"capture_ms"`
	// Phase and Connection belong to states, Code to cues and errors, Text to errors.
	Phase      string `json:"phase"`
	Connection string `json:"connection"`
	Transport  string `json:"transport"`
	Code       string `json:"code"`
	Text       string `json:"message"`
	// Summary belongs to the last message.
	Summary json.RawMessage `json:"summary"`
	JSON    []byte          `json:"-"`
	// At is when it was read.
	At time.Time `json:"-"`
}

// Page is a connection. One goroutine may read while another one writes.
type Page struct{ conn *websocket.Conn }

// Dial connects to a check's events, "http://host/api/sessions/ID/events", with its token. Header may hold an Origin.
// A refusal is an ErrRefused that tells the status and what was answered.
func Dial(ctx context.Context, url, token string, header http.Header) (*Page, error) {
	d := websocket.Dialer{Subprotocols: []string{push.Protocol, "token." + token}, HandshakeTimeout: 10 * time.Second}
	conn, resp, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(url, "http"), header)
	if err != nil {
		if resp == nil {
			return nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		var text [1024]byte
		n, _ := resp.Body.Read(text[:])
		return nil, fmt.Errorf("%w: %d: %s", ErrRefused, resp.StatusCode, text[:n])
	}
	_ = resp.Body.Close()
	return &Page{conn}, nil
}

// Next reads the next message, for which it waits so long at the most. The end of the connection is a *Closed where
// the server told why.
func (p *Page) Next(wait time.Duration) (m Message, err error) {
	if err := p.conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return m, err
	}
	_, m.JSON, err = p.conn.ReadMessage()
	m.At = time.Now()
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return m, &Closed{closed.Code, closed.Text}
	}
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(m.JSON, &m)
}

// Until reads on until a message is as wished.
func (p *Page) Until(wait time.Duration, wished func(*Message) bool) (Message, error) {
	end := time.Now().Add(wait)
	for {
		m, err := p.Next(time.Until(end))
		if err != nil || wished(&m) {
			return m, err
		}
	}
}

// Say sends a command, such as {"type":"start"}.
func (p *Page) Say(text string) error {
	return p.conn.WriteMessage(websocket.TextMessage, []byte(text))
}

// Picture sends a picture of the fallback.
func (p *Page) Picture(captured time.Time, jpeg []byte) error {
	ms := float64(captured.UnixMicro()) / 1000
	return p.conn.WriteMessage(websocket.BinaryMessage, append(binary.BigEndian.AppendUint64(nil, math.Float64bits(ms)), jpeg...))
}

// Close breaks the connection off.
func (p *Page) Close() error { return p.conn.Close() }
