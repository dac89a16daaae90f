package export

import (
	"fmt"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/exercise"
)

// Open reads the session of a folder: one of the library, or one that rollwell analyze has written. Of the exercise it
// takes the catalogue's file; set another one where there is.
func Open(dir string) (*Session, *archive.Archive, error) {
	a, err := archive.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	s := &Session{Result: a.Session, Header: a.Header}
	if s.Frames, err = a.Frames(); err != nil {
		return nil, nil, fmt.Errorf("read the frames: %w", err)
	}
	if s.Events, err = a.Events(); err != nil {
		return nil, nil, fmt.Errorf("read the events: %w", err)
	}
	d := archive.NewDigest(&a.Session, s.Frames)
	s.About = About{Title: a.Session.Source.Name, Language: a.Header.Options.Language, Score: d.Score, Worst: d.Worst}
	if ex, err := exercise.Get(a.Session.Exercise.ID); err == nil { // of somebody's own exercise the words are in the findings
		s.Exercise = ex
	}
	return s, a, nil
}
