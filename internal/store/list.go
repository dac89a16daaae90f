package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Query says which sessions to list, and in which order.
type Query struct {
	// Text are words that all have to occur in the title, the name of the source, the tags or the notes.
	Text               string
	Exercise, Tag      string
	Kind               Kind
	State              State
	Trash              bool // what was deleted, instead of what was not
	Sort               Sort
	Ascending          bool
	Limit, Offset      int
	CreatedFrom, Until int64 // milliseconds; 0: open
}

// Sort is an order of sessions.
type Sort string

// The orders. The first is the default.
const (
	SortCreated  Sort = "created"
	SortTitle    Sort = "title"
	SortDuration Sort = "duration"
	SortScore    Sort = "score"
	SortWorst    Sort = "worst"
	SortExercise Sort = "exercise"
)

// sorts are the columns to sort by.
var sorts = map[Sort]string{
	SortCreated: "created_ms", SortTitle: "sort_title", SortDuration: "duration_s", SortScore: "score",
	SortWorst: "worst_rank", SortExercise: "exercise",
}

// ValidSort tells whether there is such an order.
func ValidSort(s Sort) bool { _, ok := sorts[s]; return ok }

// Count is how many sessions have something in common.
type Count struct {
	Name  string
	Count int
}

// Page is a part of a list.
type Page struct {
	Sessions []Session
	// Total is how many there are without Limit and Offset.
	Total int
	// Tags and Exercises count what is not deleted, whatever else was asked for: they are what can be chosen.
	Tags, Exercises []Count
}

// most is the longest part of a list.
const most = 500

// List lists sessions.
func (s *Store) List(ctx context.Context, q Query) (p Page, err error) {
	where, args := q.where()
	err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM sessions "+where, args...).Scan(&p.Total)
	if err != nil {
		return p, fmt.Errorf("read the library: %w", err)
	}
	order, direction := sorts[q.Sort], " DESC"
	if order == "" {
		order = sorts[SortCreated]
	}
	if q.Ascending {
		direction = " ASC"
	}
	limit := q.Limit
	if limit <= 0 || limit > most {
		limit = most
	}
	// What is not known comes last either way.
	by := " ORDER BY " + order + " IS NULL, " + order + direction + ", created_ms DESC, id"
	// The ids alone are sorted first: a whole session with its tags is a hundred times as much.
	rest := "WHERE id IN (SELECT id FROM sessions " + where + by + " LIMIT ? OFFSET ?)" + by
	if p.Sessions, err = selected(ctx, s.db, rest, append(args, limit, max(0, q.Offset))...); err != nil {
		return p, err
	}
	p.Tags, err = counts(ctx, s.db, `SELECT tag, count(*) FROM tags JOIN sessions ON sessions.id = session WHERE deleted_ms IS NULL
		GROUP BY tag ORDER BY count(*) DESC, tag`)
	if err != nil {
		return p, err
	}
	p.Exercises, err = counts(ctx, s.db, `SELECT exercise, count(*) FROM sessions WHERE deleted_ms IS NULL AND exercise != ''
		GROUP BY exercise ORDER BY count(*) DESC, exercise`)
	return p, err
}

func counts(ctx context.Context, q querier, query string) (all []Count, err error) {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the library: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Name, &c.Count); err != nil {
			return nil, fmt.Errorf("read the library: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// where is the condition of a query and its values.
func (q *Query) where() (condition string, args []any) {
	parts := []string{"deleted_ms IS NULL"}
	if q.Trash {
		parts[0] = "deleted_ms IS NOT NULL"
	}
	add := func(given bool, part string, values ...any) {
		if given {
			parts = append(parts, part)
			args = append(args, values...)
		}
	}
	add(q.Exercise != "", "exercise = ?", q.Exercise)
	add(q.Kind != "", "kind = ?", q.Kind)
	add(q.State != "", "state = ?", q.State)
	add(q.CreatedFrom != 0, "created_ms >= ?", q.CreatedFrom)
	add(q.Until != 0, "created_ms < ?", q.Until)
	add(q.Tag != "", "EXISTS (SELECT 1 FROM tags WHERE session = sessions.id AND tag = ?)", q.Tag)
	for word := range strings.FieldsSeq(fold(q.Text)) {
		add(true, "instr(search, ?) > 0", word)
	}
	return "WHERE " + strings.Join(parts, " AND "), args
}

// fold makes texts comparable: "Übung" is found by "ubung".
func fold(text string) string {
	t := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, err := transform.String(t, strings.ToLower(text))
	if err != nil {
		return strings.ToLower(text)
	}
	return folded
}

// reindex renews what a session is found by.
func reindex(ctx context.Context, tx *sql.Tx, id string) (err error) {
	var title, source, tags, notes string
	err = tx.QueryRowContext(ctx, `SELECT title, source_name,
		coalesce((SELECT group_concat(tag, char(10)) FROM tags WHERE session = sessions.id), ''),
		coalesce((SELECT group_concat(text, char(10)) FROM notes WHERE session = sessions.id), '')
		FROM sessions WHERE id = ?`, id).Scan(&title, &source, &tags, &notes)
	if err != nil {
		return fmt.Errorf("index a session: %w", err)
	}
	_, err = tx.ExecContext(ctx, "UPDATE sessions SET sort_title = ?, search = ? WHERE id = ?",
		fold(title), fold(strings.Join([]string{title, source, tags, notes}, "\n")), id)
	if err != nil {
		return fmt.Errorf("index a session: %w", err)
	}
	return nil
}
