package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/words"
)

// ErrStuck tells that the analysis of a frame did not come to an end. Its session has been given up; others are not
// concerned.
var ErrStuck = errors.New("the analysis of a frame hangs")

// ErrCommand marks a person's word that cannot be meant.
var ErrCommand = errors.New("impossible command")

// LiveEye is an eye that a person can help, and that belongs to one session. Its methods are never called
// concurrently.
type LiveEye interface {
	Eye
	// Place says where the near end of the roller is, in pixels of the analysed frame, at a session time in seconds.
	Place(near body.Point, radius, at float64)
	// Close frees the eye. A live session calls it last, and never while Observe runs.
	Close() error
}

// Decoder turns the compressed pictures of one publication into frames. All calls come from one goroutine.
type Decoder interface {
	// Decode takes the next picture. got tells that there is a newer one for Frame now. After an error it leaves out
	// everything up to the next key picture, with an error for each.
	Decode(u media.AccessUnit) (got bool, err error)
	// Frame converts the newest picture; the caller owns the frame. Scale and sizes are set, the times are not.
	Frame() (*frame.Frame, error)
	Close() error
}

// Recorder takes compressed pictures to be kept. Its method is called from the session's goroutine and must not block.
type Recorder interface {
	// Picture takes a picture that the decoder has taken, and its session time. The picture and its data are shared: nobody
	// changes them any more. Once it returns false it is not called again.
	Picture(u media.AccessUnit, t time.Duration) (more bool)
}

// LiveConfig is one live session's parts. All but ID, Language, Spine, Recorder, Log and the two times must be set.
type LiveConfig struct {
	// ID names the session in the log.
	ID string
	// Plan is what is done; it has at least one step.
	Plan *plan.Plan
	// Language is the language of cues and guide; exercise.DefaultLanguage if empty or unknown.
	Language string
	Spine    spine.Options
	// Eye belongs to the session from NewLive on, which closes it at the end of Run.
	Eye LiveEye
	// Decoder makes a decoder for each publication.
	Decoder func(media.Codec) (Decoder, error)
	Pool    *Pool
	Sinks   []LiveSink
	// Recorder takes what comes, to be kept; nil if nothing is.
	Recorder Recorder
	Log      *slog.Logger
	// StuckAfter is how long the analysis of a frame may take, 5 s if zero; IdleAfter how long a session lives
	// without a picture, 60 s if zero.
	StuckAfter, IdleAfter time.Duration
}

// Live is one person's check while it happens: decoder → newest-frame slot → eye, in turns with all other sessions →
// spine → coach → sinks. Its methods may be called from any goroutine, and none of them but Run blocks; commands take
// effect before the next frame.
type Live struct {
	c     LiveConfig
	inbox *inbox
	seat  *seat

	keyMu    sync.Mutex // guards keyFrame
	keyFrame func()

	counts liveCounts
}

// liveCounts are written by the session's goroutine and read by any.
type liveCounts struct {
	decoded, analysed, pushed, keyFrames            atomic.Int64
	decode, slot, paused, analysis, stale, shutdown atomic.Int64
}

// NewLive makes a session. Each needs its Run, which ends it and closes its eye.
func NewLive(c LiveConfig) *Live {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Log = c.Log.With("session", c.ID)
	if c.StuckAfter <= 0 {
		c.StuckAfter = 5 * time.Second
	}
	if c.IdleAfter <= 0 {
		c.IdleAfter = time.Minute
	}
	return &Live{c: c, inbox: newInbox(), seat: newSeat()}
}

// Unit takes a compressed picture. Its data belongs to the session from now on. A picture that comes while too many
// wait, or after the end, is counted as dropped.
func (l *Live) Unit(u media.AccessUnit) {
	if u.Received.IsZero() {
		u.Received = time.Now()
	}
	l.inbox.unit(u)
}

// JPEG takes one picture of the fallback. data belongs to the session from now on; captured is when it was taken by the
// sender's clock, or zero. While WebRTC delivers, these are left out.
func (l *Live) JPEG(data []byte, captured time.Time) {
	l.inbox.unit(media.AccessUnit{Codec: media.JPEG, Data: data, Key: true, Captured: captured, Received: time.Now()})
}

// Lost takes news of a publication's transport.
func (l *Live) Lost(news media.Loss) {
	l.inbox.command(func(r *liveRun) {
		if news.Stream >= r.intake.link.Stream {
			r.intake.link = news
		}
	})
}

// Attach says how the present publication is asked for a key picture. The function is called from the session's own
// goroutine and must not block.
func (l *Live) Attach(keyFrame func()) {
	l.keyMu.Lock()
	defer l.keyMu.Unlock()
	l.keyFrame = keyFrame
}

// askKeyFrame asks the present publication, if there is one.
func (l *Live) askKeyFrame() {
	l.keyMu.Lock()
	ask := l.keyFrame
	l.keyMu.Unlock()
	if ask != nil {
		l.counts.keyFrames.Add(1)
		ask()
	}
}

// Start begins the check, or goes on with a paused one.
func (l *Live) Start() { l.inbox.command((*liveRun).start) }

// Pause interrupts the check, if there is one.
func (l *Live) Pause() { l.inbox.command(func(r *liveRun) { r.pause(ReasonButton) }) }

