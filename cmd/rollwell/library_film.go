package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/export"
	annotated "github.com/rollwell/rollwell/internal/export/film"
	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/server"
	"github.com/rollwell/rollwell/internal/store"
)

// drawing makes the server's exports that need pictures.
func drawing() server.Drawing {
	return server.Drawing{Still: annotated.Still, Report: annotated.Report}
}

// film makes the annotated film of a session from what was stored of it. It is a queue's handler.
func (c *clipJobs) film(ctx context.Context, j store.Job, p *queue.Progress) (_ func(n *store.Session) error, err error) {
	var o server.FilmOptions
	if err := json.Unmarshal(j.Options, &o); err != nil {
		return nil, fmt.Errorf("the job cannot be read: %w", err)
	}
	s, video, err := c.stored(ctx, j.Session)
	if err != nil {
		return nil, err
	}
	folder, err := c.library.Exports(j.Session)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(video.Path); err == nil { // a film is about as long as its clip
		if err := c.library.Room(ctx, info.Size()); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of exports: %w", err)
	}
	writing, err := s.Writing(o.Language, export.SystemFonts())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, writing.Close()) }()
	return nil, annotated.Write(ctx, filepath.Join(folder, server.FilmName(o.Language)), s, annotated.Options{
		Source: video, Writing: writing, Progress: p.Set, Turn: p.Give,
	})
}

// stored reads a session of the library with its video.
func (c *clipJobs) stored(ctx context.Context, id string) (*export.Session, export.Video, error) {
	var video export.Video
	n, err := c.library.Get(ctx, id)
	if err != nil {
		return nil, video, err
	}
	dir, err := c.library.Dir(id)
	if err != nil {
		return nil, video, err
	}
	s, _, err := export.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, video, errors.New("this session is not analysed yet; try again when it is")
	}
	if err != nil {
		return nil, video, err
	}
	if err := s.Library(ctx, c.library, &n); err != nil {
		return nil, video, err
	}
	if i := slices.IndexFunc(c.exercises, func(ex *exercise.Exercise) bool { return ex.ID == s.Result.Exercise.ID }); i >= 0 {
		s.Exercise = c.exercises[i]
	}
	if n.Video != nil {
		video = export.Video{Path: filepath.Join(dir, n.Video.File), OffsetS: n.Video.OffsetS}
	}
	return s, video, nil
}
