package export

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/store"
)

// mortal is a library whose program ends at the n-th call that changes it.
type mortal struct {
	*store.Store
	n int
}

type killed struct{}

func (m *mortal) live() {
	if m.n--; m.n < 0 {
		panic(killed{})
	}
}

func (m *mortal) BeginImport(id string) (string, error) {
	m.live()
	return m.Store.BeginImport(id)
}

func (m *mortal) Create(ctx context.Context, n store.Session) (store.Session, error) {
	m.live()
	return m.Store.Create(ctx, n)
}

func (m *mortal) AddNote(ctx context.Context, session string, n store.Note) (store.Note, error) {
	m.live()
	return m.Store.AddNote(ctx, session, n)
}

func (m *mortal) EndImport(id string) error {
	m.live()
	return m.Store.EndImport(id)
}

// DropImport does nothing: a program that has ended tidies nothing up.
func (m *mortal) DropImport(context.Context, string) error { return nil }

// try restores until the end.
func (m *mortal) try(t *testing.T, document []byte) (whole bool) {
	defer func() {
		if cause := recover(); cause != nil && cause != (killed{}) {
			panic(cause)
		}
	}()
	if _, err := Restore(t.Context(), m, bytes.NewReader(document), int64(len(document)), func(context.Context) error { m.live(); return nil }); err != nil {
		t.Fatal(err)
	}
	return true
}

// An import that is cut off anywhere leaves nothing, and one that is whole stays.
func TestRestoreIsWholeOrNothing(t *testing.T) {
	text := document(t, recorded(t, 2), About{Title: "Monday", Score: math.NaN()}, []store.Note{{T: 1, Text: "look"}}, nil)
	for n := 0; ; n++ {
		dir := t.TempDir()
		s, err := store.Open(t.Context(), store.Options{Dir: dir, MinFree: 1})
		if err != nil {
			t.Fatal(err)
		}
		whole := (&mortal{s, n}).try(t, text)
		r, err := s.Recover(t.Context(), archive.Recover)
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.List(t.Context(), store.Query{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		folders, err := os.ReadDir(filepath.Join(dir, "sessions"))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(list.Total, len(folders), r.Adopted), map[bool]string{true: "1 1 0", false: "0 0 0"}[whole]; got != want {
			t.Errorf("cut off at change %d: sessions, folders and adopted ones are %s, want %s", n, got, want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if whole {
			if n < 5 {
				t.Errorf("only %d changes", n)
			}
			return
		}
	}
}
