package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/rollwell/rollwell/internal/store"
)

// libraryCmd looks after what was recorded and uploaded.
type libraryCmd struct {
	List    libraryListCmd    `cmd:"" help:"List the sessions of the library."`
	Add     libraryAddCmd     `cmd:"" help:"Copy clips into the library and analyse them. Not while a server runs: send them through its page then."`
	Show    libraryShowCmd    `cmd:"" help:"Show one session: its notes, marks and files."`
	Remove  libraryRemoveCmd  `cmd:"" help:"Put sessions into the trash, or remove them for good."`
	Restore libraryRestoreCmd `cmd:"" help:"Take sessions out of the trash."`
}

// libraryListCmd lists sessions.
type libraryListCmd struct {
	dataFlag `embed:""`
	Query    string `arg:"" optional:"" help:"Words that have to occur in the title, the file's name, the tags or the notes."`
	Exercise string `help:"Only this exercise." placeholder:"ID"`
	Tag      string `help:"Only with this tag." placeholder:"TAG"`
	Trash    bool   `help:"What is in the trash, instead."`
	JSON     bool   `help:"Print one JSON object to a line."`
}

// Run lists them, the newest first.
func (c libraryListCmd) Run(ctx context.Context, std streams) (err error) {
	s, err := c.open(ctx, store.Options{Shared: true}, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	q := store.Query{Text: c.Query, Exercise: c.Exercise, Tag: c.Tag, Trash: c.Trash, Limit: 500}
	table := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	for {
		page, err := s.List(ctx, q)
		if err != nil {
			return err
		}
		for i := range page.Sessions {
			n := &page.Sessions[i]
			if c.JSON {
				err = json.NewEncoder(std.out).Encode(n)
			} else {
				_, err = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", n.ID, n.Created.Local().Format("2006-01-02 15:04"), n.State,
					clock(float64From(n.DurationS)), scoreOf(n), n.Exercise, n.Title)
			}
			if err != nil {
				return fmt.Errorf("%w: print the list: %w", errOutput, err)
			}
		}
		if q.Offset += len(page.Sessions); len(page.Sessions) == 0 || q.Offset >= page.Total {
			break
		}
	}
	return table.Flush()
}

func scoreOf(n *store.Session) string {
	if n.Score == nil {
		return "–"
	}
	return fmt.Sprintf("%.1f", *n.Score)
}

// sessionIDs are arguments that name sessions.
type sessionIDs []string

func (ids sessionIDs) check() error {
	for _, id := range ids {
		if !store.ValidID(id) {
			return fmt.Errorf("%w: %q is no id of a session; `rollwell library list` shows them", errUsage, id)
		}
	}
	return nil
}

// libraryShowCmd shows a session.
type libraryShowCmd struct {
	dataFlag `embed:""`
	ID       string `arg:"" help:"The session's id."`
}

// Run prints all that the library knows of it, as JSON.
func (c libraryShowCmd) Run(ctx context.Context, std streams) (err error) {
	if err := (sessionIDs{c.ID}).check(); err != nil {
		return err
	}
	s, err := c.open(ctx, store.Options{Shared: true}, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	n, err := s.Get(ctx, c.ID)
	if err != nil {
		return libraryError(err)
	}
	out := struct {
		Session store.Session `json:"session"`
		Folder  string        `json:"folder"`
		Notes   []store.Note  `json:"notes"`
		Marks   []store.Mark  `json:"marks"`
	}{Session: n}
	out.Folder, err = s.Dir(c.ID)
	if err == nil {
		out.Notes, err = s.Notes(ctx, c.ID)
	}
	if err == nil {
		out.Marks, err = s.Marks(ctx, c.ID)
	}
	if err != nil {
		return err
	}
	return printJSON(std.out, out)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("%w: print: %w", errOutput, err)
	}
	return nil
}

// libraryRemoveCmd deletes sessions.
type libraryRemoveCmd struct {
	dataFlag `embed:""`
	IDs      []string `arg:"" name:"id" help:"The sessions' ids."`
	Now      bool     `help:"Remove them for good, instead of putting them into the trash. Not while a server runs."`
}

// Run deletes them. What cannot be deleted does not keep the others.
func (c libraryRemoveCmd) Run(ctx context.Context, std streams) (err error) {
	if err := sessionIDs(c.IDs).check(); err != nil {
		return err
	}
	s, err := c.open(ctx, store.Options{Shared: !c.Now}, c.quiet())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var faults []error
	for _, id := range c.IDs {
		var until time.Time
		_, err := s.Get(ctx, id)
		if err == nil && c.Now {
			err = s.Purge(ctx, id)
		} else if err == nil {
			until, err = s.Delete(ctx, id)
		}
		switch {
		case err != nil:
			faults = append(faults, libraryError(err))
		case c.Now:
			fmt.Fprintf(std.out, "%s is removed\n", id)
		default:
			fmt.Fprintf(std.out, "%s is in the trash until %s; `rollwell library restore %s` takes it back\n", id, until.Local().Format("2006-01-02 15:04"), id)
		}
	}
	return errors.Join(faults...)
}

// libraryRestoreCmd takes sessions back.
type libraryRestoreCmd struct {
	dataFlag `embed:""`
	IDs      []string `arg:"" name:"id" help:"The sessions' ids."`
}

// Run takes them back.
func (c libraryRestoreCmd) Run(ctx context.Context, std streams) (err error) {
	if err := sessionIDs(c.IDs).check(); err != nil {
		return err
	}
	s, err := c.open(ctx, store.Options{Shared: true}, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var faults []error
	for _, id := range c.IDs {
		if _, err := s.Undelete(ctx, id); err != nil {
			faults = append(faults, libraryError(err))
			continue
		}
		fmt.Fprintf(std.out, "%s is back\n", id)
	}
	return errors.Join(faults...)
}

// libraryError marks what is wrong with a session that was named.
func libraryError(err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrBusy) {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	return err
}
