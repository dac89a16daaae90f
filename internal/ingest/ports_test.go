package ingest

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestPortsAreOpenedOnOneNumber(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1"})
	if _, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: r.Port()}); err == nil {
		t.Error("UDP is not open")
	}
	if _, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: r.Port()}); err == nil {
		t.Error("TCP is not open")
	}
	if _, err := New(Options{Address: "127.0.0.1", Port: r.Port()}); !errors.Is(err, ErrPort) {
		t.Errorf("a second receiver on it: %v, want %v", err, ErrPort)
	}
}

func TestAPortWhoseUDPIsTakenIsRefused(t *testing.T) {
	taken, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }() // it was only held
	address, ok := taken.LocalAddr().(*net.UDPAddr)
	if !ok {
		t.Fatal(taken.LocalAddr())
	}
	if _, err := New(Options{Address: "127.0.0.1", Port: address.Port}); !errors.Is(err, ErrPort) {
		t.Errorf("got %v, want %v", err, ErrPort)
	}
	r := receive(t, Options{Address: "127.0.0.1"}) // which had another number to choose
	if r.Port() == address.Port {
		t.Error("it took the port all the same")
	}
}

func TestAddressesFitTheWish(t *testing.T) {
	for _, wish := range []string{"", "0.0.0.0", "::"} {
		all, err := localAddresses(wish, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if a.IsLinkLocalUnicast() || a.IsLoopback() != all[0].IsLoopback() || wish == "0.0.0.0" && !a.Is4() {
				t.Errorf("%q gives %v", wish, all)
			}
		}
	}
	one, err := localAddresses("127.0.0.1", nil)
	if err != nil || len(one) != 1 || one[0] != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("got %v, %v", one, err)
	}
	for _, wish := range []string{"203.0.113.1", "localhost", "127.0.0.1:80", "x"} {
		if _, err := New(Options{Address: wish}); !errors.Is(err, ErrNoAddress) {
			t.Errorf("%q: got %v, want %v", wish, err, ErrNoAddress)
		}
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	inner, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	l := newBoundedListener(inner, 2)
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	dial := func() net.Conn {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() }) // the other end may be closed
		return c
	}
	dial()
	first := <-accepted
	dial()
	<-accepted
	if _, err := dial().Read(make([]byte, 1)); err == nil { // the third is closed at once
		t.Error("a third connection was let in")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	dial()
	<-accepted
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for range accepted {
		t.Error("a connection after the end")
	}
	if len(l.open) != 0 {
		t.Errorf("%d connections are left open", len(l.open))
	}
}