// Resume goes on with a paused check.
func (l *Live) Resume() {
	l.inbox.command(func(r *liveRun) {
		if r.phase == Paused {
			r.start()
		}
	})
}

// Stop ends the session, as the person wishes.
func (l *Live) Stop() { l.inbox.command(func(r *liveRun) { r.end(ReasonStopped) }) }

// Drain ends the session, because the server does.
func (l *Live) Drain() { l.inbox.command(func(r *liveRun) { r.end(ReasonDrain) }) }

// SetLanguage changes the words from now on.
func (l *Live) SetLanguage(language string) {
	l.inbox.command(func(r *liveRun) {
		r.judge.coach.SetLanguage(language)
		r.guide.SetLanguage(language)
		r.course.language, r.speaker = language, words.Localizer(language)
	})
}

// worstPain is the top of the scale (domain.md §6).
const worstPain = 10

// Pain takes a person's word on their pain, 0 (none) to 10 (worst), before, during or after the exercise; "" means now.
// Too much of it, or too much more than at first, ends the session with ReasonPain.
func (l *Live) Pain(value int, when string) error {
	if value < 0 || value > worstPain {
		return fmt.Errorf("%w: pain %d; say a number from 0 (none) to %d (worst)", ErrCommand, value, worstPain)
	}
	switch PainTime(when) {
	case "", PainBefore, PainDuring, PainAfter:
	default:
		return fmt.Errorf("%w: pain %.20q; say before, during or after", ErrCommand, when)
	}
	l.inbox.command(func(r *liveRun) { r.hurts(value, PainTime(when)) })
	return nil
}

// Next goes on to the next block of the plan, Skip leaves the present one out, Back returns to the one before. Without a
// plan, and before the check begins, they do nothing.
func (l *Live) Next() { l.inbox.command(func(r *liveRun) { r.move(+1, OutcomeCut) }) }

// Skip leaves the present block of the plan out.
func (l *Live) Skip() { l.inbox.command(func(r *liveRun) { r.move(+1, OutcomeSkipped) }) }

// Back returns to the block before, or to the beginning of the first.
func (l *Live) Back() { l.inbox.command(func(r *liveRun) { r.move(-1, OutcomeCut) }) }

// Calibrate takes a person's word that they lie as kind, one of spine.Calibrations, says. The sinks hear the answer.
func (l *Live) Calibrate(kind string) error {
	k := spine.Calibration(kind)
	if !slices.Contains(spine.Calibrations(), k) {
		return fmt.Errorf("%w: calibration %.40q; there are %v", ErrCommand, kind, spine.Calibrations())
	}
	l.inbox.command(func(r *liveRun) { r.calibrate(k) })
	return nil
}

// farthestPlace is far beyond any picture, in pixels.
const farthestPlace = 1e5

// PlaceRoller takes a person's word on where the near end of the roller is, in pixels of the sender's picture, in the
// frame at session time at in seconds; below zero it means the newest one.
func (l *Live) PlaceRoller(x, y, radius, at float64) error {
	if !(math.Abs(x) <= farthestPlace) || !(math.Abs(y) <= farthestPlace) || !(radius > 0 && radius <= farthestPlace) {
		return fmt.Errorf("%w: a roller of radius %g at %g, %g; draw the circle onto the picture", ErrCommand, radius, x, y)
	}
	if math.IsNaN(at) || math.IsInf(at, 0) {
		return fmt.Errorf("%w: a roller at %g s; tell the time of the frame that was shown", ErrCommand, at)
	}
	l.inbox.command(func(r *liveRun) { r.places.add(place{x, y, radius, at}) })
	return nil
}

// Counts tells where the pictures went so far. While the session runs some are still on their way.
func (l *Live) Counts() Counters {
	received, overflown, late := l.inbox.counts()
	c := &l.counts
	return Counters{
		Received: received, Decoded: c.decoded.Load(), Analysed: c.analysed.Load(), Pushed: c.pushed.Load(),
		KeyFrames: c.keyFrames.Load(),
		Dropped: Drops{
			Queue: overflown + c.stale.Load(), Decode: c.decode.Load(), Slot: c.slot.Load(), Paused: c.paused.Load(),
			Analysis: c.analysis.Load(), Shutdown: late + c.shutdown.Load(),
		},
	}
}

// Run lives the session until somebody ends it, no picture has come for too long, a part fails, or ctx ends; the error
// is nil in the first two cases. Call it once. Nothing runs on after it has returned, but for an analysis that hangs:
// the eye is then closed when that comes back, and Pool.Close waits for it.
func (l *Live) Run(ctx context.Context) (LiveResult, error) {
	r := newLiveRun(l)
	go r.analyse(ctx)
	defer r.collapse()
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for r.phase != Ended {
		select {
		case <-ctx.Done():
			r.fail(ReasonDrain, ctx.Err())
		case <-l.inbox.ready:
			r.receive()
		case <-l.seat.granted:
			r.receive() // what has come since is newer
			r.dispatch()
		case s := <-r.sights:
			r.conclude(s)
		case <-ticker.C:
			r.tick()
		}
	}
	return r.finish()
}
