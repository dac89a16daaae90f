package export

import (
	"bytes"
	"io"
	"math"
	"testing"
)

// A session of ten minutes, as most are.
func BenchmarkExport(b *testing.B) {
	dir := recorded(b, 600)
	s, a, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := Open(dir); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, write := range map[string]func(io.Writer) error{
		"csv":  func(w io.Writer) error { return CSV(w, a.Each) },
		"trc":  func(w io.Writer) error { return TRC(w, s, "x.trc") },
		"mot":  func(w io.Writer) error { return MOT(w, s, "x.mot") },
		"json": func(w io.Writer) error { return Document(w, s, a) },
	} {
		b.Run(name, func(b *testing.B) {
			var n counter
			for b.Loop() {
				n = 0
				if err := write(&n); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/1e6, "MB")
		})
	}
	b.Run("import", func(b *testing.B) {
		text := document(b, dir, About{Score: math.NaN()}, nil, nil)
		for b.Loop() {
			if _, err := Import(bytes.NewReader(text), b.TempDir(), ample); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// counter counts what is written.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
