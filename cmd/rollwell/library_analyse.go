package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/thumb"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/vision"
	"github.com/rollwell/rollwell/internal/words"
)

// playFile is a copy of a video for browsers that cannot play the original.
const playFile = "play.mp4"

// defaultExercise is judged by where nobody said which exercise a clip shows.
const defaultExercise = "thoracic-roll"

// clipJobs analyses the clips of a library. Its method analyse is a queue's handler.
type clipJobs struct {
	library   *store.Store
	exercises []*exercise.Exercise
	runtime   *vision.Runtime
	models    map[string]string
}

// clipJob is one clip's analysis.
type clipJob struct {
	*clipJobs
	session  store.Session
	options  store.AnalyseOptions
	exercise *exercise.Exercise
	language string
	dir      string
	file     string // the video's name in dir
	progress *queue.Progress
}

// analyse analyses a session's video, in full, and puts the results into its folder.
func (c *clipJobs) analyse(ctx context.Context, j store.Job, p *queue.Progress) (func(n *store.Session) error, error) {
	one := clipJob{clipJobs: c, progress: p}
	err := one.prepare(ctx, j)
	if err != nil {
		return nil, err
	}
	work := one.run
	if one.file == "" {
		work = one.rejudge
	}
	change, err := work(ctx)
	return change, one.named(err)
}

// prepare finds out what is to be done.
func (c *clipJob) prepare(ctx context.Context, j store.Job) (err error) {
	if err := json.Unmarshal(j.Options, &c.options); err != nil {
		return fmt.Errorf("the job cannot be read: %w", err)
	}
	if c.session, err = c.library.Get(ctx, j.Session); err != nil {
		return err
	}
	if c.dir, err = c.library.Dir(j.Session); err != nil {
		return err
	}
	c.file = store.VideoFile(c.dir)
	id := defaultExercise
	for _, wished := range []string{c.session.Exercise, c.options.Exercise} {
		if wished != "" {
			id = wished
		}
	}
	for _, ex := range c.exercises {
		if ex.ID == id {
			c.exercise = ex
		}
	}
	if c.exercise == nil {
		return exercise.NotFound(id, c.exercises)
	}
	c.language = words.Choose(c.exercise.Languages, c.session.Language)
	return nil
}

