package ingest

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

// relay is a UDP port in front of a receiver's, with a bad network in between.
type relay struct {
	t      *testing.T
	front  *net.UDPConn
	to     *net.UDPAddr
	c      conditions
	chance *chance
	work   sync.WaitGroup

	mu    sync.Mutex // guards what follows
	backs map[string]*net.UDPConn
	shut  bool
}

// newRelay opens one to the receiver's port on loopback.
func newRelay(t *testing.T, r *Receiver, c conditions) *relay {
	t.Helper()
	loopback := net.IPv4(127, 0, 0, 1)
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback})
	if err != nil {
		t.Fatal(err)
	}
	way := &relay{
		t: t, front: front, to: &net.UDPAddr{IP: loopback, Port: r.Port()}, c: c, chance: newChance(11), backs: map[string]*net.UDPConn{},
	}
	way.work.Go(way.run)
	t.Cleanup(func() {
		way.mu.Lock()
		way.shut = true
		for _, b := range way.backs {
			_ = b.Close() // it ends the reader
		}
		way.mu.Unlock()
		_ = front.Close() // likewise
		way.work.Wait()
	})
	return way
}

// divert makes an answer lead to the relay.
func (w *relay) divert(answer string) string {
	var kept []string
	for _, line := range strings.Split(answer, "\r\n") {
		if strings.HasPrefix(line, "a=candidate") && strings.Contains(line, "tcptype") {
			continue
		}
		kept = append(kept, line)
	}
	port := func(addr net.Addr) string { return addr.String()[strings.LastIndex(addr.String(), ":")+1:] }
	return strings.ReplaceAll(strings.Join(kept, "\r\n"),
		fmt.Sprintf(" 127.0.0.1 %d ", w.to.Port), fmt.Sprintf(" 127.0.0.1 %s ", port(w.front.LocalAddr())))
}

func (w *relay) run() {
	b := make([]byte, 2048)
	for {
		n, from, err := w.front.ReadFromUDP(b)
		if err != nil {
			return
		}
		if back := w.back(from); back != nil {
			w.pass(b[:n], func(data []byte) { _, _ = back.Write(data) }) // a lost packet is a lost packet
		}
	}
}

// back is the socket through which a sender reaches the receiver.
func (w *relay) back(from *net.UDPAddr) *net.UDPConn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if conn, ok := w.backs[from.String()]; ok || w.shut {
		return conn
	}
	conn, err := net.DialUDP("udp4", nil, w.to)
	if err != nil {
		w.t.Errorf("relay: %v", err)
		return nil
	}
	w.backs[from.String()] = conn
	w.work.Go(func() {
		b := make([]byte, 2048)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			w.pass(b[:n], func(data []byte) { _, _ = w.front.WriteToUDP(data, from) })
		}
	})
	return conn
}

// pass sends a packet on after the delay, or not at all.
func (w *relay) pass(data []byte, send func([]byte)) {
	if w.chance.of(w.c.loss) {
		return
	}
	data = append([]byte(nil), data...)
	time.AfterFunc(w.c.delay, func() { send(data) })
}

func TestChromiumOverABadNetwork(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1", StartBitrateKbps: 1500})
	way := newRelay(t, r, conditions{loss: 0.05, delay: 25 * time.Millisecond})
	sink := newRecorder()
	browse(t, r, "", way.divert, sink)
	sink.await(t, "10 s of pictures", func(units []media.AccessUnit, _ []Loss) bool {
		return len(units) > 0 && units[len(units)-1].Time > 10*time.Second
	})
	units := sink.received()
	checkOrder(t, units)
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.open {
		s := p.Stats()
		t.Logf("%d pictures in %v: %+v", len(units), units[len(units)-1].Time, s)
		// How many pictures Chromium made is not told; what it skipped itself because of the estimated bandwidth is
		// no loss. What was sent and not given out was skipped or damaged.
		if whole := float64(s.Units) / float64(s.Units+s.Skipped+s.Malformed); whole < 0.95 || s.Repaired == 0 {
			t.Errorf("%.1f %% whole, %d packets repaired", 100*whole, s.Repaired)
		}
	}
}
