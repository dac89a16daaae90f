package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// TLSMode says where certificates come from.
type TLSMode string

// The modes.
const (
	TLSOff        TLSMode = "off"
	TLSSelfSigned TLSMode = "self-signed" // made once and kept; browsers warn, and ask to go on
	TLSFiles      TLSMode = "files"       // files that somebody else renews; a new one is noticed
	TLSACME       TLSMode = "acme"        // got from Let's Encrypt, which needs port 443 to be reachable
)

// TLSOptions say how connections are encrypted.
type TLSOptions struct {
	Mode TLSMode
	// Cert and Key are the PEM files of TLSFiles.
	Cert, Key string
	// Domains and Email are for TLSACME: the names to get certificates for, and whom to write to about them.
	Domains []string
	Email   string
	// Data is the folder in which what was made or got is kept.
	Data string
	// Names are the host names and addresses that a self-signed certificate is for.
	Names []string
	Log   *slog.Logger
}

// ErrTLS tells that connections cannot be encrypted as asked.
var ErrTLS = errors.New("no TLS")

// Certificates is the server's side of TLS, ready.
type Certificates struct {
	Config *tls.Config
	// Fingerprint is the SHA-256 of a self-signed certificate, for people to compare; empty for all others.
	Fingerprint string
}

// OpenTLS prepares TLS. It returns nil for TLSOff.
func OpenTLS(o TLSOptions) (*Certificates, error) {
	switch o.Mode {
	case TLSOff, "":
		return nil, nil //nolint:nilnil // no TLS is no fault
	case TLSSelfSigned:
		return selfSigned(o)
	case TLSFiles:
		return fromFiles(o)
	case TLSACME:
		return fromACME(o)
	}
	return nil, fmt.Errorf("%w: there is no mode %q", ErrTLS, o.Mode)
}

// baseConfig is common to all modes. HTTP/2 is left out: WebSockets do not work over it here, and one page needs it not.
func baseConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
}

func fromACME(o TLSOptions) (*Certificates, error) {
	switch {
	case len(o.Domains) == 0:
		return nil, fmt.Errorf("%w: name the server's domain with --tls-domain", ErrTLS)
	case o.Data == "":
		return nil, fmt.Errorf("%w: certificates have to be kept somewhere: name a folder with --data", ErrTLS)
	}
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(filepath.Join(o.Data, "acme")),
		HostPolicy: autocert.HostWhitelist(o.Domains...), Email: o.Email,
	}
	c := baseConfig()
	c.GetCertificate = m.GetCertificate
	c.NextProtos = append(c.NextProtos, acme.ALPNProto)
	return &Certificates{Config: c}, nil
}

// reloaded is a certificate in files that somebody else renews.
type reloaded struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	stamp  time.Time // of the newer file
	looked time.Time
}

// lookEvery is the time between two looks at the files.
const lookEvery = time.Minute

func fromFiles(o TLSOptions) (*Certificates, error) {
	if o.Cert == "" || o.Key == "" {
		return nil, fmt.Errorf("%w: name the PEM files with --tls-cert and --tls-key", ErrTLS)
	}
	r := &reloaded{cert: o.Cert, key: o.Key, log: o.Log}
	if err := r.load(); err != nil {
		return nil, err
	}
	c := baseConfig()
	c.GetCertificate = r.get
	return &Certificates{Config: c}, nil
}

func (r *reloaded) load() error {
	loaded, err := tls.LoadX509KeyPair(r.cert, r.key)
	if err != nil {
		return fmt.Errorf("%w: %s and %s: %w", ErrTLS, r.cert, r.key, err)
	}
	r.loaded, r.stamp, r.looked = &loaded, r.changed(), time.Now()
	return nil
}

// changed is when the files were last written.
func (r *reloaded) changed() (last time.Time) {
	for _, name := range []string{r.cert, r.key} {
		if info, err := os.Stat(name); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

// get returns the certificate, the new one if there is one. One that cannot be read leaves the old one in use.
func (r *reloaded) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.looked) > lookEvery {
		r.looked = now
		if r.changed().After(r.stamp) {
			if err := r.load(); err != nil {
				r.log.Warn("the new certificate cannot be used; the old one stays", "cause", err)
			} else {
				r.log.Info("new certificate")
			}
		}
	}
	return r.loaded, nil
}

const (
	selfSignedFor  = 397 * 24 * time.Hour // the most that browsers take
	selfSignedLeft = 30 * 24 * time.Hour  // made anew when less is left
	selfSignedFile = "self-signed.pem"
)

// selfSigned returns the certificate kept in the data folder, and makes one if there is none that will do.
func selfSigned(o TLSOptions) (*Certificates, error) {
	if o.Data == "" {
		return nil, fmt.Errorf("%w: the certificate has to be kept somewhere: name a folder with --data", ErrTLS)
	}
	path := filepath.Join(o.Data, selfSignedFile)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrTLS, err)
	}
	cert, err := tls.X509KeyPair(text, text)
	if err != nil || !suits(cert.Leaf, o.Names) {
		if text, err = makeCertificate(o.Names); err != nil {
			return nil, fmt.Errorf("%w: make a certificate: %w", ErrTLS, err)
		}
		if err := keep(path, text); err != nil {
			return nil, fmt.Errorf("%w: keep the certificate: %w", ErrTLS, err)
		}
		if cert, err = tls.X509KeyPair(text, text); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTLS, err)
		}
	}
	c := baseConfig()
	c.Certificates = []tls.Certificate{cert}
	return &Certificates{Config: c, Fingerprint: fingerprint(cert.Certificate[0])}, nil
}

// suits tells whether a certificate is valid for long enough, for all the names.
func suits(leaf *x509.Certificate, names []string) bool {
	if leaf == nil || time.Until(leaf.NotAfter) < selfSignedLeft {
		return false
	}
	return !slices.ContainsFunc(names, func(n string) bool { return leaf.VerifyHostname(n) != nil })
}

func makeCertificate(names []string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Rollwell, self-signed"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(selfSignedFor - time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}

// keep writes a file that only its owner may read, whole or not at all.
func keep(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	part := path + ".part"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// fingerprint is the SHA-256 of a certificate as browsers show it.
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(parts, ":")
}
