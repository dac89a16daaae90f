package upload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/rollwell/rollwell/internal/store"
)

// Recover puts right what a crash has left: what had arrived whole becomes a session, what had not can go on, and what
// belongs to nobody goes. Call it once, before anything is served.
func (u *Uploads) Recover(ctx context.Context) error {
	found, err := u.ids()
	if err != nil {
		return err
	}
	for _, id := range found {
		if err := u.mend(ctx, id); err != nil {
			return err
		}
	}
	return u.mendSessions(ctx)
}

// ids lists whose files there are.
func (u *Uploads) ids() (all []string, err error) {
	list, err := os.ReadDir(u.o.Dir)
	if err != nil {
		return nil, fmt.Errorf("look at the uploads: %w", err)
	}
	seen := map[string]bool{}
	for _, e := range list {
		id := strings.TrimSuffix(e.Name(), ".info")
		if store.ValidID(id) && !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	return all, nil
}

// mend puts one upload right.
func (u *Uploads) mend(ctx context.Context, id string) error {
	n, err := u.o.Library.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && n.State != store.Uploading {
		return u.forget(id)
	}
	if err != nil {
		return err
	}
	_, info, err := u.upload(ctx, id)
	switch {
	case errors.Is(err, handler.ErrNotFound) && u.note(id) != nil: // the file has moved already, or was never there
		return u.resume(ctx, id, *u.note(id))
	case err != nil: // half of the note was written: nothing can have arrived yet
		return u.drop(ctx, id)
	case info.Offset == info.Size:
		var no *rejected
		if err := u.take(ctx, info); !errors.As(err, &no) {
			return err
		}
	}
	return nil
}

// resume goes on with an upload whose file is not where it arrived.
func (u *Uploads) resume(ctx context.Context, id string, info handler.FileInfo) error {
	dir, err := u.o.Library.Dir(id)
	if err != nil {
		return err
	}
	if store.VideoFile(dir) == "" {
		return u.drop(ctx, id)
	}
	options, _ := told(info)
	return u.begin(ctx, id, options)
}

// drop removes an upload and its session.
func (u *Uploads) drop(ctx context.Context, id string) error {
	if err := u.o.Library.Purge(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return u.forget(id)
}

// mendSessions puts right the sessions that wait for uploads that there are not: of copies on this machine.
func (u *Uploads) mendSessions(ctx context.Context) error {
	for _, trash := range []bool{false, true} {
		page, err := u.o.Library.List(ctx, store.Query{State: store.Uploading, Trash: trash})
		if err != nil {
			return err
		}
		for i := range page.Sessions {
			id := page.Sessions[i].ID
			if _, err := os.Stat(filepath.Join(u.o.Dir, id+".info")); err == nil {
				continue
			}
			if err := u.resume(ctx, id, handler.FileInfo{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// settled is for how long a whole upload has to rest before Sweep takes it for one that nobody ends.
const settled = time.Minute

// Sweep removes uploads that have rested for too long, with their sessions, and those whose session is gone. It ends
// those that are whole and could not be ended when they arrived.
func (u *Uploads) Sweep(ctx context.Context) error {
	u.ending.Lock()
	defer u.ending.Unlock()
	found, err := u.ids()
	if err != nil {
		return err
	}
	for _, id := range found {
		n, err := u.o.Library.Get(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			err = u.forget(id)
		case err == nil && n.State == store.Uploading:
			err = u.sweep(ctx, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sweep looks at one upload.
func (u *Uploads) sweep(ctx context.Context, id string) error {
	now := u.o.Now()
	if u.restsSince(id, now.Add(-u.o.Idle)) {
		u.o.Log.Info("an upload that rested is forgotten", "session", id)
		return u.drop(ctx, id)
	}
	_, info, err := u.upload(ctx, id)
	if err != nil || info.Offset != info.Size || !u.restsSince(id, now.Add(-settled)) {
		return nil //nolint:nilerr // one that cannot be read now may be begun at this moment
	}
	var no *rejected
	if err := u.takeLocked(ctx, info); !errors.As(err, &no) {
		return err
	}
	return nil
}

// restsSince tells whether nothing of an upload has come since a time.
func (u *Uploads) restsSince(id string, before time.Time) bool {
	for _, name := range []string{id, id + ".info"} {
		info, err := os.Stat(filepath.Join(u.o.Dir, name))
		if err == nil && info.ModTime().After(before) || err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// note reads what was written of an upload when it began; nil if that cannot be read.
func (u *Uploads) note(id string) *handler.FileInfo {
	text, err := os.ReadFile(filepath.Join(u.o.Dir, id+".info"))
	if err != nil {
		return nil
	}
	var info handler.FileInfo
	if err := json.Unmarshal(text, &info); err != nil {
		return nil
	}
	return &info
}
