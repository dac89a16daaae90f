package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"unicode/utf8"
)

// codeForm is what a cue's code looks like.
var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

const (
	maxNote   = 10_000 // letters
	maxShapes = 64 << 10
	// maxPinned is how many notes, and how many marks, one session has at most.
	maxPinned = 2000
	// latest is the latest time that is believed, in seconds.
	latest = 1e6
)

// Notes lists a session's notes by their time.
func (s *Store) Notes(ctx context.Context, session string) (all []Note, err error) {
	return s.notes(ctx, "WHERE session = ? ORDER BY t, created_ms", session)
}

func (s *Store) notes(ctx context.Context, rest string, args ...any) (all []Note, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, t, end_t, text, shapes, created_ms, updated_ms FROM notes "+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	all = []Note{}
	for rows.Next() {
		var (
			n                Note
			end              sql.Null[float64]
			shapes           string
			created, updated int64
		)
		if err := rows.Scan(&n.ID, &n.T, &end, &n.Text, &shapes, &created, &updated); err != nil {
			return nil, fmt.Errorf("read notes: %w", err)
		}
		n.EndT, n.Shapes, n.Created, n.Updated = pointer(end), json.RawMessage(shapes), timeOf(created), timeOf(updated)
		all = append(all, n)
	}
	return all, rows.Err()
}

// AddNote pins a note to a session. Its id is made here, unless it has one already: it then comes from elsewhere.
func (s *Store) AddNote(ctx context.Context, session string, n Note) (Note, error) {
	if n.ID == "" {
		n.ID = NewID()
	}
	if n.Created.IsZero() { // else it comes from elsewhere, too
		n.Created = s.now()
	}
	if n.Updated.IsZero() {
		n.Updated = n.Created
	}
	if err := n.check(); err != nil {
		return n, err
	}
	err := s.inside(ctx, func(tx *sql.Tx) error {
		if err := room(ctx, tx, "notes", session); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO notes (id, session, t, end_t, text, shapes, created_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			n.ID, session, n.T, null(n.EndT), n.Text, string(n.Shapes), milliseconds(n.Created), milliseconds(n.Updated))
		if err != nil {
			return fmt.Errorf("add a note: %w", err)
		}
		return reindex(ctx, tx, session)
	})
	if err != nil {
		return n, err
	}
	return s.note(ctx, session, n.ID)
}

func (s *Store) note(ctx context.Context, session, id string) (Note, error) {
	all, err := s.notes(ctx, "WHERE session = ? AND id = ?", session, id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: note %s", ErrNotFound, id)
	}
	if err != nil {
		return Note{}, err
	}
	return all[0], nil
}

// ChangeNote hands a note to change and keeps what that leaves.
func (s *Store) ChangeNote(ctx context.Context, session, id string, change func(n *Note) error) (Note, error) {
	n, err := s.note(ctx, session, id)
	if err != nil {
		return n, err
	}
	if err := change(&n); err != nil {
		return n, err
	}
	if err := n.check(); err != nil {
		return n, err
	}
	n.Updated = s.now()
	err = s.inside(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, "UPDATE notes SET t = ?, end_t = ?, text = ?, shapes = ?, updated_ms = ? WHERE id = ? AND session = ?",
			n.T, null(n.EndT), n.Text, string(n.Shapes), milliseconds(n.Updated), id, session)
		if err := touched(done, err, "note "+id); err != nil {
			return err
		}
		return reindex(ctx, tx, session)
	})
	if err != nil {
		return n, err
	}
	return s.note(ctx, session, id)
}

// RemoveNote takes a note away.
func (s *Store) RemoveNote(ctx context.Context, session, id string) error {
	return s.inside(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, "DELETE FROM notes WHERE id = ? AND session = ?", id, session)
		if err := touched(done, err, "note "+id); err != nil {
			return err
		}
		return reindex(ctx, tx, session)
	})
}

func (n *Note) check() error {
	if len(n.Shapes) == 0 || string(n.Shapes) == "null" {
		n.Shapes = json.RawMessage("[]")
	}
	var list []json.RawMessage
	switch {
	case !isTime(n.T) || n.EndT != nil && !(isTime(*n.EndT) && *n.EndT >= n.T):
		return fmt.Errorf("%w: a note is at a time in seconds, and ends after it", ErrInvalid)
	case utf8.RuneCountInString(n.Text) > maxNote:
		return fmt.Errorf("%w: a note has at most %d letters", ErrInvalid, maxNote)
	case !utf8.ValidString(n.Text):
		return fmt.Errorf("%w: a note is text", ErrInvalid)
	case len(n.Shapes) > maxShapes:
		return fmt.Errorf("%w: the drawing of a note has at most %d KB", ErrInvalid, maxShapes>>10)
	case json.Unmarshal(n.Shapes, &list) != nil:
		return fmt.Errorf("%w: shapes is a list", ErrInvalid)
	case !believed(n.Created) || !believed(n.Updated):
		return errYears
	case !ValidID(n.ID):
		return fmt.Errorf("%w: %q", ErrID, n.ID)
	}
	return nil
}

