package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
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
	rows, err := q.QueryContext(ctx, "SELECT id, session, kind, state, progress, error, options, created_ms, attempts FROM jobs "+rest, args...)
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
		if err := rows.Scan(&j.ID, &j.Session, &j.Kind, &j.State, &j.Progress, &j.Error, &options, &created, &j.Attempts); err != nil {
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
	return s.take(ctx, maxAttempts)
}

// TakeFresh is Take of a job that was not running when the program was cut off.
func (s *Store) TakeFresh(ctx context.Context) (j Job, ok bool, err error) { return s.take(ctx, 0) }

// take is Take of a job that was begun so many times at most.
func (s *Store) take(ctx context.Context, attempts int) (j Job, ok bool, err error) {
	err = s.inside(ctx, func(tx *sql.Tx) error {
		all, err := jobs(ctx, tx, `WHERE state = 'queued' AND EXISTS (SELECT 1 FROM sessions WHERE id = session AND deleted_ms IS NULL)
			AND attempts <= ? ORDER BY created_ms, id LIMIT 1`, attempts)
		if err != nil || len(all) == 0 {
			return err
		}
		j, ok = all[0], true
		if _, err := tx.ExecContext(ctx, "UPDATE jobs SET state = 'running', progress = 0, error = '', attempts = attempts + 1 WHERE id = ?", j.ID); err != nil {
			return fmt.Errorf("take a job: %w", err)
		}
		j.State, j.Attempts = JobRunning, j.Attempts+1
		if j.Kind != JobAnalyse {
			return nil
		}
		_, err = edit(ctx, tx, j.Session, func(n *Session) error { n.State = Analysing; return nil })
		return err
	})
	return j, ok, err
}

// EndJob notes how a job ended, together with what becomes of its session; change may be nil. One that is to wait again
// was laid aside in good order: it does not count as begun.
func (s *Store) EndJob(ctx context.Context, id, state, why string, change func(n *Session) error) error {
	return s.inside(ctx, func(tx *sql.Tx) error {
		all, err := jobs(ctx, tx, "WHERE id = ?", id)
		if err != nil {
			return err
		}
		if len(all) == 0 { // its session has been removed meanwhile
			return fmt.Errorf("%w: job %s", ErrNotFound, id)
		}
		return s.endJob(ctx, tx, &all[0], state, why, change)
	})
}

// endJob is EndJob inside a transaction.
func (s *Store) endJob(ctx context.Context, tx *sql.Tx, j *Job, state, why string, change func(n *Session) error) error {
	ended := sql.NullInt64{Int64: milliseconds(s.now()), Valid: state != JobQueued}
	progress, attempts := 0.0, j.Attempts
	switch state {
	case JobDone:
		progress = 1
	case JobQueued:
		attempts = max(0, attempts-1)
	}
	_, err := tx.ExecContext(ctx, "UPDATE jobs SET state = ?, error = ?, progress = ?, ended_ms = ?, attempts = ? WHERE id = ?",
		state, why, progress, ended, attempts, j.ID)
	if err != nil {
		return fmt.Errorf("end a job: %w", err)
	}
	if change == nil {
		return nil
	}
	_, err = edit(ctx, tx, j.Session, change)
	return err
}

// maxAttempts is how often a job is begun: a clip that ends the program (a fault of a decoder, too little memory) would
// end it at every start.
const maxAttempts = 3

// giveUp ends the jobs that ran whenever the program was cut off.
func (s *Store) giveUp(ctx context.Context, tx *sql.Tx) error {
	all, err := jobs(ctx, tx, "WHERE state = 'running' AND attempts >= ?", maxAttempts)
	if err != nil {
		return err
	}
	const why = "The program has ended several times while it worked on this clip. Send the clip in another form, or try again."
	for i := range all {
		dir, err := s.Dir(all[i].Session)
		if err != nil {
			return err
		}
		change := func(n *Session) error {
			n.State, n.Error = Failed, why
			if exists(dir, archive.SessionFile) { // an earlier analysis counts on
				n.State = Ready
			}
			return nil
		}
		if all[i].Kind != JobAnalyse {
			change = nil
		}
		if err := s.endJob(ctx, tx, &all[i], JobFailed, why, change); err != nil {
			return err
		}
	}
	return nil
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
