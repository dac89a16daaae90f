package score

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/store"
)

// page is how many sessions are asked for at a time.
const page = 200

// Shelf is a library, as far as it is graded.
type Shelf interface {
	List(ctx context.Context, q store.Query) (store.Page, error)
	Marks(ctx context.Context, session string) ([]store.Mark, error)
	Dir(id string) (string, error)
}

// ErrUnreadable tells that sessions were left out of what is otherwise a whole report.
var ErrUnreadable = errors.New("a session's files cannot be read")

// Library grades every session of a library that a coach has marked; those that nobody has marked are counted. A session
// whose files cannot be read is left out, counted, and told of at the end with ErrUnreadable; any other error means that
// the tally is not whole.
func Library(ctx context.Context, library Shelf, tally *Tally) error {
	var faults []error
	for offset := 0; ; offset += page {
		list, err := library.List(ctx, store.Query{State: store.Ready, Limit: page, Offset: offset})
		if err != nil {
			return fmt.Errorf("list the sessions: %w", err)
		}
		for i := range list.Sessions {
			err := marked(ctx, library, list.Sessions[i].ID, tally)
			if err != nil && !errors.Is(err, ErrUnreadable) {
				return err
			}
			if err != nil {
				tally.Unreadable++
				faults = append(faults, err)
			}
		}
		if len(list.Sessions) < page {
			return errors.Join(faults...)
		}
	}
}

func marked(ctx context.Context, library Shelf, id string, tally *Tally) error {
	marks, err := library.Marks(ctx, id)
	if err != nil {
		return err
	}
	if len(marks) == 0 {
		tally.Unmarked++
		return nil
	}
	dir, err := library.Dir(id)
	if err != nil {
		return err
	}
	a, err := archive.Open(dir)
	if err != nil {
		return fmt.Errorf("%w: session %s: %w", ErrUnreadable, id, err)
	}
	tally.Add(Marked(a.Session.Cues, marks))
	return nil
}
