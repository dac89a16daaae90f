package push

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// sendBuffer is the size in bytes of the system's buffer of a connection: enough for ten states. A larger one would
// fill with states that are old by the time they are read.
const sendBuffer = 32 << 10

// tokenPrefix marks the subprotocol that carries the token: browsers can send no header of their own with a WebSocket,
// and addresses end up in logs.
const tokenPrefix = "token."

// Token returns the token that a request for a connection carries. It is false if the request is none, or does not
// offer Protocol.
func Token(r *http.Request) (token string, ok bool) {
	offered := websocket.Subprotocols(r)
	if !websocket.IsWebSocketUpgrade(r) || !slices.Contains(offered, Protocol) {
		return "", false
	}
	for _, p := range offered {
		if t, ok := strings.CutPrefix(p, tokenPrefix); ok {
			return t, true
		}
	}
	return "", true
}

// Serve turns a request into a connection and serves it until its end. The caller has checked who asks, and from
// where. With ErrFull or ErrClosed the request has not been answered; in every other case it has, and the error is nil.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, log *slog.Logger) error {
	if err := h.enter(); err != nil {
		return err
	}
	defer h.leave()
	upgrader := websocket.Upgrader{
		HandshakeTimeout: h.limits.Stall, ReadBufferSize: 4096, WriteBufferSize: 4096,
		Subprotocols: []string{Protocol},
		CheckOrigin:  func(*http.Request) bool { return true }, // the server has, for all requests alike
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil { // the upgrader has answered
		log.Debug("no websocket", "cause", err)
		return nil //nolint:nilerr // see above
	}
	shrinkBuffer(conn.NetConn())
	c := newClient(h, conn, log)
	h.join(c)
	log.Info("page connected")
	h.watch.Connected()
	why := c.serve()
	h.part(c)
	h.watch.Disconnected(why.label)
	log.Info("page disconnected", "why", why.label, "code", why.code, "reason", why.reason)
	return nil
}

// shrinkBuffer bounds what the system holds back for a slow client.
func shrinkBuffer(conn net.Conn) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetWriteBuffer(sendBuffer) // without it a slow client is noticed later
	}
}

// enter makes room for a connection.
func (h *Hub) enter() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return ErrClosed
	case h.serving >= h.limits.Clients:
		return ErrFull
	}
	h.serving++
	h.serves.Add(1)
	return nil
}

func (h *Hub) leave() {
	h.mu.Lock()
	h.serving--
	h.mu.Unlock()
	h.serves.Done()
}

// join gives a new client what the others know: the progress, the newest state, and the last word if it has been
// said.
func (h *Hub) join(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clients[c] = struct{}{}
	again := func(m message) message {
		m.at = time.Now()
		return m
	}
	if h.progress != nil {
		c.event(again(*h.progress))
	}
	c.out.putState(again(h.state))
	if h.over != nil {
		c.event(again(*h.over))
	}
}

func (h *Hub) part(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

// obey passes a page's wish on.
func (h *Hub) obey(c command) error {
	switch c.kind {
	case "start":
		h.check.Start()
	case "pause":
		h.check.Pause()
	case "resume":
		h.check.Resume()
	case "stop":
		h.check.Stop()
	case "next":
		h.check.Next()
	case "skip":
		h.check.Skip()
	case "back":
		h.check.Back()
	case "pain":
		return h.check.Pain(c.pain, c.when)
	case "calibrate":
		return h.check.Calibrate(c.calibration)
	case "place_roller":
		at := -1.0
		if c.at != nil {
			at = *c.at
		}
		return h.check.PlaceRoller(c.x, c.y, c.radius, at)
	case "language":
		h.check.SetLanguage(c.language)
	}
	return nil
}
