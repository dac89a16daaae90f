package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSelfSignedIsMadeOnceAndKept(t *testing.T) {
	o := TLSOptions{Mode: TLSSelfSigned, Data: filepath.Join(t.TempDir(), "new"), Names: []string{"localhost", "127.0.0.1"}}
	first, err := OpenTLS(o)
	if err != nil {
		t.Fatal(err)
	}
	if parts := strings.Split(first.Fingerprint, ":"); len(parts) != 32 || len(parts[0]) != 2 {
		t.Errorf("fingerprint %s", first.Fingerprint)
	}
	info, err := os.Stat(filepath.Join(o.Data, selfSignedFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("kept as %v, %v", info, err)
	}
	again, err := OpenTLS(o)
	if err != nil || again.Fingerprint != first.Fingerprint {
		t.Errorf("the second time it is another: %v", err)
	}
	o.Names = append(o.Names, "192.0.2.1")
	other, err := OpenTLS(o)
	if err != nil || other.Fingerprint == first.Fingerprint {
		t.Errorf("for another name it is the same: %v", err)
	}
	leaf := other.Config.Certificates[0].Leaf
	for _, name := range o.Names {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if left := time.Until(leaf.NotAfter); left < 300*24*time.Hour || left > 398*24*time.Hour {
		t.Errorf("valid for %s", left)
	}
	if err := os.WriteFile(filepath.Join(o.Data, selfSignedFile), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenTLS(o); err != nil {
		t.Errorf("a damaged one is not made anew: %v", err)
	}
}

func TestServeOverTLS(t *testing.T) {
	c, err := OpenTLS(TLSOptions{Mode: TLSSelfSigned, Data: t.TempDir(), Names: []string{"localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c.Config.Certificates[0].Leaf)
	l, err := tls.Listen("tcp", "127.0.0.1:0", c.Config)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			_, err = conn.Write([]byte("x"))
			err = errors.Join(err, conn.Close())
		}
		done <- err
	}()
	conn, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "localhost"}) //nolint:noctx // at once
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if conn.ConnectionState().Version < tls.VersionTLS12 {
		t.Error("an old TLS")
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNewCertificateFilesAreNoticed(t *testing.T) {
	dir := t.TempDir()
	o := TLSOptions{Mode: TLSFiles, Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem"), Log: slog.New(slog.DiscardHandler)}
	write := func(name string) {
		t.Helper()
		text, err := makeCertificate([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{o.Cert, o.Key} {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("old.example.org")
	r := &reloaded{cert: o.Cert, key: o.Key, log: o.Log}
	if err := r.load(); err != nil {
		t.Fatal(err)
	}
	name := func() string {
		t.Helper()
		c, err := r.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Leaf.DNSNames[0]
	}
	later := func() {
		r.looked = r.looked.Add(-2 * lookEvery)
		r.stamp = r.stamp.Add(-time.Hour)
	}
	write("new.example.org")
	if got := name(); got != "old.example.org" {
		t.Errorf("at once: %s", got)
	}
	later()
	if got := name(); got != "new.example.org" {
		t.Errorf("later: %s", got)
	}
	if err := os.WriteFile(o.Cert, []byte("half of a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	later()
	if got := name(); got != "new.example.org" {
		t.Errorf("with a damaged file: %s", got)
	}
	if c, err := OpenTLS(TLSOptions{Mode: TLSFiles, Cert: o.Key, Key: o.Key}); err != nil || c.Fingerprint != "" {
		t.Errorf("files: %+v, %v", c, err)
	}
}

func TestTLSRefusals(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]TLSOptions{
		"no files":         {Mode: TLSFiles},
		"files not there":  {Mode: TLSFiles, Cert: "nowhere.pem", Key: "nowhere.pem"},
		"no certificate":   {Mode: TLSFiles, Cert: file, Key: file},
		"no folder":        {Mode: TLSSelfSigned},
		"a file as folder": {Mode: TLSSelfSigned, Data: file},
		"no domain":        {Mode: TLSACME, Data: t.TempDir()},
		"no folder for it": {Mode: TLSACME, Domains: []string{"example.org"}},
		"no mode of ours":  {Mode: "maybe"},
	} {
		if c, err := OpenTLS(o); !errors.Is(err, ErrTLS) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if c, err := OpenTLS(TLSOptions{Mode: TLSOff}); c != nil || err != nil {
		t.Errorf("off: %+v, %v", c, err)
	}
}

// Certificates are asked for only for the names that were told.
func TestACMEKnowsItsNames(t *testing.T) {
	c, err := OpenTLS(TLSOptions{Mode: TLSACME, Data: t.TempDir(), Domains: []string{"roll.example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Config.GetCertificate(&tls.ClientHelloInfo{ServerName: "evil.test"}); err == nil || !strings.Contains(err.Error(), "evil.test") {
		t.Errorf("a certificate for evil.test: %v", err)
	}
}
