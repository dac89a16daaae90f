package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/push"
	"github.com/rollwell/rollwell/internal/session"
)

// check is one person's check: the session, the pages that show it, and the browser that sends video to it.
type check struct {
	id, token string
	from      netip.Addr // who started it
	live      *session.Live
	hub       *push.Hub
	voice     voice
	log       *slog.Logger
	recording *recording // nil if nothing is kept
	release   func()     // gives back the place in the pool
	cancel    context.CancelFunc
	// done is closed when the session has ended; the fields below "ended" are then set.
	done chan struct{}

	publishing sync.Mutex // held while an offer is answered: one at a time

	mu          sync.Mutex // guards what follows
	publication *ingest.Publication
	number      int // of the present publication
	over        bool
	watchers    sync.WaitGroup // of publications

	// ended
	summary []byte // nil if the session broke
	counts  session.Counters
	reason  session.Reason
	endedAt time.Time
}

// run lives the session to its end. Whatever happens in there ends nothing else.
func (c *check) run(ctx context.Context, s *Server) {
	defer c.cancel()
	result, err := c.lived(ctx)
	c.release()
	c.unpublish()
	c.counts, c.reason, c.endedAt = c.live.Counts(), result.Reason, time.Now()
	if c.reason == "" {
		c.reason = session.ReasonError
	}
	last := c.conclude(&result, err, s)
	close(c.done) // before the pages hear of it: they may ask for the summary at once
	last()
	s.metrics.SessionEnded(string(c.reason))
	n := &c.counts
	c.log.Info("check ended", "reason", string(c.reason), "received", n.Received, "analysed", n.Analysed, "pushed", n.Pushed,
		"dropped", n.Dropped.Total(), "key_frames", n.KeyFrames, "checked", result.Checked.Round(time.Millisecond))
	if errors.Is(err, errPanic) && c.recording != nil {
		c.recording.Break(err)
	}
	s.keep(context.WithoutCancel(ctx), c, &result)
}

// errPanic marks a session that panicked.
var errPanic = errors.New("the session panicked")

// lived runs the session and turns a panic into an error.
func (c *check) lived(ctx context.Context) (result session.LiveResult, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, fault, debug.Stack())
		}
	}()
	return c.live.Run(ctx)
}

// conclude says to the pages why the check ended, and keeps its summary. It returns what says the last word.
func (c *check) conclude(result *session.LiveResult, err error, s *Server) (last func()) {
	switch {
	case errors.Is(err, errPanic):
		s.metrics.Panicked()
		c.log.Error("a session panicked", "cause", err)
		return c.fail
	case errors.Is(err, session.ErrStuck):
		c.log.Error("the analysis hung", "cause", err)
		c.warn("analysis_stuck", "error.analysis_stuck.hint")
	case err != nil && !errors.Is(err, context.Canceled):
		c.log.Error("the session failed", "cause", err)
		c.warn("failed", "error.failed.hint")
	case result.Reason == session.ReasonNoVideo:
		c.warn("no_video", "error.no_video.hint")
	case result.Reason == session.ReasonDrain:
		c.warn("draining", "error.shut_down.hint")
	}
	summary, err := push.Summary(result)
	if err != nil {
		c.log.Error("no summary", "cause", err)
		return c.fail
	}
	c.summary = summary
	return func() { c.hub.Finish(summary) }
}

// warn tells the pages something in their language; name is that of the sentence.
func (c *check) warn(code, name string) { c.hub.Warn(code, c.voice.speaker().Text(name)) }

// fail ends the pages' connections with the news of a fault of ours.
func (c *check) fail() { c.hub.Fail("failed", c.voice.speaker().Text("error.failed.hint")) }

// publish answers an offer and puts the new publication in the place of the one before.
func (c *check) publish(ctx context.Context, s *Server, offer string) (*ingest.Publication, int, error) {
	c.publishing.Lock()
	defer c.publishing.Unlock()
	c.mu.Lock()
	number, over := c.number+1, c.over
	c.mu.Unlock()
	if over {
		return nil, 0, errEnded
	}
	p, err := s.o.Receiver.Publish(ctx, offer, number, camera{c.live})
	if err != nil {
		return nil, 0, err
	}
	c.mu.Lock()
	before := c.publication
	if over = c.over; !over {
		c.publication, c.number = p, number
		s.metrics.Publishing(+1)
		c.watchers.Go(func() {
			<-p.Done()
			s.metrics.Publishing(-1)
		})
	}
	c.mu.Unlock()
	if over {
		c.closed(p)
		return nil, 0, errEnded
	}
	c.live.Attach(p.RequestKeyFrame)
	if before != nil {
		c.closed(before)
	}
	c.log.Info("camera connects", "publication", number)
	return p, number, nil
}

// withdraw ends a publication. It is false if that is not the present one.
func (c *check) withdraw(number int) bool {
	c.mu.Lock()
	p := c.publication
	if p == nil || number != c.number {
		c.mu.Unlock()
		return false
	}
	c.publication = nil
	c.mu.Unlock()
	c.closed(p)
	return true
}

// unpublish ends the present publication and lets no other come.
func (c *check) unpublish() {
	c.mu.Lock()
	p := c.publication
	c.publication, c.over = nil, true
	c.mu.Unlock()
	if p != nil {
		c.closed(p)
	}
	c.watchers.Wait()
}

func (c *check) closed(p *ingest.Publication) {
	if err := p.Close(); err != nil {
		c.log.Debug("closing a publication", "cause", err)
	}
}

// running tells whether the session still runs.
func (c *check) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}