func isTime(t float64) bool { return math.Abs(t) <= latest }

// touched tells whether a statement has found its row.
func touched(r sql.Result, err error, what string) error {
	if err != nil {
		return fmt.Errorf("change %s: %w", what, err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(fmt.Errorf("%w: %s", ErrNotFound, what), err)
	}
	return nil
}

// room tells whether a session is there and takes one more note or mark.
func room(ctx context.Context, tx *sql.Tx, table, session string) error {
	if _, err := get(ctx, tx, session); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+table+" WHERE session = ?", session).Scan(&n); err != nil {
		return fmt.Errorf("count %s: %w", table, err)
	}
	if n >= maxPinned {
		return fmt.Errorf("%w: a session has at most %d %s", ErrInvalid, maxPinned, table)
	}
	return nil
}

// Marks lists a session's marks by their time.
func (s *Store) Marks(ctx context.Context, session string) ([]Mark, error) {
	return s.marks(ctx, "WHERE session = ? ORDER BY start_s, created_ms", session)
}

func (s *Store) marks(ctx context.Context, rest string, args ...any) (all []Mark, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, kind, code, cue, start_s, end_s, note, created_ms FROM marks "+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	all = []Mark{}
	for rows.Next() {
		var (
			m       Mark
			cue     sql.Null[int]
			created int64
		)
		if err := rows.Scan(&m.ID, &m.Kind, &m.Code, &cue, &m.StartS, &m.EndS, &m.Note, &created); err != nil {
			return nil, fmt.Errorf("read marks: %w", err)
		}
		m.Cue, m.Created = pointer(cue), timeOf(created)
		all = append(all, m)
	}
	return all, rows.Err()
}

// AddMark keeps a coach's word on a cue. Where there is one on the same cue already, the new one takes its place.
func (s *Store) AddMark(ctx context.Context, session string, m Mark) (Mark, error) {
	if m.ID == "" {
		m.ID = NewID()
	}
	if m.Created.IsZero() {
		m.Created = s.now()
	}
	if err := m.check(); err != nil {
		return m, err
	}
	m.Created = timeOf(milliseconds(m.Created))
	return m, s.inside(ctx, func(tx *sql.Tx) error {
		if err := room(ctx, tx, "marks", session); err != nil {
			return err
		}
		if m.Cue != nil {
			if _, err := tx.ExecContext(ctx, "DELETE FROM marks WHERE session = ? AND cue = ?", session, *m.Cue); err != nil {
				return fmt.Errorf("replace a mark: %w", err)
			}
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO marks (id, session, kind, code, cue, start_s, end_s, note, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			m.ID, session, m.Kind, m.Code, null(m.Cue), m.StartS, m.EndS, m.Note, milliseconds(m.Created))
		if err != nil {
			return fmt.Errorf("add a mark: %w", err)
		}
		return nil
	})
}

// RemoveMark takes a mark back.
func (s *Store) RemoveMark(ctx context.Context, session, id string) error {
	done, err := s.db.ExecContext(ctx, "DELETE FROM marks WHERE id = ? AND session = ?", id, session)
	return touched(done, err, "mark "+id)
}

func (m *Mark) check() error {
	switch {
	case m.Kind != MarkFalse && m.Kind != MarkMissed:
		return fmt.Errorf("%w: a mark's kind is %q; there are %s and %s", ErrInvalid, m.Kind, MarkFalse, MarkMissed)
	case (m.Cue == nil) != (m.Kind == MarkMissed):
		return fmt.Errorf("%w: a false cue is named by its place, a missed one has none", ErrInvalid)
	case m.Cue != nil && *m.Cue < 0:
		return fmt.Errorf("%w: cues are counted from 0", ErrInvalid)
	case !codeForm.MatchString(m.Code):
		return fmt.Errorf("%w: %q is no code of a cue", ErrInvalid, m.Code)
	case !isTime(m.StartS) || !isTime(m.EndS) || m.EndS < m.StartS:
		return fmt.Errorf("%w: a mark goes from a time in seconds to a later one", ErrInvalid)
	case !utf8.ValidString(m.Note) || utf8.RuneCountInString(m.Note) > maxNote:
		return fmt.Errorf("%w: a note is text of at most %d letters", ErrInvalid, maxNote)
	case !believed(m.Created):
		return errYears
	case !ValidID(m.ID):
		return fmt.Errorf("%w: %q", ErrID, m.ID)
	}
	return nil
}
