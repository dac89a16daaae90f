package archive

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/rollwell/rollwell/internal/simulate"
)

// FuzzFolder reads folders whose files hold anything: it may refuse them, and not more.
func FuzzFolder(f *testing.F) {
	dir, _ := record(f, simulate.Run(lumbar(1)))
	text, err := zstd.NewReader(nil)
	if err != nil {
		f.Fatal(err)
	}
	defer text.Close()
	plain := func(name string) []byte {
		b, err := text.DecodeAll(contents(f, dir, name), nil)
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	f.Add(plain(ObservationsFile), plain(ReadingsFile), plain(EventsFile), contents(f, dir, SessionFile))
	f.Add([]byte("{}\n"), []byte("{}\n"), []byte("{}\n"), []byte("{}"))
	f.Fuzz(func(t *testing.T, observations, readings, events, session []byte) {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		whole, cut := t.TempDir(), t.TempDir()
		for name, b := range map[string][]byte{ObservationsFile: observations, ReadingsFile: readings, EventsFile: events} {
			b = z.EncodeAll(b, nil)
			for _, path := range []string{filepath.Join(whole, name), filepath.Join(cut, name+partSuffix)} {
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := os.WriteFile(filepath.Join(whole, SessionFile), session, 0o600); err != nil {
			t.Fatal(err)
		}
		if a, err := Open(whole); err == nil {
			_, _ = a.Digest()
			_, _ = a.Events()
		}
		if d, err := Recover(cut); err == nil && d.Session.Frames.Analysed < 1 {
			t.Errorf("recovered nothing: %+v", d)
		}
	})
}
