package upload

import (
	"context"
	"errors"
	"io"
	"syscall"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
)

// bounded is tusd's store of files, watched: what comes is counted, and stops where there is no room for it any more.
type bounded struct {
	filestore.FileStore
	uploads *Uploads
}

// GetUpload returns an upload.
func (b bounded) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	up, err := b.FileStore.GetUpload(ctx, id)
	if err != nil {
		return nil, err
	}
	return boundedUpload{up, id, b.uploads}, nil
}

// NewUpload begins an upload.
func (b bounded) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	up, err := b.FileStore.NewUpload(ctx, info)
	if err != nil {
		return nil, errors.Join(err, b.uploads.drop(context.WithoutCancel(ctx), info.ID))
	}
	return boundedUpload{up, info.ID, b.uploads}, nil
}

// AsTerminatableUpload finds the upload itself.
func (b bounded) AsTerminatableUpload(up handler.Upload) handler.TerminatableUpload {
	if own, ok := up.(boundedUpload); ok {
		up = own.Upload
	}
	return b.FileStore.AsTerminatableUpload(up)
}

type boundedUpload struct {
	handler.Upload
	id      string
	uploads *Uploads
}

// WriteChunk writes what comes. What has been written when it fails stays, and the upload can go on from there.
func (b boundedUpload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	library := b.uploads.o.Library
	w := &watched{from: src, every: lookEvery, look: func(read int64) error {
		if err := library.Grow(ctx, b.id, offset+read); err != nil {
			return err
		}
		return library.Room(ctx, 0)
	}}
	n, err := b.Upload.WriteChunk(ctx, offset, w)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = errDisk
	}
	if err = errors.Join(err, library.Grow(ctx, b.id, offset+n)); err != nil {
		return n, b.uploads.explain(ctx, err)
	}
	return n, nil
}

// errDisk tells that the disk was full before anybody expected it.
var errDisk = errors.New("the disk is full")

// lookEvery is after how many bytes is looked whether there is still room.
const lookEvery = 64 << 20

// watched is a reader that stops where look says so.
type watched struct {
	from       io.Reader
	read, next int64
	every      int64
	look       func(read int64) error
}

// Read reads on.
func (w *watched) Read(b []byte) (int, error) {
	if w.read >= w.next {
		if err := w.look(w.read); err != nil {
			return 0, err
		}
		w.next = w.read + w.every
	}
	n, err := w.from.Read(b)
	w.read += int64(n)
	return n, err
}
