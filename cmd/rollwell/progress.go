package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/rollwell/rollwell/internal/session"
)

// plainEvery is how often a long clip is heard of where there is no terminal for a bar.
const plainEvery = 10 * time.Second

// progress shows how far the clips are: a bar each with the time left on a terminal, plain lines otherwise.
type progress struct {
	mu    sync.Mutex // guards w
	w     io.Writer
	bars  *mpb.Progress // nil without a terminal
	clips int
}

func newProgress(w io.Writer, clips int) *progress {
	p := &progress{w: w, clips: clips}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(40), mpb.WithRefreshRate(150*time.Millisecond))
	}
	return p
}

// wait returns when everything has been shown.
func (p *progress) wait() {
	if p.bars != nil {
		p.bars.Wait()
	}
}

func (p *progress) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, format+"\n", args...)
}

// clipBar is the progress of one clip. It is a session's sink.
type clipBar struct {
	all    *progress
	name   string
	bar    *mpb.Bar
	frames int64
	of     int64
	begun  time.Time
	told   time.Time
	failed atomic.Bool
}

func (p *progress) clip(name string) *clipBar {
	b := &clipBar{all: p, name: name, begun: time.Now()}
	b.told = b.begun
	if p.bars != nil {
		b.bar = p.bars.AddBar(0,
			mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR), decor.Percentage(decor.WCSyncSpace)),
			mpb.AppendDecorators(
				decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WCSyncWidth), ""),
				decor.AverageSpeed(0, " %.0f frames/s", decor.WCSyncWidth),
				decor.Any(b.verdict),
			),
		)
	}
	return b
}

// total tells how many frames there will be; 0 if that is not known.
func (b *clipBar) total(frames int64) {
	b.of = frames
	if b.bar != nil {
		b.bar.SetTotal(frames, false)
		b.bar.DecoratorAverageAdjust(time.Now())
	}
}

// Take counts a frame.
func (b *clipBar) Take(*session.Moment) error {
	b.frames++
	if b.bar != nil {
		b.bar.Increment()
		return nil
	}
	now := time.Now()
	if now.Sub(b.told) < plainEvery {
		return nil
	}
	b.told = now
	if b.of <= b.frames {
		b.all.line("%s: %d frames", b.name, b.frames)
		return nil
	}
	left := time.Duration(float64(now.Sub(b.begun)) / float64(b.frames) * float64(b.of-b.frames))
	b.all.line("%s: %d of %d frames, %s left", b.name, b.frames, b.of, left.Round(time.Second))
	return nil
}

// verdict stands behind the bar of a clip that has ended.
func (b *clipBar) verdict(s decor.Statistics) string {
	switch {
	case b.failed.Load():
		return " failed"
	case s.Completed:
		return " done"
	}
	return ""
}

// done ends the clip's bar or tells the end in a line.
func (b *clipBar) done(o clipOutcome) {
	if b.bar != nil {
		b.failed.Store(o.err != nil)
		b.bar.SetTotal(-1, true)
		return
	}
	if o.err == nil {
		took := time.Since(b.begun)
		b.all.line("%s: %d frames in %.1f s", b.name, b.frames, took.Seconds())
	}
}
