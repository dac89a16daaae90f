package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rollwell/rollwell/internal/exercise"
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

const columns = `id, kind, state, title, source_name, created_ms, exercise, exercise_version, hash, language, duration_s,
	frames, score, worst_start_s, worst_end_s, worst_code, worst_severity, cues, keep, keep_until_ms, video_file,
	video_type, video_width, video_height, video_offset_s, thumb, bytes, reserved, error, deleted_ms, outcome`

// selected returns the sessions that the rest of a query chooses, with their tags.
func selected(ctx context.Context, q querier, rest string, args ...any) (all []Session, err error) {
	tags := `(SELECT json_group_array(tag) FROM (SELECT tag FROM tags WHERE session = sessions.id ORDER BY place))`
	rows, err := q.QueryContext(ctx, "SELECT "+columns+", "+tags+" FROM sessions "+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read the library: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		n, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read the library: %w", err)
		}
		all = append(all, n)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the library: %w", err)
	}
	return all, nil
}

func scan(rows *sql.Rows) (n Session, err error) {
	var (
		created                        int64
		keepUntil, deleted             sql.NullInt64
		duration, score, wStart, wEnd  sql.Null[float64]
		wCode, wSeverity, vFile, vType sql.Null[string]
		vWidth, vHeight                sql.Null[int]
		vOffset                        sql.Null[float64]
		outcome                        sql.Null[string]
		tags                           string
	)
	err = rows.Scan(&n.ID, &n.Kind, &n.State, &n.Title, &n.SourceName, &created, &n.Exercise, &n.ExerciseVersion, &n.Hash,
		&n.Language, &duration, &n.Frames, &score, &wStart, &wEnd, &wCode, &wSeverity, &n.Cues, &n.Keep, &keepUntil, &vFile,
		&vType, &vWidth, &vHeight, &vOffset, &n.Thumb, &n.Bytes, &n.Reserved, &n.Error, &deleted, &outcome, &tags)
	if err != nil {
		return n, err
	}
	n.Created, n.KeepUntil, n.Deleted = timeOf(created), maybeTime(keepUntil), maybeTime(deleted)
	n.DurationS, n.Score = pointer(duration), pointer(score)
	if wCode.Valid {
		n.Worst = &Worst{StartS: wStart.V, EndS: wEnd.V, Code: wCode.V, Severity: wSeverity.V}
	}
	if vFile.Valid {
		n.Video = &Video{File: vFile.V, Type: vType.V, Width: vWidth.V, Height: vHeight.V, OffsetS: vOffset.V}
	}
	if outcome.Valid {
		n.Outcome = new(Outcome)
		if err := json.Unmarshal([]byte(outcome.V), n.Outcome); err != nil {
			return n, err
		}
	}
	return n, json.Unmarshal([]byte(tags), &n.Tags)
}

// values are a session's columns after the first, and worst_rank.
func (n *Session) values() ([]any, error) {
	var (
		w       Worst
		rank    sql.Null[float64]
		v       Video
		outcome sql.Null[string]
	)
	if n.Worst != nil {
		w = *n.Worst
		rank = sql.Null[float64]{V: w.rank(), Valid: true}
	}
	if n.Video != nil {
		v = *n.Video
	}
	if n.Outcome != nil {
		text, err := json.Marshal(n.Outcome)
		if err != nil {
			return nil, fmt.Errorf("keep the outcome: %w", err)
		}
		outcome = sql.Null[string]{V: string(text), Valid: true}
	}
	worst, video := n.Worst != nil, n.Video != nil
	return []any{
		n.Kind, n.State, n.Title, n.SourceName, milliseconds(n.Created), n.Exercise, n.ExerciseVersion, n.Hash, n.Language,
		null(n.DurationS), n.Frames, null(n.Score), when(worst, w.StartS), when(worst, w.EndS), when(worst, w.Code),
		when(worst, w.Severity), n.Cues, n.Keep, maybeMilliseconds(n.KeepUntil), when(video, v.File), when(video, v.Type),
		when(video, v.Width), when(video, v.Height), when(video, v.OffsetS), n.Thumb, n.Bytes, n.Reserved, n.Error,
		maybeMilliseconds(n.Deleted), outcome, rank,
	}, nil
}

func when[T any](there bool, v T) sql.Null[T] { return sql.Null[T]{V: v, Valid: there} }

// rank sorts moments: the graver the higher, among the same the longer.
func (w *Worst) rank() float64 {
	grave := map[exercise.Severity]float64{
		exercise.Safety: 4, exercise.Technique: 3, exercise.Pace: 2, exercise.Setup: 1,
	}[exercise.Severity(w.Severity)]
	const longest = 1e6
	return grave + min(w.EndS-w.StartS, longest)/(2*longest)
}

func insert(ctx context.Context, tx *sql.Tx, n *Session) error {
	values, err := n.values()
	if err != nil {
		return err
	}
	marks := strings.Repeat("?, ", len(values)+1)
	_, err = tx.ExecContext(ctx, "INSERT INTO sessions ("+columns+", worst_rank, sort_title, search) VALUES ("+marks+"'', '')",
		append([]any{n.ID}, values...)...)
	if err != nil {
		return fmt.Errorf("add a session: %w", err)
	}
	return putTags(ctx, tx, n)
}

var assignments = func() string {
	var names []string
	for name := range strings.SplitSeq(columns+", worst_rank", ",") {
		if name = strings.TrimSpace(name); name != "id" {
			names = append(names, name+" = ?")
		}
	}
	return strings.Join(names, ", ")
}()

func update(ctx context.Context, tx *sql.Tx, n *Session) error {
	values, err := n.values()
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE sessions SET "+assignments+" WHERE id = ?", append(values, n.ID)...); err != nil {
		return fmt.Errorf("change a session: %w", err)
	}
	return putTags(ctx, tx, n)
}

func putTags(ctx context.Context, tx *sql.Tx, n *Session) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM tags WHERE session = ?", n.ID); err != nil {
		return fmt.Errorf("change tags: %w", err)
	}
	for i, tag := range n.Tags {
		if _, err := tx.ExecContext(ctx, "INSERT INTO tags (session, place, tag) VALUES (?, ?, ?)", n.ID, i, tag); err != nil {
			return fmt.Errorf("change tags: %w", err)
		}
	}
	return nil
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
