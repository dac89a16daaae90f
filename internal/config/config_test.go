package config

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// grammar is a command line with two commands.
type grammar struct {
	Serve struct {
		Config string `help:"The file."`
		Listen string `default:"here"`
		Names  []string
		Port   int `default:"1"`
		Loud   bool
		Secret string `hidden:""`
	} `cmd:""`
	Other struct {
		Listen string `default:"there"`
	} `cmd:""`
}

func parser(t testing.TB, g *grammar, options ...kong.Option) *kong.Kong {
	t.Helper()
	k, err := kong.New(g, append(options, kong.Exit(func(int) {}), kong.DefaultEnvars("CONFIGTEST"))...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeys(t *testing.T) {
	var g grammar
	if got := Keys(parser(t, &g).Model.Children[0]); !slices.Equal(got, []string{"listen", "names", "port", "loud"}) {
		t.Errorf("keys %v", got)
	}
}

func TestFileSetsTheFlagsOfItsCommand(t *testing.T) {
	var g grammar
	k := parser(t, &g)
	f, err := Parse("x.yaml", []byte("listen: 8080\nnames: [a, b]\nport: 7\nloud: true\n"), k.Model.Children[0])
	if err != nil {
		t.Fatal(err)
	}
	k = parser(t, &g, kong.Resolvers(f))
	f.command = k.Model.Children[0]
	if _, err := k.Parse([]string{"serve", "--port", "9"}); err != nil {
		t.Fatal(err)
	}
	if s := g.Serve; s.Listen != "8080" || !slices.Equal(s.Names, []string{"a", "b"}) || s.Port != 9 || !s.Loud {
		t.Errorf("flags %+v", s)
	}
	t.Setenv("CONFIGTEST_LISTEN", "environment")
	if _, err := k.Parse([]string{"serve"}); err != nil || g.Serve.Listen != "environment" || g.Serve.Port != 7 {
		t.Errorf("flags %+v, %v", g.Serve, err)
	}
	if _, err := k.Parse([]string{"other"}); err != nil || g.Other.Listen != "environment" {
		t.Errorf("flags %+v, %v", g.Other, err)
	}
}

func TestRefusedFiles(t *testing.T) {
	var g grammar
	command := parser(t, &g).Model.Children[0]
	for text, says := range map[string]string{
		"lisen: x":         `no setting "lisen"; there are listen, names`,
		"config: x":        `no setting "config"`,
		"secret: x":        `no setting "secret"`,
		"listen: {a: 1}":   "plain value",
		"names: [[a]]":     "plain values only",
		"names: [{a: 1}]":  "plain values only",
		"port: 1\nport: 2": "port",
		"- listen":         "x.yaml",
		"listen: [":        "x.yaml",
		"\tlisten: x":      "x.yaml",
	} {
		if _, err := Parse("x.yaml", []byte(text), command); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "# nothing\n", "listen:\n", "names: []\n", "names: [a, 1, true, 1.5]"} {
		if _, err := Parse("x.yaml", []byte(text), command); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Read("nowhere.yaml", command); !errors.Is(err, ErrFile) {
		t.Errorf("no file: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"listen: x", "names: [a, b]", "{", "a: &a [*a]", "port: 0x1f", "? x"} {
		f.Add([]byte(s))
	}
	var g grammar
	command := parser(f, &g).Model.Children[0]
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Parse("x.yaml", text, command)
		if (err == nil) != (file != nil) || err != nil && !errors.Is(err, ErrFile) {
			t.Errorf("%q: %v, %v", text, file, err)
		}
	})
}
