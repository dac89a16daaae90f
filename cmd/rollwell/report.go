package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
)

// report prints what became of the clips: the results on standard output, warnings on the other. The error joins
// what went wrong.
func report(std streams, asJSON bool, outcomes []clipOutcome) error {
	var faults []error
	for i := range outcomes {
		o := &outcomes[i]
		if o.warning != nil {
			fmt.Fprintf(std.err, "rollwell: %v\n", o.warning)
		}
		if o.err != nil {
			faults = append(faults, o.err)
		}
		if o.session == nil {
			continue
		}
		var err error
		if asJSON {
			err = json.NewEncoder(std.out).Encode(o.session)
		} else {
			err = summarise(std.out, o)
		}
		if err != nil {
			return fmt.Errorf("%w: print the results: %w", errOutput, err)
		}
	}
	return errors.Join(faults...)
}

// summarise prints one clip's corrections for people.
func summarise(w io.Writer, o *clipOutcome) error {
	s := o.session
	p := &printer{w: w}
	p.line("%s  %s, %d frames, %s", s.Source.Name, clock(float64From(s.Source.DurationS)), s.Frames.Analysed, s.Exercise.ID)
	corrections := 0
	for i := range s.Cues {
		c := &s.Cues[i]
		if c.Severity == exercise.Praise {
			continue
		}
		corrections++
		p.line("  %s – %s  %-18s %s%s%s", clock(c.StartS), clock(c.EndS), c.Code, c.Text, measured(c), silent(c))
	}
	t := s.TimeInZoneS
	switch {
	case corrections > 0:
	case t.Thoracic+t.LowerThoracic+t.Lumbar+t.Neck == 0 && s.Passes == 0:
		p.line("  nothing to judge: the back was not seen on a roller")
	default:
		p.line("  nothing to correct")
	}
	p.line("  passes %d; seconds on the thoracic spine %.1f, lower edge %.1f, lumbar spine %.1f, neck %.1f, elsewhere or unknown %.1f",
		s.Passes, t.Thoracic, t.LowerThoracic, t.Lumbar, t.Neck, t.Off)
	p.line("  results: %s", filepath.Join(o.folder, sessionFile))
	if o.overlay {
		p.line("  overlay: %s", filepath.Join(o.folder, overlayFile))
	}
	return p.err
}

// measured tells the value that a finding is about.
func measured(c *coach.Finding) string {
	if !c.Measured || c.Unit == "" {
		return ""
	}
	return fmt.Sprintf(" (%.3g, limit %.3g %s)", c.Value, c.Limit, c.Unit)
}

// silent marks a finding that something more important kept from being said.
func silent(c *coach.Finding) string {
	if c.Spoken {
		return ""
	}
	return " [not spoken]"
}

// clock writes seconds as minutes and seconds.
func clock(seconds float64) string {
	tenths := int(seconds*10 + 0.5)
	return fmt.Sprintf("%d:%02d.%d", tenths/600, tenths/10%60, tenths%10)
}

func float64From(p *float64) float64 {
	if p == nil {
		return 0
	}
	return *p
}

// printer prints lines until one fails.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
