package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rollwell/rollwell/internal/exercise"
)

const columns = `id, kind, state, title, source_name, created_ms, exercise, exercise_version, hash, language, duration_s,
	frames, score, worst_start_s, worst_end_s, worst_code, worst_severity, cues, keep, keep_until_ms, video_file,
	video_type, video_width, video_height, video_offset_s, thumb, bytes, reserved, sent, error, deleted_ms, outcome`

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
		&vType, &vWidth, &vHeight, &vOffset, &n.Thumb, &n.Bytes, &n.Reserved, &n.Sent, &n.Error, &deleted, &outcome, &tags)
	if err != nil {
		return n, err
	}
	n.Created, n.KeepUntil, n.Deleted = timeOf(created), maybeTime(keepUntil), maybeTime(deleted)
	n.DurationS, n.Score = pointer(duration), pointer(score)
	if wCode.Valid {
		n.Worst = &Worst{StartS: wStart.V, EndS: wEnd.V, Code: wCode.V, Severity: wSeverity.V}
	}
	if vFile.Valid && isVideoFile(vFile.V) { // a database may come from elsewhere, and names are opened
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

// isVideoFile tells whether a name is one of those that a session's video has.
func isVideoFile(name string) bool {
	return slices.Contains([]string{"video.mp4", "video.webm", "video.bin", "play.mp4"}, name)
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
		when(video, v.Width), when(video, v.Height), when(video, v.OffsetS), n.Thumb, n.Bytes, n.Reserved, n.Sent, n.Error,
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
