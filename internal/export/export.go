// Package export writes a session in the forms that other programs and people read: tables (CSV), one whole document
// (JSON), the motion files of OpenSim (TRC and MOT), pictures, and a report as PDF. README.md in this folder describes
// every column and member. It needs no video library: the annotated film is package export/film's.
package export

import (
	"errors"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/store"
)

var (
	// ErrNoFrames means that there is nothing to export: not a single frame was analysed.
	ErrNoFrames = errors.New("the session has no analysed frames, so there is nothing to export")
	// ErrNothingKnown means that no angle and no reading is known at any time.
	ErrNothingKnown = errors.New("nobody was seen in the whole session, so there is no motion to export")
	// ErrNoMetres means that the places of the body in metres were not stored.
	ErrNoMetres = errors.New("the session holds no places in metres: analyse the clip again without --no-observations")
)

// Session is all that an export may tell. Nothing of it is changed.
type Session struct {
	Result results.Session
	Header results.Header
	Frames []archive.Frame
	Events []archive.Event
	About  About
	Notes  []store.Note
	Marks  []store.Mark
	// Exercise is the rules' file; nil where this program does not have it.
	Exercise *exercise.Exercise
}

// Video is the video of a session.
type Video struct {
	// Path is its file; empty where there is none.
	Path string
	// OffsetS is what to add to a media time to get session time, in seconds.
	OffsetS float64
}

// About is what the library knows of a session beside its files.
type About struct {
	Title string
	// Created is when it was recorded or sent; the zero time: unknown.
	Created  time.Time
	Language string
	Tags     []string
	// Score is 0…100 as archive.Digest has it, NaN where it is not known.
	Score float64
	Worst *archive.Worst
}

// plain makes a text fit for a line of a file: no tabs, line breaks or other control characters.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

func known(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
