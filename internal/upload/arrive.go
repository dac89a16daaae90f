package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/rollwell/rollwell/internal/store"
)

var (
	// errSum tells that what has arrived is not what was sent.
	errSum = errors.New("this clip has changed on its way: its checksum is another one; send it again")
	// errVideo marks what is no video that can be read; the text says why and what to do.
	errVideo = errors.New("no video")
)

// arrived is called when an upload has its last byte. The answer to its client waits for it.
func (u *Uploads) arrived(hook handler.HookEvent) (handler.HTTPResponse, error) {
	// What has arrived is not lost again because somebody hangs up.
	if err := u.take(context.WithoutCancel(hook.Context), hook.Upload); err != nil {
		return handler.HTTPResponse{}, u.explain(hook.Context, err)
	}
	return handler.HTTPResponse{}, nil
}

// take makes a session of a whole upload. A clip that cannot be used leaves a session that says why.
//
// It can be cut off anywhere, and is done again by Recover: the file moves in one step, then the session is queued, and
// last goes the note that there was an upload.
func (u *Uploads) take(ctx context.Context, info handler.FileInfo) error {
	u.ending.Lock()
	defer u.ending.Unlock()
	return u.takeLocked(ctx, info)
}

func (u *Uploads) takeLocked(ctx context.Context, info handler.FileInfo) error {
	dir, err := u.o.Library.Dir(info.ID)
	if err != nil {
		return err
	}
	path := filepath.Join(u.o.Dir, info.ID)
	options, sum := told(info)
	name, err := u.examine(ctx, path, sum)
	if err != nil {
		return u.reject(ctx, info, path, err)
	}
	if err := syncFile(path); err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("take a clip in: %w", err)
	}
	if err := errors.Join(syncFile(dir), syncFile(u.o.Dir)); err != nil {
		return err
	}
	return u.begin(ctx, info.ID, options)
}

// begin queues a session whose clip lies in its folder, and forgets the upload.
func (u *Uploads) begin(ctx context.Context, id string, o store.AnalyseOptions) error {
	if err := u.o.Enqueue(ctx, id, o); err != nil {
		return err
	}
	if err := u.o.Library.Measure(ctx, id); err != nil {
		return err
	}
	return u.forget(id)
}

// forget removes what belongs to an upload.
func (u *Uploads) forget(id string) error {
	var err error
	for _, name := range []string{id, id + ".info"} {
		if gone := os.Remove(filepath.Join(u.o.Dir, name)); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	if err != nil {
		return fmt.Errorf("forget an upload: %w", err)
	}
	return nil
}

// examine looks at a whole file and tells under which name it is kept.
func (u *Uploads) examine(ctx context.Context, path, sum string) (name string, err error) {
	if sum != "" {
		found, err := sumOf(path)
		if err != nil {
			return "", err
		}
		if found != sum {
			return "", errSum
		}
	}
	if name, err = u.o.Probe(ctx, path); err != nil {
		return "", fmt.Errorf("%w: %w", errVideo, err)
	}
	return name, nil
}

// reject ends an upload that cannot be used.
func (u *Uploads) reject(ctx context.Context, info handler.FileInfo, path string, why error) error {
	if !errors.Is(why, errSum) && !errors.Is(why, errVideo) {
		return why
	}
	says := u.inWords(why, path, info.MetaData["filename"])
	_, err := u.o.Library.Update(ctx, info.ID, func(n *store.Session) error {
		n.State, n.Error, n.Reserved, n.Sent, n.Bytes = store.Failed, says, 0, 0, 0
		return nil
	})
	if err := errors.Join(err, u.forget(info.ID)); err != nil {
		return err
	}
	return &rejected{says, errors.Is(why, errSum)}
}

// rejected tells a client that its clip cannot be used.
type rejected struct {
	says string
	sum  bool
}

// Error says why, and what to do.
func (r *rejected) Error() string { return r.says }

func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("check a clip: %w", err)
	}
	defer file.Close() //nolint:errcheck // it is only read
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", fmt.Errorf("check a clip: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// syncFile sees that a file, or a folder's names, reach the disk.
func syncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("keep a clip: %w", err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("keep a clip: %w", err)
	}
	return nil
}
