package export

import (
	"fmt"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/exercise"
)

// Open reads the session of a folder: one of the library, or one that rollwell analyze has written. Of the exercise it
// takes the catalogue's file; set another one where there is.
func Open(dir string) (*Session, *archive.Archive, error) {
	s, a, err := OpenHead(dir)
	if err != nil {
		return nil, nil, err
	}
	if s.Frames, err = a.Frames(); err != nil {
		return nil, nil, fmt.Errorf("read the frames: %w", err)
	}
	return s, a, nil
}

// Streams tells whether a format takes its frames from the archive, one after the other: for it OpenHead is enough.
func Streams(format string) bool { return format == "csv" || format == "json" }

// OpenHead is Open without the frames, which take some two kilobytes of memory each.
func OpenHead(dir string) (*Session, *archive.Archive, error) {
	a, err := archive.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	s := &Session{Result: a.Session, Header: a.Header}
	if s.Events, err = a.Events(); err != nil {
		return nil, nil, fmt.Errorf("read the events: %w", err)
	}
	d, err := a.Digest()
	if err != nil {
		return nil, nil, fmt.Errorf("read the frames: %w", err)
	}
	s.About = About{Title: a.Session.Source.Name, Language: a.Header.Options.Language, Score: d.Score, Worst: d.Worst}
	if ex, err := exercise.Get(a.Session.Exercise.ID); err == nil { // of somebody's own exercise the words are in the findings
		s.Exercise = ex
	}
	return s, a, nil
}
