package push

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// farewell is why a connection ends: the code and the reason that the other side gets, and the name under which it is
// counted.
type farewell struct {
	code   int
	reason string
	label  string
}

// client is one connection. Its writer runs in a goroutine of its own, its reader in that of serve.
type client struct {
	hub  *Hub
	conn *websocket.Conn
	out  *outbox
	log  *slog.Logger

	// bye holds why our side ends the connection; the first reason counts.
	bye chan farewell
	// gone is closed when nothing more will be read.
	gone chan struct{}

	// The rest belongs to the reader. Messages beyond the rates are refused; strikes are what is forgiven.
	commands, pictures, strikes *rate.Limiter
	buffer                      []byte
}

func newClient(h *Hub, conn *websocket.Conn, log *slog.Logger) *client {
	l := &h.limits
	return &client{
		hub: h, conn: conn, log: log, out: newOutbox(l.Queue),
		bye: make(chan farewell, 1), gone: make(chan struct{}),
		commands: rate.NewLimiter(l.Commands, int(l.Commands)),
		pictures: rate.NewLimiter(l.Pictures, int(l.Pictures)),
		strikes:  rate.NewLimiter(l.Strikes, int(l.Strikes)*20),
	}
}

// event puts a message into the outbox; a client that has no room for it has been too slow.
func (c *client) event(m message) {
	if !c.out.putEvent(m) {
		c.end(farewell{websocket.ClosePolicyViolation, fmt.Sprintf("reading too slowly: %d messages behind", c.hub.limits.Queue), labelSlow})
	}
}

// end asks the writer to say farewell.
func (c *client) end(f farewell) {
	select {
	case c.bye <- f:
	default: // another reason came first
	}
}

// serve reads and writes until the connection has ended, and returns why.
func (c *client) serve() farewell {
	var wait sync.WaitGroup
	var told farewell
	wait.Go(func() {
		told = c.write()
		// The other side has a moment to answer our farewell, and no more, whatever it goes on to send.
		timer := time.AfterFunc(c.hub.limits.Farewell, func() { _ = c.conn.Close() })
		<-c.gone
		timer.Stop()
	})
	met := c.read()
	close(c.gone)
	_ = c.conn.Close() // whatever is being written has nobody to go to
	wait.Wait()
	if told.label != "" {
		return told
	}
	return met
}

// The names under which ends of connections are counted.
const (
	labelEnded        = "ended"        // the check is over, and the page knows
	labelLeft         = "left"         // the page closed the connection
	labelLost         = "lost"         // the connection broke
	labelSlow         = "slow"         // the page did not keep up
	labelUnresponsive = "unresponsive" // nothing was heard of the page
	labelFlooding     = "flooding"
	labelTooLarge     = "too_large"
	labelClosed       = "closed" // our own end, for a reason of its own
)

// Labels lists the names under which ends of connections are counted.
func Labels() []string {
	return []string{labelEnded, labelLeft, labelLost, labelSlow, labelUnresponsive, labelFlooding, labelTooLarge, labelClosed}
}

// ping asks the page for a sign of life.
func (c *client) ping() error {
	return c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.hub.limits.Stall))
}

// write sends what comes into the outbox until the connection ends. It returns why our side ended it, and nothing if
// it was the other.
func (c *client) write() farewell {
	ping := time.NewTicker(c.hub.limits.Ping)
	defer ping.Stop()
	for {
		select {
		case f := <-c.bye:
			return c.farewell(f)
		case <-c.gone:
			return farewell{}
		case <-ping.C: // also where there is always something else to send
			if err := c.ping(); err != nil {
				return c.broken(err)
			}
		default:
		}
		m, ok := c.out.take()
		if !ok {
			select {
			case <-c.out.wake:
			case <-ping.C:
				if err := c.ping(); err != nil {
					return c.broken(err)
				}
			case f := <-c.bye:
				return c.farewell(f)
			case <-c.gone:
				return farewell{}
			}
			continue
		}
		if late := time.Since(m.at); late > c.hub.limits.Stall {
			return c.farewell(farewell{websocket.ClosePolicyViolation, fmt.Sprintf("reading too slowly: %.0f s behind", late.Seconds()), labelSlow})
		}
		if err := c.send(m); err != nil {
			return c.broken(err)
		}
		if m.last != nil {
			return c.farewell(*m.last)
		}
	}
}

