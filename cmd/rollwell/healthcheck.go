package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/rollwell/rollwell/internal/server"
)

// healthcheckCmd asks a server on this machine whether it is well. Its flags are those of serve, so that the same
// environment serves both.
type healthcheckCmd struct {
	Listen string         `help:"Address and port that the server was given." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	TLS    server.TLSMode `help:"How it encrypts." enum:"off,self-signed,files,acme" default:"off"`
	// TLSDomain is the name to ask for: a server with tls: acme has certificates for its own names only.
	TLSDomain []string `help:"The name that it has a certificate for." placeholder:"NAME"`
}

// healthTimeout is how long the answer may take.
const healthTimeout = 5 * time.Second

// Run asks once. It fails unless the answer is that all is well.
func (c healthcheckCmd) Run(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("%w: --listen %q: write HOST:PORT", errUsage, c.Listen)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if c.TLS != server.TLSOff {
		scheme = "https"
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/healthz", http.NoBody)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	// The certificate is for the name that others use, and nothing secret is said here.
	encryption := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // see above
	if len(c.TLSDomain) > 0 {
		encryption.ServerName = c.TLSDomain[0]
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: encryption, DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answers %s: %s", answer.Status, body)
	}
	return nil
}
