package export

import (
	"context"
	"errors"
	"io"

	"github.com/rollwell/rollwell/internal/store"
)

// Shelf is a library, as far as sessions are taken from it.
type Shelf interface {
	Notes(ctx context.Context, session string) ([]store.Note, error)
	Marks(ctx context.Context, session string) ([]store.Mark, error)
}

// Library adds what the library knows of a session: its title, its notes, its marks.
func (s *Session) Library(ctx context.Context, library Shelf, n *store.Session) (err error) {
	s.About.Title, s.About.Created, s.About.Tags = n.Title, n.Created, n.Tags
	if s.About.Title == "" {
		s.About.Title = n.SourceName
	}
	if n.Language != "" {
		s.About.Language = n.Language
	}
	if s.Notes, err = library.Notes(ctx, n.ID); err != nil {
		return err
	}
	s.Marks, err = library.Marks(ctx, n.ID)
	return err
}

// Keeper is a library, as far as sessions are brought back to it.
type Keeper interface {
	Room(ctx context.Context, bytes int64) error
	BeginImport(id string) (dir string, err error)
	EndImport(id string) error
	DropImport(ctx context.Context, id string) error
	Create(ctx context.Context, n store.Session) (store.Session, error)
	AddNote(ctx context.Context, session string, n store.Note) (store.Note, error)
	AddMark(ctx context.Context, session string, m store.Mark) (store.Mark, error)
	Measure(ctx context.Context, id string) error
	Get(ctx context.Context, id string) (store.Session, error)
}

// shrinks is by how much a document is compressed at least, when it becomes files.
const shrinks = 3

// Restore adds the session of a document to the library. size is how long the document is in bytes, below zero where
// nobody knows. turn is called once all of the document has come, before what takes half a kilobyte of memory for each
// frame. After an error the library is as it was, and after the end of the program too, once it is put right.
func Restore(ctx context.Context, library Keeper, r io.Reader, size int64, turn func(ctx context.Context) error) (n store.Session, err error) {
	if err := library.Room(ctx, max(0, size/shrinks)); err != nil {
		return n, err
	}
	n = store.Session{ID: store.NewID(), Kind: store.Import, Keep: store.KeepObservations}
	dir, err := library.BeginImport(n.ID)
	if err != nil {
		return n, err
	}
	id := n.ID
	defer func() {
		if err != nil {
			err = errors.Join(err, library.DropImport(context.WithoutCancel(ctx), id))
		}
	}()
	in, err := Import(r, dir, func(bytes int64) error {
		if err := library.Room(ctx, bytes); err != nil {
			return err
		}
		return turn(ctx)
	})
	if err != nil {
		return n, err
	}
	n.Apply(in.Digest)
	n.Title, n.Tags, n.Language, n.Created = in.About.Title, in.About.Tags, in.About.Language, in.About.Created
	n.SourceName = in.Digest.Session.Source.Name
	if n, err = library.Create(ctx, n); err != nil {
		return n, documentError(err)
	}
	if err := pin(ctx, library, id, &in); err != nil {
		return n, documentError(err)
	}
	if err := library.Measure(ctx, id); err != nil {
		return n, err
	}
	if n, err = library.Get(ctx, id); err != nil {
		return n, err
	}
	return n, library.EndImport(id)
}

// pin adds notes and marks. They get ids of their own: the same document may come twice.
func pin(ctx context.Context, library Keeper, id string, in *Imported) error {
	for _, note := range in.Notes {
		note.ID = ""
		if _, err := library.AddNote(ctx, id, note); err != nil {
			return err
		}
	}
	for _, mark := range in.Marks {
		mark.ID = ""
		if _, err := library.AddMark(ctx, id, mark); err != nil {
			return err
		}
	}
	return nil
}
