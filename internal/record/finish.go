package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/thumb"
	"github.com/rollwell/rollwell/internal/video"
)

// partPrefix begins the names of the files that are being recorded: recording-1.mp4, and another one after each change of
// the coding.
const partPrefix = "recording-"

// The files of a recorded video. Where the coding has changed there are several originals, and one for players.
const (
	videoName = "video"
	playFile  = "play.mp4"
)

// Recover closes a recording that was cut off: session and video. It returns what archive.Recover does.
func Recover(dir string) (archive.Digest, error) {
	d, err := archive.Recover(dir)
	if err != nil && !errors.Is(err, archive.ErrNothing) {
		return d, err
	}
	if err != nil { // a video in which nobody looked for anything
		parts, found := numbered(dir, partPrefix)
		return d, errors.Join(err, found, removeParts(parts))
	}
	v, err := finishVideo(context.Background(), dir)
	if err != nil || v == nil {
		return d, err
	}
	if d.Session.Source.Name != LiveSource { // a clip, whose session begins with its first picture
		d.VideoOffsetS = (-v.start).Seconds()
	}
	if _, err := os.Stat(filepath.Join(dir, archive.ThumbFile)); errors.Is(err, os.ErrNotExist) {
		_ = makeThumb(context.Background(), dir, v, middle(d)) // it is not worth failing for
	}
	return d, nil
}

// middle is the moment to show of a session: in the middle of its worst, or else of all of it.
func middle(d archive.Digest) float64 {
	if w := d.Worst; w != nil {
		return (w.StartS + w.EndS) / 2
	}
	return d.DurationS / 2
}

// makeThumb makes the small picture of a recording from its video.
func makeThumb(ctx context.Context, dir string, v *Video, at float64) (err error) {
	r, err := video.Open(ctx, filepath.Join(dir, v.File), video.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var small thumb.Keeper
	wanted := time.Duration(at*float64(time.Second)) - r.Info().Start
	for {
		f, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		err = small.Take(&session.Moment{Frame: f, Observation: &spine.Observation{T: (r.Info().Start + f.PTS).Seconds()}})
		reached := f.PTS >= wanted
		f.Release()
		if err != nil {
			return err
		}
		if reached {
			break
		}
		r.Ahead(wanted)
	}
	_, err = small.Write(dir, archive.ThumbFile, at)
	return err
}

// numbered lists the files of a folder whose names are a prefix and a number, in order.
func numbered(dir, prefix string) ([]string, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for what was recorded: %w", err)
	}
	var found []string
	for _, e := range list {
		if numberOf(e.Name(), prefix) > 0 {
			found = append(found, filepath.Join(dir, e.Name()))
		}
	}
	slices.SortFunc(found, func(a, b string) int { return numberOf(a, prefix) - numberOf(b, prefix) })
	return found, nil
}

// numberOf is the number in a file's name, 0 if it has none.
func numberOf(path, prefix string) int {
	name, ok := strings.CutPrefix(filepath.Base(path), prefix)
	if !ok || !slices.Contains([]string{".mp4", ".webm"}, filepath.Ext(name)) {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(name, filepath.Ext(name)))
	if err != nil {
		return 0
	}
	return n
}

// finishVideo makes of what was recorded what players find their way in. Each part becomes a file with an index; of
// several, one is made for players. Nothing that was recorded goes before its copy is whole, so that this can be cut off
// and done again. The video is nil if there is none.
func finishVideo(ctx context.Context, dir string) (*Video, error) {
	parts, err := numbered(dir, partPrefix)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if err := copyPart(ctx, part, filepath.Join(dir, originalName(numberOf(part, partPrefix), filepath.Ext(part)))); err != nil {
			return nil, err
		}
	}
	files, err := originals(dir)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	if name := originalName(1, filepath.Ext(files[0])); filepath.Base(files[0]) != name { // the first part held nothing
		if err := os.Rename(files[0], filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("finish the video: %w", err)
		}
		files[0] = filepath.Join(dir, name)
	}
	v, err := describe(ctx, files[0])
	if err != nil || len(files) == 1 {
		return v, err
	}
	if err := join(ctx, dir, files, v); err != nil {
		return v, err
	}
	v.File = playFile
	return v, nil
}

// originalName is the file of a part that is whole.
func originalName(n int, suffix string) string {
	if n == 1 {
		return videoName + suffix
	}
	return fmt.Sprintf("%s-%d%s", videoName, n, suffix)
}

// originals lists the files that are whole, in order.
func originals(dir string) ([]string, error) {
	list, err := numbered(dir, videoName+"-")
	if err != nil {
		return nil, err
	}
	for _, suffix := range []string{".mp4", ".webm"} {
		path := filepath.Join(dir, originalName(1, suffix))
		if _, err := os.Stat(path); err == nil {
			return append([]string{path}, list...), nil
		}
	}
	return list, nil
}

// describe tells the size of a video.
func describe(ctx context.Context, path string) (*Video, error) {
	r, err := video.Open(ctx, path, video.Options{})
	if err != nil {
		return nil, fmt.Errorf("look at the video: %w", err)
	}
	return &Video{File: filepath.Base(path), Width: r.Info().Width, Height: r.Info().Height, start: r.Info().Start}, r.Close()
}

// copyPart makes a file with an index of a part. Where there is no room for a copy the part itself has to do: it plays,
// but one cannot jump about in it as fast. Of a part without a picture nothing is made. One that could not be read, or
// for which there was no memory, waits for another try.
func copyPart(ctx context.Context, part, to string) error {
	_, err := video.Remux(ctx, part, to)
	if err != nil && !errors.Is(err, video.ErrNoPictures) && !passing(err) && ctx.Err() == nil {
		if _, unreadable := describe(ctx, part); unreadable == nil {
			err = os.Rename(part, to)
			part = ""
		}
	} else if errors.Is(err, video.ErrNoPictures) {
		err = nil
	}
	if err == nil && part != "" {
		err = os.Remove(part)
	}
	if err != nil {
		return fmt.Errorf("finish the video: %w", err)
	}
	return nil
}

// passing tells whether an error is of the disk's or the machine's state, and not of the file.
func passing(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ESTALE) || errors.Is(err, syscall.ENOMEM)
}
