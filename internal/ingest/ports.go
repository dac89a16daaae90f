package ingest

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/logging"
	"github.com/pion/transport/v2"
)

const (
	// portTries is how many numbers are tried until one is free for both UDP and TCP.
	portTries = 20
	// tcpSilence is how long a TCP connection may stay without naming a publication.
	tcpSilence = 5 * time.Second
	// tcpWriteBuffer bounds what is queued for a TCP connection that does not read, in bytes.
	tcpWriteBuffer = 1 << 20
	// socketBuffer is asked of the system for the UDP sockets, which all publications share, in bytes.
	socketBuffer = 2 << 20
	// tcpConnections bounds the open TCP connections; more are closed at once.
	tcpConnections = 1024
)

// ports are the sockets that all publications share.
type ports struct {
	number    int
	addresses []netip.Addr // the local ones that are listened on
	loopback  bool         // addresses holds loopback addresses, and then no others
	udp       ice.UDPMux
	tcp       ice.TCPMux // nil on a virtual network, which has no TCP
}

// openPorts opens UDP and TCP on the same number. A virtual network serves the tests.
func openPorts(o Options, virtual transport.Net, log logging.LeveledLogger) (*ports, error) {
	addresses, err := localAddresses(o.Address, virtual)
	if err != nil {
		return nil, err
	}
	p := &ports{addresses: addresses, loopback: addresses[0].IsLoopback()}
	if virtual != nil {
		p.number = max(o.Port, 1)
		p.udp, err = p.openUDP(p.number, virtual, log)
		return p, err
	}
	for range portTries {
		if err = p.openBoth(o, log); err == nil || o.Port != 0 || !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPort, err)
	}
	return p, nil
}

// openBoth lets the system choose the number, if none is given, by opening TCP first.
func (p *ports) openBoth(o Options, log logging.LeveledLogger) error {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.ParseIP(o.Address), Port: o.Port})
	if err != nil {
		return err
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return errors.Join(fmt.Errorf("unexpected address %v", listener.Addr()), listener.Close())
	}
	udp, err := p.openUDP(address.Port, nil, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	p.number, p.udp = address.Port, udp
	p.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: newBoundedListener(listener, tcpConnections), Logger: log,
		ReadBufferSize: 64, WriteBufferSize: tcpWriteBuffer,
		FirstStunBindTimeout: tcpSilence, AliveDurationForConnFromStun: tcpSilence,
	})
	return nil
}

func (p *ports) openUDP(number int, virtual transport.Net, log logging.LeveledLogger) (ice.UDPMux, error) {
	options := []ice.UDPMuxFromPortOption{
		ice.UDPMuxFromPortWithIPFilter(p.uses), ice.UDPMuxFromPortWithLogger(log),
		ice.UDPMuxFromPortWithReadBufferSize(socketBuffer), ice.UDPMuxFromPortWithWriteBufferSize(socketBuffer),
	}
	if p.loopback {
		options = append(options, ice.UDPMuxFromPortWithLoopback())
	}
	if virtual != nil {
		options = append(options, ice.UDPMuxFromPortWithNet(virtual))
	}
	return ice.NewMultiUDPMuxFromPort(number, options...)
}

// uses reports whether ip is one that is listened on.
func (p *ports) uses(ip net.IP) bool {
	address, ok := netip.AddrFromSlice(ip)
	if !ok {
		return false
	}
	for _, own := range p.addresses {
		if own == address.Unmap() {
			return true
		}
	}
	return false
}

func (p *ports) close() error {
	err := p.udp.Close()
	if p.tcp != nil {
		err = errors.Join(err, p.tcp.Close())
	}
	return err
}

// localAddresses are the machine's addresses that fit the wish: the one named, or all but loopback ones. Where there
// is nothing but loopback, that serves.
func localAddresses(wish string, virtual transport.Net) ([]netip.Addr, error) {
	all, err := interfaceAddresses(virtual)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoAddress, err)
	}
	var named netip.Addr
	if wish != "" {
		if named, err = netip.ParseAddr(wish); err != nil {
			return nil, fmt.Errorf("%w: %q is no address: %w", ErrNoAddress, wish, err)
		}
		named = named.Unmap()
	}
	var outside, loopback []netip.Addr
	for _, address := range all {
		switch {
		case named.IsValid() && !named.IsUnspecified() && address != named:
		case named.Is4() && !address.Is4():
		case address.IsLoopback():
			loopback = append(loopback, address)
		case !address.IsLinkLocalUnicast():
			outside = append(outside, address)
		}
	}
	switch {
	case len(outside) > 0:
		return outside, nil
	case len(loopback) > 0:
		return loopback, nil
	}
	return nil, fmt.Errorf("%w (wanted %q)", ErrNoAddress, wish)
}

func interfaceAddresses(virtual transport.Net) ([]netip.Addr, error) {
	var listed []net.Addr
	var err error
	if virtual == nil {
		listed, err = net.InterfaceAddrs()
	} else {
		listed, err = virtualAddresses(virtual)
	}
	var addresses []netip.Addr
	for _, l := range listed {
		if prefix, err := netip.ParsePrefix(l.String()); err == nil {
			addresses = append(addresses, prefix.Addr().Unmap())
		}
	}
	return addresses, err
}

func virtualAddresses(virtual transport.Net) ([]net.Addr, error) {
	interfaces, err := virtual.Interfaces()
	if err != nil {
		return nil, err
	}
	var listed []net.Addr
	for _, i := range interfaces {
		addresses, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		listed = append(listed, addresses...)
	}
	return listed, nil
}

// boundedListener closes connections beyond a number, and all of them when it is closed, so that silent ones hold
// nobody up.
type boundedListener struct {
	net.Listener
	limit int

	mu     sync.Mutex // guards what follows
	open   map[*boundedConn]struct{}
	closed bool
}

type boundedConn struct {
	net.Conn
	owner *boundedListener
}

func newBoundedListener(l net.Listener, limit int) *boundedListener {
	return &boundedListener{Listener: l, limit: limit, open: map[*boundedConn]struct{}{}}
}

// Accept waits for a connection within the bound.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		conn := &boundedConn{Conn: c, owner: l}
		l.mu.Lock()
		room := !l.closed && len(l.open) < l.limit
		if room {
			l.open[conn] = struct{}{}
		}
		l.mu.Unlock()
		if room {
			return conn, nil
		}
		_ = c.Close() // nothing was sent, so there is nothing to lose
	}
}

// Close closes the listener and its connections.
func (l *boundedListener) Close() error {
	l.mu.Lock()
	l.closed = true
	open := make([]*boundedConn, 0, len(l.open))
	for c := range l.open {
		open = append(open, c)
	}
	l.mu.Unlock()
	err := l.Listener.Close()
	for _, c := range open {
		_ = c.Close() // the connection's owner hears of it by its read
	}
	return err
}

// Close closes the connection and makes room for another.
func (c *boundedConn) Close() error {
	c.owner.mu.Lock()
	delete(c.owner.open, c)
	c.owner.mu.Unlock()
	return c.Conn.Close()
}
