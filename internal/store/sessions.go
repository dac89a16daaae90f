package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// NewID makes an id that nobody can guess.
func NewID() string { return rand.Text() }

// Bounds of what people write.
const (
	maxTitle = 200 // letters
	maxTag   = 40
	maxTags  = 20
)

// Create adds a session and makes its folder. An id, a time and what is kept are filled in where they are missing.
func (s *Store) Create(ctx context.Context, n Session) (Session, error) {
	if n.ID == "" {
		n.ID = NewID()
	}
	if n.Created.IsZero() {
		n.Created = s.o.Now()
	}
	if n.Keep == "" {
		n.Keep = KeepVideo
	}
	if err := n.check(); err != nil {
		return n, err
	}
	dir, err := s.Dir(n.ID)
	if err != nil {
		return n, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return n, fmt.Errorf("make the session's folder: %w", err)
	}
	err = s.inside(ctx, func(tx *sql.Tx) error {
		if err := insert(ctx, tx, &n); err != nil {
			return err
		}
		return reindex(ctx, tx, n.ID)
	})
	if err != nil {
		return n, errors.Join(err, os.Remove(dir)) // which spares a folder that is not empty
	}
	return s.Get(ctx, n.ID)
}

// Dir is the folder of a session. It need not be there.
func (s *Store) Dir(id string) (string, error) {
	if !ValidID(id) {
		return "", fmt.Errorf("%w: %q", ErrID, id)
	}
	return filepath.Join(s.o.Dir, sessionsFolder, id), nil
}

// Exports is the folder of a session's finished films.
func (s *Store) Exports(id string) (string, error) {
	if !ValidID(id) {
		return "", fmt.Errorf("%w: %q", ErrID, id)
	}
	return filepath.Join(s.o.Dir, exportsFolder, id), nil
}

// Uploads is the folder of partial uploads.
func (s *Store) Uploads() string { return filepath.Join(s.o.Dir, uploadsFolder) }

// Get returns a session, deleted or not.
func (s *Store) Get(ctx context.Context, id string) (Session, error) { return get(ctx, s.db, id) }

func get(ctx context.Context, q querier, id string) (Session, error) {
	all, err := selected(ctx, q, "WHERE id = ?", id)
	if err != nil {
		return Session{}, err
	}
	if len(all) == 0 {
		return Session{}, fmt.Errorf("%w: session %s", ErrNotFound, id)
	}
	return all[0], nil
}

// Update changes a session: it is handed to change as it is, and kept as change leaves it. Its id, kind and time of
// creation stay, and so does the time of its deletion.
func (s *Store) Update(ctx context.Context, id string, change func(n *Session) error) (Session, error) {
	var n Session
	err := s.inside(ctx, func(tx *sql.Tx) (err error) {
		n, err = edit(ctx, tx, id, change)
		return err
	})
	return n, err
}

// edit is Update inside a transaction.
func edit(ctx context.Context, tx *sql.Tx, id string, change func(n *Session) error) (Session, error) {
	before, err := get(ctx, tx, id)
	if err != nil {
		return before, err
	}
	n := before
	n.Tags = slices.Clone(n.Tags)
	if err := change(&n); err != nil {
		return before, err
	}
	n.ID, n.Kind, n.Created, n.Deleted = before.ID, before.Kind, before.Created, before.Deleted
	if err := n.check(); err != nil {
		return before, err
	}
	if err := update(ctx, tx, &n); err != nil {
		return before, err
	}
	if err := reindex(ctx, tx, id); err != nil {
		return before, err
	}
	return get(ctx, tx, id)
}

// check refuses what makes no session, and tidies what people wrote.
func (n *Session) check() error {
	if !ValidID(n.ID) {
		return fmt.Errorf("%w: %q", ErrID, n.ID)
	}
	n.Title, n.SourceName = Clean(n.Title), Clean(n.SourceName)
	if utf8.RuneCountInString(n.Title) > maxTitle {
		return fmt.Errorf("%w: a title has at most %d letters", ErrInvalid, maxTitle)
	}
	if !slices.Contains([]Keep{KeepNothing, KeepObservations, KeepVideo}, n.Keep) {
		return fmt.Errorf("%w: keep is %q; there are %s, %s and %s", ErrInvalid, n.Keep, KeepNothing, KeepObservations, KeepVideo)
	}
	if !believed(n.Created) || n.KeepUntil != nil && !believed(*n.KeepUntil) {
		return errYears
	}
	tags := make([]string, 0, len(n.Tags))
	for _, tag := range n.Tags {
		tag = Clean(tag)
		if utf8.RuneCountInString(tag) > maxTag {
			return fmt.Errorf("%w: a tag has at most %d letters", ErrInvalid, maxTag)
		}
		same := func(other string) bool { return fold(other) == fold(tag) }
		if tag != "" && !slices.ContainsFunc(tags, same) {
			tags = append(tags, tag)
		}
	}
	if len(tags) > maxTags {
		return fmt.Errorf("%w: a session has at most %d tags", ErrInvalid, maxTags)
	}
	n.Tags = tags
	return nil
}

// errYears refuses times that calendars do not have: one of them would keep the whole library from being listed, as JSON
// has years of four digits only.
var errYears = fmt.Errorf("%w: times are between the years %d and %d", ErrInvalid, firstYear, lastYear)

const firstYear, lastYear = 1970, 2999

// believed tells whether a time may be kept.
func believed(t time.Time) bool {
	year := t.UTC().Year()
	return firstYear <= year && year <= lastYear
}

// Clean makes text from outside fit to be shown on one line: whatever steers a screen or the direction of writing goes.
func Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Bidi_Control, r), r == '\uFEFF':
			return -1
		case unicode.IsControl(r), unicode.IsSpace(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// SetState says how far a session is, and why it failed if it did.
func (s *Store) SetState(ctx context.Context, id string, state State, why string) error {
	_, err := s.Update(ctx, id, func(n *Session) error {
		n.State, n.Error = state, why
		return nil
	})
	return err
}

// now is the present time as the database has it.
func (s *Store) now() time.Time { return s.o.Now() }
