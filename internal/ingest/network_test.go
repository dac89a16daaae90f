package ingest

import (
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v2"
	"github.com/pion/transport/v2/vnet"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
)

// conditions are those of a virtual network.
type conditions struct {
	loss      float64       // share of packets lost, either way
	delay     time.Duration // each way
	jitter    time.Duration
	reorder   float64 // share of packets overtaken by the next one
	duplicate float64 // share of packets that come twice
}

// network is a receiver and the machine of a publisher with nothing but c between them.
func network(t *testing.T, c conditions) (*Receiver, transport.Net) {
	t.Helper()
	r, camera, _ := anyNetwork(t, c, defaultLimits())
	return r, camera
}

// cutNetwork is one that can be cut.
func cutNetwork(t *testing.T, l limits) (*Receiver, transport.Net, *atomic.Bool) {
	t.Helper()
	return anyNetwork(t, conditions{delay: time.Millisecond}, l)
}

// building is held while a network is made: vnet numbers its cards in a variable that nothing guards.
var building sync.Mutex

func anyNetwork(t *testing.T, c conditions, l limits) (*Receiver, transport.Net, *atomic.Bool) {
	t.Helper()
	var cut atomic.Bool
	building.Lock()
	defer building.Unlock()
	router, err := vnet.NewRouter(&vnet.RouterConfig{
		CIDR: "10.0.0.0/24", MinDelay: c.delay, MaxJitter: c.jitter, LoggerFactory: logging.NewDefaultLoggerFactory(),
	})
	if err != nil {
		t.Fatal(err)
	}
	chance := newChance(7)
	router.AddChunkFilter(func(vnet.Chunk) bool { return !cut.Load() && !chance.of(c.loss) })
	server, camera := station(t, router, "10.0.0.1"), station(t, router, "10.0.0.2")
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := router.Stop(); err != nil {
			t.Errorf("stop the router: %v", err)
		}
	})
	r, err := newReceiver(Options{Port: 5000}, shuffledNet{server, c, chance}, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close the receiver: %v", err)
		}
	})
	return r, camera, &cut
}

func station(t *testing.T, router *vnet.Router, ip string) *vnet.Net {
	t.Helper()
	n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
	if err != nil {
		t.Fatal(err)
	}
	if err := router.AddNet(n); err != nil {
		t.Fatal(err)
	}
	return n
}

// chance is a source of luck that several goroutines may draw from.
type chance struct {
	mu sync.Mutex
	r  *rand.Rand
}

func newChance(seed uint64) *chance { return &chance{r: rand.New(rand.NewPCG(seed, seed))} }

func (c *chance) of(share float64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.r.Float64() < share
}

// shuffledNet is a network whose sockets hand packets over twice or one late.
type shuffledNet struct {
	transport.Net
	conditions
	chance *chance
}

func (n shuffledNet) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := n.Net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	return &shuffledConn{UDPConn: conn, conditions: n.conditions, chance: n.chance}, nil
}

type datagram struct {
	data []byte
	from net.Addr
}

type shuffledConn struct {
	transport.UDPConn
	conditions
	chance *chance
	held   []datagram // to be handed over next; only the one reader touches it
}

func (c *shuffledConn) ReadFrom(b []byte) (int, net.Addr, error) {
	if len(c.held) > 0 {
		d := c.held[0]
		c.held = c.held[1:]
		return copy(b, d.data), d.from, nil
	}
	n, from, err := c.UDPConn.ReadFrom(b)
	if err != nil {
		return n, from, err
	}
	first := datagram{data: append([]byte(nil), b[:n]...), from: from}
	if c.chance.of(c.duplicate) {
		c.held = append(c.held, first)
	}
	if !c.chance.of(c.reorder) {
		return n, from, nil
	}
	n, from, err = c.UDPConn.ReadFrom(b)
	c.held = append(c.held, first)
	return n, from, err
}

func TestPicturesArriveOverABadNetwork(t *testing.T) {
	units := clip(t, publisher.Encoding{Codec: media.H264, Width: 480, Kbps: 1500, Seconds: 6})
	for name, test := range map[string]struct {
		conditions
		atLeast float64 // share of the pictures that must arrive
	}{
		"clean":                       {conditions{delay: 5 * time.Millisecond}, 1},
		"5 % loss at 50 ms":           {conditions{loss: 0.05, delay: 25 * time.Millisecond}, 0.95},
		"5 % loss at 50 ms, unsorted": {conditions{loss: 0.05, delay: 25 * time.Millisecond, reorder: 0.05, duplicate: 0.05, jitter: time.Millisecond}, 0.95},
		"unsorted":                    {conditions{delay: 10 * time.Millisecond, reorder: 0.2, duplicate: 0.2}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A machine that is busy with something else is a bad network as well, so there are three attempts; what
			// repair reaches exactly is calculated in TestRepairReachesWhatWasMeasured.
			for attempt := 1; ; attempt++ {
				share := over(t, test.conditions, units)
				if share >= test.atLeast {
					return
				}
				if attempt == 3 {
					t.Fatalf("%.1f %% of the pictures arrived, want %.0f %%", 100*share, 100*test.atLeast)
				}
			}
		})
	}
}

// over publishes units over a network and returns the share of them that arrived.
func over(t *testing.T, c conditions, units []media.AccessUnit) float64 {
	t.Helper()
	r, camera := network(t, c)
	sink := newRecorder()
	p, publication := publish(t, r, publisher.Options{Units: units, Network: camera}, sink)
	<-p.Done()
	sent := int(p.Stats().Units)
	late := time.After(10 * holeBlocks) // nothing is waited for any longer than holeBlocks
	for waiting := true; waiting && len(sink.received()) < sent; {
		select {
		case <-sink.changed:
		case <-late:
			waiting = false
		}
	}
	stats := publication.Stats()
	t.Logf("%d of %d pictures, %+v", len(sink.received()), sent, stats)
	checkOrder(t, sink.received())
	if c.loss == 0 && stats.Nacks > stats.Packets/2 {
		t.Errorf("%d packets of %d asked for again where none was lost", stats.Nacks, stats.Packets)
	}
	return float64(len(sink.received())) / float64(sent)
}

// checkOrder wants rising times and a key picture first.
func checkOrder(t *testing.T, units []media.AccessUnit) {
	t.Helper()
	for i, u := range units {
		if i == 0 && !u.Key {
			t.Error("the first picture is no key picture")
		}
		if i > 0 && u.Time <= units[i-1].Time {
			t.Errorf("picture %d at %v follows one at %v", i, u.Time, units[i-1].Time)
		}
	}
}

func TestAThirdLostIsPoorButUp(t *testing.T) {
	t.Parallel()
	units := clip(t, publisher.Encoding{Codec: media.H264, Width: 320, Kbps: 400, Seconds: 6})
	r, camera := network(t, conditions{loss: 0.3, delay: 25 * time.Millisecond})
	sink := newRecorder()
	p, publication := publish(t, r, publisher.Options{Units: units, Network: camera, Loop: true}, sink)
	sink.await(t, "news of a poor connection, and pictures", func(units []media.AccessUnit, news []Loss) bool {
		last := news[len(news)-1]
		return last.Poor && last.State == Connected && last.FractionLost > poorFrom && len(units) > 60
	})
	checkOrder(t, sink.received())
	t.Logf("%d of %d pictures: %+v", len(sink.received()), p.Stats().Units, publication.Stats())
	for _, l := range sink.heard() {
		if l.State == Failed || l.State == Closed {
			t.Errorf("the connection went: %+v", l)
		}
	}
}
