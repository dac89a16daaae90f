package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The states of a job.
const (
	JobQueued    = "queued"
	JobRunning   = "running"
	JobDone      = "done"
	JobFailed    = "failed"
	JobCancelled = "cancelled"
)

// ErrBusy tells that a session cannot be changed like that while something goes on with it.
var ErrBusy = errors.New("busy")

// Enqueue adds a job for a session. A session has one job of a kind at a time. An analysis makes the session wait.
func (s *Store) Enqueue(ctx context.Context, session string, kind JobKind, options any) (Job, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Job{}, fmt.Errorf("keep a job's options: %w", err)
	}
	j := Job{ID: NewID(), Session: session, Kind: kind, State: JobQueued, Options: text, Created: s.now()}
	err = s.inside(ctx, func(tx *sql.Tx) error { return enqueue(ctx, tx, j) })
	if err != nil {
		return j, err
	}
	return s.Job(ctx, j.ID)
}

func enqueue(ctx context.Context, tx *sql.Tx, j Job) error {
	n, err := get(ctx, tx, j.Session)
	if err != nil {
		return err
	}
	var open int
	err = tx.QueryRowContext(ctx, "SELECT count(*) FROM jobs WHERE session = ? AND kind = ? AND state IN ('queued', 'running')", j.Session, j.Kind).Scan(&open)
	if err != nil {
		return fmt.Errorf("add a job: %w", err)
	}
	if open > 0 || n.State == Recording {
		return fmt.Errorf("%w: this session is being worked on; wait until that is done, or cancel it", ErrBusy)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO jobs (id, session, kind, state, progress, error, options, created_ms) VALUES (?, ?, ?, ?, 0, '', ?, ?)",
		j.ID, j.Session, j.Kind, JobQueued, string(j.Options), milliseconds(j.Created))
	if err != nil {
		return fmt.Errorf("add a job: %w", err)
	}
	if j.Kind != JobAnalyse {
		return nil
	}
	_, err = edit(ctx, tx, j.Session, func(n *Session) error {
		n.State, n.Error, n.Reserved = Queued, "", 0
		return nil
	})
	return err
}

// Jobs lists what waits and runs, in the order in which it will be done, and then what has ended lately.
func (s *Store) Jobs(ctx context.Context) ([]Job, error) {
	return jobs(ctx, s.db, `ORDER BY CASE state WHEN 'running' THEN 0 WHEN 'queued' THEN 1 ELSE 2 END,
		CASE WHEN ended_ms IS NULL THEN created_ms ELSE -ended_ms END, id LIMIT 1000`)
}

// Job returns a job.
func (s *Store) Job(ctx context.Context, id string) (Job, error) {
	all, err := jobs(ctx, s.db, "WHERE id = ?", id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: job %s", ErrNotFound, id)
	}
	if err != nil {
		return Job{}, err
	}
	return all[0], nil
}

func jobs(ctx context.Context, q querier, rest string, args ...any) (all []Job, err error) {
	rows, err := q.QueryContext(ctx, "SELECT id, session, kind, state, progress, error, options, created_ms FROM jobs "+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	all = []Job{}
	for rows.Next() {
		var (
			j       Job
			options string
			created int64
		)
		if err := rows.Scan(&j.ID, &j.Session, &j.Kind, &j.State, &j.Progress, &j.Error, &options, &created); err != nil {
			return nil, fmt.Errorf("read jobs: %w", err)
		}
		j.Options, j.Created = json.RawMessage(options), timeOf(created)
		all = append(all, j)
	}
	return all, rows.Err()
}

// Take gives out the job that waits longest, and marks it as running. There is none if ok is false. The jobs of deleted
// sessions wait until those come back.
func (s *Store) Take(ctx context.Context) (j Job, ok bool, err error) {
	err = s.inside(ctx, func(tx *sql.Tx) error {
		all, err := jobs(ctx, tx, `WHERE state = 'queued' AND EXISTS (SELECT 1 FROM sessions WHERE id = session AND deleted_ms IS NULL)
			ORDER BY created_ms, id LIMIT 1`)
		if err != nil || len(all) == 0 {
			return err
		}
		j, ok = all[0], true
		if _, err := tx.ExecContext(ctx, "UPDATE jobs SET state = 'running', progress = 0, error = '' WHERE id = ?", j.ID); err != nil {
			return fmt.Errorf("take a job: %w", err)
		}
		j.State = JobRunning
		if j.Kind != JobAnalyse {
			return nil
		}
		_, err = edit(ctx, tx, j.Session, func(n *Session) error { n.State = Analysing; return nil })
		return err
	})
	return j, ok, err
}

// EndJob notes how a job ended, together with what becomes of its session; change may be nil.
func (s *Store) EndJob(ctx context.Context, id, state, why string, change func(n *Session) error) error {
	return s.inside(ctx, func(tx *sql.Tx) error {
		all, err := jobs(ctx, tx, "WHERE id = ?", id)
		if err != nil {
			return err
		}
		if len(all) == 0 { // its session has been removed meanwhile
			return fmt.Errorf("%w: job %s", ErrNotFound, id)
		}
		ended := sql.NullInt64{Int64: milliseconds(s.now()), Valid: state != JobQueued}
		progress := 0.0
		if state == JobDone {
			progress = 1
		}
		if _, err := tx.ExecContext(ctx, "UPDATE jobs SET state = ?, error = ?, progress = ?, ended_ms = ? WHERE id = ?", state, why, progress, ended, id); err != nil {
			return fmt.Errorf("end a job: %w", err)
		}
		if change == nil {
			return nil
		}
		_, err = edit(ctx, tx, all[0].Session, change)
		return err
	})
}

// jobsRemembered is for how long jobs are listed after their end.
const jobsRemembered = 24 * time.Hour

func (s *Store) forgetJobs(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM jobs WHERE ended_ms < ?", milliseconds(s.now().Add(-jobsRemembered)))
	if err != nil {
		return fmt.Errorf("forget jobs: %w", err)
	}
	return nil
}

// AnalyseOptions are those of an analysis: what somebody told beforehand. Zero and "" stand for what nobody said; the
// exercise is then that of the session.
type AnalyseOptions struct {
	Exercise string `json:"exercise,omitempty"`
	// Roller is where the roller is: X,Y,RADIUS@TIME in pixels of the video and seconds.
	Roller   string  `json:"roller,omitempty"`
	HeightCM float64 `json:"height_cm,omitempty"`
}
