// Package doctor looks at a machine and tells what Rollwell would miss on it, and how to get that.
//
// The package knows nothing of models, OpenCV or codecs: it runs the checks it is given, and whoever builds
// the list binds them to the packages that can tell.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// timeLimit bounds one check, so that a program that hangs cannot hang the doctor.
const timeLimit = 20 * time.Second

// errTooSlow tells that a check did not come back in time.
var errTooSlow = errors.New("no answer")

// Check is one thing to look at.
type Check struct {
	// Name is what is looked at, in a word or two: "OpenCV".
	Name string
	// Needed tells that Rollwell cannot do its main job without it.
	Needed bool
	// Remedy says how to get it, as a sentence or a command.
	Remedy string
	// Probe looks. It returns what it found in a few words, and an error if that will not do. It must not
	// change anything and may be called from any goroutine.
	Probe func(context.Context) (string, error)
}

// Finding is what one check found.
type Finding struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"`
	// Detail is what was found, or why that will not do.
	Detail string `json:"detail"`
	// Remedy says how to put it right. It is empty when OK.
	Remedy string `json:"remedy,omitempty"`
}

// Report is what all checks found, in their order.
type Report struct {
	// OK tells that nothing needed is missing. Things that are merely nice to have may be.
	OK       bool      `json:"ok"`
	Findings []Finding `json:"findings"`
}

// Missing counts the needed things that are not there.
func (r Report) Missing() int {
	n := 0
	for _, f := range r.Findings {
		if f.Needed && !f.OK {
			n++
		}
	}
	return n
}

// Examine runs the checks one after the other. The error is the context's, if that ended first.
func Examine(ctx context.Context, checks []Check) (Report, error) {
	r := Report{Findings: make([]Finding, 0, len(checks))}
	for _, c := range checks {
		f := examine(ctx, c, timeLimit)
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		r.Findings = append(r.Findings, f)
	}
	r.OK = r.Missing() == 0
	return r, nil
}

// examine runs one check. A probe that does not come back within the limit is left behind: probes call native
// code, which cannot be interrupted.
func examine(ctx context.Context, c Check, limit time.Duration) Finding {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	type answer struct {
		detail string
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		detail, err := c.Probe(ctx)
		answers <- answer{detail, err}
	}()

	var a answer
	select {
	case a = <-answers:
	case <-ctx.Done():
		a.err = fmt.Errorf("%w within %v", errTooSlow, limit)
	}
	f := Finding{Name: c.Name, OK: a.err == nil, Needed: c.Needed, Detail: a.detail}
	if a.err != nil {
		f.Detail = a.err.Error()
		if a.detail != "" {
			f.Detail = a.detail + ": " + f.Detail
		}
		f.Remedy = c.Remedy
	}
	return f
}
