package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/config"
)

func TestServeRefusals(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	settings := func(text string) string {
		path := filepath.Join(folder, fmt.Sprintf("%d.yaml", len(text)))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a port in use":         {[]string{"--listen", "127.0.0.1:" + port}, exitUsage, "in use by another program; choose another with --listen"},
		"a media port in use":   {[]string{"--rtc-port", port}, exitUsage, "choose another with --rtc-port"},
		"no port":               {[]string{"--listen", "localhost"}, exitUsage, "write HOST:PORT"},
		"an odd port":           {[]string{"--listen", "localhost:http!"}, exitUsage, "up to 65535"},
		"somebody else's":       {[]string{"--listen", "192.0.2.1:0"}, exitUsage, "no address of this machine"},
		"a short token":         {[]string{"--access-token", "hunter2"}, exitUsage, "16 to 128"},
		"an origin with a path": {[]string{"--origin", "https://example.org/page"}, exitUsage, "without a path"},
		"no IP":                 {[]string{"--public-ip", "here"}, exitUsage, "no IP address"},
		"no rate":               {[]string{"--min-rate", "0"}, exitUsage, "1 to 60"},
		"no certificate":        {[]string{"--tls", "files"}, exitUsage, "--tls-cert"},
		"no domain":             {[]string{"--tls", "acme", "--data", folder}, exitUsage, "--tls-domain"},
		"a negative time":       {[]string{"--keep-days=-1"}, exitUsage, "cannot be below 0"},
		"no size":               {[]string{"--disk-budget", "a lot"}, exitUsage, "for example 20GiB"},
		"no models":             {[]string{"--models", folder}, exitSetup, "models install"},
		"a file that is not":    {[]string{"--config", filepath.Join(folder, "none.yaml")}, exitUsage, "no such file"},
		"an unknown setting":    {[]string{"--config", settings("lisen: :80\n")}, exitUsage, `no setting "lisen"`},
		"an odd setting":        {[]string{"--config", settings("listen: {a: b}\n")}, exitUsage, "plain value"},
		"a setting twice":       {[]string{"--config", settings("model: lite\nmodel: full\n")}, exitUsage, "model"},
		"a wrong value":         {[]string{"--config", settings("model: enormous\n")}, exitUsage, "enormous"},
		"no YAML":               {[]string{"--config", settings("\tlisten")}, exitUsage, "settings cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"serve", "--models", testModels, "--rtc-port", "0", "--listen", "127.0.0.1:0"}, tt.args...)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			code, out, errs := rollwell(ctx, args...)
			if code != tt.code || !strings.Contains(errs, tt.says) || out != "" {
				t.Errorf("exit code %d with %q and %q, want %d with %q", code, errs, out, tt.code, tt.says)
			}
		})
	}
}

// parsed is serve's flags after a command line.
func parsed(t *testing.T, args ...string) (serveCmd, error) {
	t.Helper()
	var commands cli
	parser, err := kong.New(&commands, kong.DefaultEnvars("ROLLWELL"), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(append([]string{"serve"}, args...))
	return commands.Serve, err
}

// The sample names every setting, at its default.
func TestSampleConfigIsTheDefaults(t *testing.T) {
	code, out, errs := rollwell(t.Context(), "serve", "--print-config")
	if code != exitOK || out != sampleConfig {
		t.Fatalf("exit code %d with %q and %s", code, out, errs)
	}
	path := filepath.Join(t.TempDir(), "rollwell.yaml")
	if err := os.WriteFile(path, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := parsed(t)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parsed(t, "--config", path)
	if err != nil {
		t.Fatal(err)
	}
	got.Config = ""
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(serveCmd{}, libraryFlags{})); diff != "" {
		t.Errorf("the sample differs from the defaults (-defaults +sample):\n%s", diff)
	}
	var commands cli
	parser, err := kong.New(&commands)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Children {
		if node.Name != "serve" {
			continue
		}
		for _, key := range config.Keys(node) {
			if !regexp.MustCompile(`(?m)^` + key + `:`).MatchString(out) {
				t.Errorf("the sample lacks %s", key)
			}
		}
	}
	blocks := strings.Split(strings.TrimSpace(out), "\n\n")
	for _, block := range blocks {
		if !strings.HasPrefix(block, "# ") {
			t.Errorf("without a comment: %s", block)
		}
	}
}

func TestFlagsBeforeEnvironmentBeforeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rollwell.yaml")
	text := "model: lite\nengine: opencv\nworkers: 3\ngrace: 1m\npublic-ip: [192.0.2.1, 192.0.2.2]\naccess-token: 1234567890123456\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ROLLWELL_CONFIG", path)
	t.Setenv("ROLLWELL_ENGINE", "onnxruntime")
	t.Setenv("ROLLWELL_WORKERS", "4")
	c, err := parsed(t, "--workers", "5")
	if err != nil {
		t.Fatal(err)
	}
	if c.Model != "lite" || c.Engine != "onnxruntime" || c.Workers != 5 || c.Grace != time.Minute || c.AccessToken != "1234567890123456" ||
		!cmp.Equal(c.PublicIP, []string{"192.0.2.1", "192.0.2.2"}) || c.Listen != "127.0.0.1:8080" {
		t.Errorf("flags %+v", c)
	}
}

func TestHealthcheckOfNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := rollwell(t.Context(), "healthcheck", "--listen", address); code == exitOK || !strings.Contains(errs, "does not answer") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// data is a data folder of its own.
func data(t *testing.T) libraryFlags { return libraryFlags{dataFlag: dataFlag{t.TempDir()}} }

// The address to open is one that works: under a name that is reachable, with a camera if there can be one.
func TestAddressToOpen(t *testing.T) {
	for _, tt := range []struct {
		cmd  serveCmd
		want string // a pattern
	}{
		{serveCmd{Listen: "127.0.0.1:8080"}, `^http://127\.0\.0\.1:8080/$`},
		{serveCmd{Listen: "localhost:8080"}, `^http://127\.0\.0\.1:8080/$`},
		{serveCmd{Listen: "[::1]:8080"}, `^http://\[::1\]:8080/$`},
		{serveCmd{Listen: ":8080"}, `^http://localhost:8080/#token=\w{20,}$`},
		{serveCmd{Listen: "127.0.0.1:8080", AccessToken: "a-token-of-mine-1"}, `^http://127\.0\.0\.1:8080/#token=a-token-of-mine-1$`},
		{serveCmd{Listen: "0.0.0.0:8443", TLS: "self-signed", libraryFlags: data(t), PublicIP: []string{"192.0.2.7"}}, `^https://192\.0\.2\.7:8443/#token=\w{20,}$`},
		{serveCmd{Listen: ":443", TLS: "acme", libraryFlags: data(t), TLSDomain: []string{"roll.example.org"}}, `^https://roll\.example\.org:443/#token=\w{20,}$`},
	} {
		p, err := tt.cmd.place(slog.New(slog.DiscardHandler))
		if err != nil {
			t.Errorf("%+v: %v", tt.cmd, err)
			continue
		}
		if got := p.address(); !regexp.MustCompile(tt.want).MatchString(got) {
			t.Errorf("--listen %s: %s, want %s", tt.cmd.Listen, got, tt.want)
		}
	}
}