// send writes one message, in at most the time that a client may stall.
func (c *client) send(m message) error {
	if err := c.conn.SetWriteDeadline(time.Now().Add(c.hub.limits.Stall)); err != nil {
		return err
	}
	return c.conn.WriteMessage(websocket.TextMessage, m.text)
}

// farewell closes our half.
func (c *client) farewell(f farewell) farewell {
	// A page that does not take this any more will see the connection break instead.
	_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(f.code, f.reason), time.Now().Add(c.hub.limits.Farewell))
	return f
}

// broken is what a failed write means. The reader ends with the connection.
func (c *client) broken(err error) farewell {
	select {
	case <-c.gone: // the reader has closed the connection, and knows why
		return farewell{}
	default:
	}
	_ = c.conn.Close()
	if isTimeout(err) {
		return farewell{label: labelSlow, reason: "the page did not take what was sent"}
	}
	return farewell{label: labelLost, reason: err.Error()}
}

// read takes the page's messages until the connection ends, and returns why it did.
func (c *client) read() farewell {
	patience := 3 * c.hub.limits.Ping
	c.conn.SetReadLimit(maxMessage)
	heard := func() { _ = c.conn.SetReadDeadline(time.Now().Add(patience)) }
	c.conn.SetPongHandler(func(string) error { heard(); return nil })
	heard()
	for {
		kind, r, err := c.conn.NextReader()
		if err == nil {
			c.buffer, err = readUpTo(c.buffer[:0], r, captureHeader+MaxPicture+1)
		}
		if err != nil {
			return c.readFailed(err)
		}
		if refused := c.take(kind, c.buffer); refused != nil && !c.refuse(refused) {
			c.end(farewell{websocket.ClosePolicyViolation, "too many messages that cannot be taken", labelFlooding})
			return c.drain()
		}
	}
}

// drain reads on after our side has ended the connection, so that the farewell is not lost with what still comes in.
func (c *client) drain() farewell {
	for {
		if _, _, err := c.conn.NextReader(); err != nil {
			return c.readFailed(err)
		}
	}
}

// readFailed says what the end of reading means.
func (c *client) readFailed(err error) farewell {
	var closed *websocket.CloseError
	switch {
	case errors.Is(err, websocket.ErrReadLimit): // gorilla has said 1009 to the other side
		return farewell{websocket.CloseMessageTooBig, err.Error(), labelTooLarge}
	case errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure:
		return farewell{closed.Code, closed.Text, labelLeft}
	case isTimeout(err):
		return farewell{label: labelUnresponsive, reason: "nothing was heard of the page"}
	}
	return farewell{label: labelLost, reason: err.Error()}
}

// take carries out one message.
func (c *client) take(kind int, data []byte) error {
	if kind == websocket.BinaryMessage {
		return c.takePicture(data)
	}
	if !c.commands.Allow() {
		return fmt.Errorf("%w: at most %.0f a second", errTooFast, float64(c.hub.limits.Commands))
	}
	cmd, err := decode(data)
	if err != nil {
		return err
	}
	return c.hub.obey(cmd)
}

func (c *client) takePicture(data []byte) error {
	if !c.pictures.Allow() {
		return fmt.Errorf("%w: at most %.0f pictures a second", errTooFast, float64(c.hub.limits.Pictures))
	}
	taken, picture, err := decodePicture(data)
	if err != nil {
		return err
	}
	c.hub.check.JPEG(bytes.Clone(picture), taken)
	return nil
}

// refuse tells the page why a message was not taken. It is false if that happened too often.
func (c *client) refuse(err error) bool {
	if !c.strikes.Allow() {
		return false
	}
	c.log.Debug("message refused", "cause", err)
	c.hub.tell(c, errorCode(err), err.Error()+"; see the protocol's schema", nil)
	return true
}

// readUpTo appends what r gives to b, at most limit bytes of it.
func readUpTo(b []byte, r io.Reader, limit int64) ([]byte, error) {
	r = io.LimitReader(r, limit)
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
