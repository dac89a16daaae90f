package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/rollwell/rollwell/internal/store"
)

// fate is what has been promised of a session.
type fate struct {
	// files are the sums of its files since it was whole; nil before.
	files map[string][32]byte
	// trash tells where it was put; when asked, and not answered, it may be either.
	trash, asked bool
	// gone tells that it was removed for good; going that it was asked for.
	gone, going bool
	// again tells that it is analysed once more: it will be whole, but with other files.
	again bool
	// answered was the newest look at the library when that was answered: only a later one tells that it is whole again.
	answered int
	live     bool // a recorded check
	title    string
	notes    int
	// busy keeps two from changing it at a time.
	busy bool
}

// partly is an upload of which something has arrived.
type partly struct{ arrived, size int }

// expected is all that a server has promised before it was killed.
type expected struct {
	mu       sync.Mutex
	sessions map[string]*fate
	uploads  map[string]*partly
	// live are the recordings, with the session time of the last picture that was told to be analysed.
	live                    map[string]float64
	purged, resumed, closed int
	looks                   int
}

func newExpected() *expected {
	return &expected{sessions: map[string]*fate{}, uploads: map[string]*partly{}, live: map[string]float64{}}
}

func (e *expected) summary() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	whole := 0
	for _, f := range e.sessions {
		if f.files != nil && !f.gone {
			whole++
		}
	}
	return fmt.Sprintf("%d whole sessions, %d removed for good, %d uploads taken up again, %d recordings closed after a kill", whole, e.purged, e.resumed, e.closed)
}

// choose returns a whole session that nobody changes, for one who will. release it at the end.
func (e *expected) choose(n int, fit func(f *fate) bool) (id string, f *fate) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []string
	for id, f := range e.sessions {
		if f.files != nil && !f.busy && !f.gone && !f.going && !f.again && fit(f) {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	slices.Sort(all)
	id = all[n%len(all)]
	f = e.sessions[id]
	f.busy = true
	return id, f
}

// set changes what is known of a session.
func (e *expected) set(f *fate, change func(f *fate)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(f)
}

// sums are the sums of a session's files.
func sums(dir string) (map[string][32]byte, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	all := map[string][32]byte{}
	for _, e := range list {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		all[e.Name()] = sha256.Sum256(text)
	}
	return all, nil
}

// look begins a look at the library and returns its number.
func (e *expected) look() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looks++
	return e.looks
}

// note takes down the files of sessions that are whole, as a look found them.
func (e *expected) note(data string, all []store.Session, look int) error {
	for i := range all {
		n := &all[i]
		if n.State != store.Ready {
			continue
		}
		e.mu.Lock()
		f := e.sessions[n.ID]
		if f == nil {
			f = &fate{title: n.Title, live: n.Kind == store.Live}
			e.sessions[n.ID] = f
		}
		skip := f.files != nil && !f.again || f.busy || f.gone || f.going || f.again && look <= f.answered
		e.mu.Unlock()
		if skip {
			continue
		}
		files, err := sums(filepath.Join(data, "sessions", n.ID))
		if err != nil {
			return err
		}
		e.set(f, func(f *fate) { f.files, f.again = files, false })
	}
	return nil
}
