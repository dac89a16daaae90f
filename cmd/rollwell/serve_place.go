package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"

	"github.com/rollwell/rollwell/internal/server"
)

// place is where a server is found, and by whom.
type place struct {
	host, port string
	// loopback tells that only this machine reaches it.
	loopback bool
	// token is what visitors need, nothing on loopback unless one was asked for.
	token        string
	certificates *server.Certificates // nil without TLS
	publicName   string               // under which to open it, if that was told
}

// tokenForm is what an access token looks like: it has to fit into an address.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,128}$`)

// place works out where to serve.
func (c serveCmd) place(log *slog.Logger) (*place, error) {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w: --listen %q: write HOST:PORT, for example 127.0.0.1:8080, or :8080 for all addresses", errUsage, c.Listen)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return nil, fmt.Errorf("%w: --listen %q: the port is a number up to 65535, not %d %q", errUsage, c.Listen, n, port)
	}
	ip := net.ParseIP(host)
	p := &place{host: host, port: port, loopback: host == "localhost" || ip != nil && ip.IsLoopback(), token: c.AccessToken}
	if host == "localhost" {
		p.host = "127.0.0.1"
	}
	if (!p.loopback || len(c.Origin) > 0) && p.token == "" { // a proxy opens it to others too
		p.token = rand.Text()
	}
	switch {
	case len(c.TLSDomain) > 0:
		p.publicName = c.TLSDomain[0]
	case len(c.PublicIP) > 0:
		p.publicName = c.PublicIP[0]
	}
	data, err := c.dataFolder()
	if err != nil {
		return nil, err
	}
	p.certificates, err = server.OpenTLS(server.TLSOptions{
		Mode: c.TLS, Cert: c.TLSCert, Key: c.TLSKey, Domains: c.TLSDomain, Email: c.TLSEmail, Data: data, Names: p.names(), Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return p, nil
}

// dataFolder is where certificates are kept; only the modes that keep some need it. Without --data they stay where they
// were before there was a library.
func (c serveCmd) dataFolder() (string, error) {
	if c.Data != "" || c.TLS == server.TLSOff || c.TLS == server.TLSFiles {
		return c.Data, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("%w: certificates have to be kept somewhere: name a folder with --data: %w", errUsage, err)
	}
	return filepath.Join(dir, "rollwell"), nil
}

// names are what a certificate of our own is for.
func (p *place) names() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if !p.loopback {
		if p.wildcard() {
			for _, ip := range ownAddresses() {
				names = append(names, ip.String())
			}
		} else {
			names = append(names, p.host)
		}
	}
	if p.publicName != "" {
		names = append(names, p.publicName)
	}
	return names
}

// wildcard tells that all addresses of the machine are meant.
func (p *place) wildcard() bool {
	ip := net.ParseIP(p.host)
	return p.host == "" || ip != nil && ip.IsUnspecified()
}

// mediaAddress is the address that video comes to; empty for all of the machine's. Visitors who come through a proxy
// send their video past it.
func (c serveCmd) mediaAddress(p *place) string {
	if p.wildcard() || net.ParseIP(p.host) == nil || p.loopback && len(c.Origin)+len(c.PublicIP) > 0 {
		return ""
	}
	return p.host
}

// listen opens the port.
func (p *place) listen(ctx context.Context) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(p.host, p.port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%w: port %s is in use by another program; choose another with --listen", errUsage, p.port)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%w: port %s needs more rights than this program has; choose one above 1023 with --listen", errUsage, p.port)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%w: %s is no address of this machine; choose another with --listen", errUsage, p.host)
	case err != nil:
		return nil, fmt.Errorf("%w: listen on %s: %w", errUsage, net.JoinHostPort(p.host, p.port), err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		p.port = strconv.Itoa(a.Port) // for port 0
	}
	if p.certificates != nil {
		l = tls.NewListener(l, p.certificates.Config)
	}
	return l, nil
}

// address is what to open in a browser.
func (p *place) address() string {
	u := url.URL{Scheme: "http", Path: "/"}
	host := p.host
	if p.certificates != nil {
		u.Scheme = "https"
	}
	switch {
	case p.publicName != "" && p.certificates != nil:
		host = p.publicName
	case p.wildcard() && p.certificates == nil:
		host = "localhost" // where browsers give the camera without TLS
	case p.wildcard():
		host = "localhost"
		if own := ownAddresses(); len(own) > 0 {
			host = own[0].String()
		}
	}
	u.Host = net.JoinHostPort(host, p.port)
	if p.token != "" {
		u.Fragment = "token=" + p.token
	}
	return u.String()
}

// ownAddresses lists the machine's addresses that others can reach, IPv4 first.
func ownAddresses() (all []net.IP) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var six []net.IP
	for _, a := range addresses {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast():
		case n.IP.To4() != nil:
			all = append(all, n.IP)
		default:
			six = append(six, n.IP)
		}
	}
	return append(all, six...)
}

// checkOrigins refuses what is no origin.
func checkOrigins(all []string) error {
	for _, o := range all {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || o != u.Scheme+"://"+u.Host || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("%w: --origin %q: write a scheme and a host without a path, for example https://example.org", errUsage, o)
		}
	}
	return nil
}