// run analyses and writes.
func (c *clipJob) run(ctx context.Context) (change func(n *store.Session) error, err error) {
	reader, err := video.Open(ctx, filepath.Join(c.dir, c.file), c.videoOptions(video.Info{}))
	if err != nil {
		return nil, err
	}
	if c.needsPlay(reader.Info()) { // known only now; opening is quick
		info := reader.Info()
		if err := reader.Close(); err != nil {
			return nil, err
		}
		if reader, err = video.Open(ctx, filepath.Join(c.dir, c.file), c.videoOptions(info)); err != nil {
			return nil, err
		}
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	eye, err := c.runtime.NewEye(vision.EyeOptions{})
	if err != nil {
		return nil, fmt.Errorf("open an eye: %w", err)
	}
	defer func() { err = errors.Join(err, eye.Close()) }()
	return c.watch(ctx, reader, eye)
}

// watch runs the session of an open clip.
func (c *clipJob) watch(ctx context.Context, reader *video.Reader, eye *vision.Eye) (change func(n *store.Session) error, err error) {
	info := reader.Info()
	w, err := archive.Create(c.dir, c.header(info))
	if err != nil {
		return nil, err
	}
	copied := &playCopy{path: filepath.Join(c.dir, playFile), info: info, wanted: c.needsPlay(info)}
	pictures := &thumb.Keeper{}
	source, err := c.source(reader, eye)
	if err != nil {
		return nil, errors.Join(err, w.Abandon())
	}
	result, ran := session.Run(ctx, session.Config{
		Source: source, Eye: watcher{eye}, Exercise: c.exercise, Coach: coach.Options{Language: c.language},
		Spine: spineOptions(c.header(info).Options), Sinks: []session.Sink{w, pictures, copied, advance{c.progress, info}},
	})
	// What was read before the video broke off is worth having; what was interrupted begins anew.
	if ctx.Err() != nil || ran != nil && result.Frames.Analysed == 0 || errors.Is(ran, archive.ErrDisk) || errors.Is(ran, errOutput) {
		return nil, errors.Join(ran, w.Abandon(), copied.discard())
	}
	played, err := copied.finish()
	if err != nil {
		return nil, errors.Join(err, w.Abandon())
	}
	s := results.NewSession(result)
	s.Source, s.Models, s.Engine = c.sourceOf(info), c.models, string(c.runtime.Info().Engine)
	digest, err := w.Close(s)
	if err != nil {
		return nil, err
	}
	return c.change(info, digest, pictures, played, errors.Join(ran, reader.Warning()))
}

// change is what becomes of the session.
func (c *clipJob) change(info video.Info, d archive.Digest, pictures *thumb.Keeper, played bool, warning error) (func(n *store.Session) error, error) {
	at := pictures.Middle()
	if d.Worst != nil {
		at = (d.Worst.StartS + d.Worst.EndS) / 2
	}
	shown, err := pictures.Write(c.dir, archive.ThumbFile, at)
	if err != nil {
		return nil, err
	}
	// Frames count from the first picture, players from where the container begins; our own copy begins with the picture.
	file, offset := c.file, (-info.Start).Seconds()
	if played {
		file, offset = playFile, 0
	}
	return func(n *store.Session) error {
		n.Apply(d)
		n.Language, n.Thumb = c.language, shown
		n.Video = &store.Video{File: file, Type: store.TypeOf(file), Width: info.Width, Height: info.Height, OffsetS: offset}
		if warning != nil {
			n.Error = queue.Sentence(c.named(warning))
		}
		c.dropUnwanted(n)
		return nil
	}, nil
}

// dropUnwanted removes the pictures of a session that is to keep none. What is to be kept may have changed since the
// analysis began: only here, where nobody else changes the session, is it sure. What cannot be removed now still counts as
// the session's, and is removed later with what is due.
func (c *clipJob) dropUnwanted(n *store.Session) {
	if n.Keep == store.KeepVideo {
		return
	}
	if err := removeAll(c.dir, c.file, playFile, archive.ThumbFile); err == nil {
		n.Video, n.Thumb = nil, false
	}
}

func removeAll(dir string, names ...string) error {
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove a video that is not to be kept: %w", err)
		}
	}
	return nil
}

// name is what people know the clip by.
func (c *clipJob) name() string {
	if c.session.SourceName != "" {
		return c.session.SourceName
	}
	return c.file
}

// named puts the name that people know into an error in the place of the file's.
func (c *clipJob) named(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, mark := range []error{errInput, errUsage, errOutput} { // which are for a command line
		text = strings.TrimPrefix(text, mark.Error()+": ")
	}
	if c.file != "" {
		text = strings.ReplaceAll(text, filepath.Join(c.dir, c.file), c.name())
		text = strings.ReplaceAll(text, c.file+": ", c.name()+": ")
	}
	return &namedError{text, err}
}

// namedError is an error in other words.
type namedError struct {
	text string
	err  error
}

// Error says it in those words.
func (e *namedError) Error() string { return e.text }

// Unwrap is the error itself.
func (e *namedError) Unwrap() error { return e.err }

func (c *clipJob) sourceOf(info video.Info) results.Source {
	s := sourceOf(info)
	s.Name = c.name()
	return s
}

func (c *clipJob) header(info video.Info) results.Header {
	return results.Header{
		Source:   c.sourceOf(info),
		Exercise: results.Exercise{ID: c.exercise.ID, Version: c.exercise.Version, Hash: c.exercise.Hash},
		Options:  results.Options{Language: c.language, Height: c.options.HeightCM},
		Models:   c.models, Engine: string(c.runtime.Info().Engine),
	}
}
