package session

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/rollwell/rollwell/internal/frame"
)

// acquiring is how many frames of a session are left out of what a frame costs: until the person and the roller have been
// found each takes several looks, which is over in a moment and would have newcomers refused for nothing.
const acquiring = 45

// analyse looks at one frame after the other until there are no more, and then closes the eye. It runs on a goroutine
// of its own, which is the only one that touches the eye while a frame is under way.
func (r *liveRun) analyse(ctx context.Context) {
	defer close(r.gone)
	for n := 0; ; n++ {
		f, more := <-r.frames
		if !more {
			break
		}
		s := r.lookSafely(ctx, f)
		if s.err != nil || n < acquiring {
			s.cpu = 0 // says nothing about what a frame costs
		}
		r.c.Pool.done(r.seat, s.cpu)
		r.sights <- s
	}
	select {
	case s := <-r.sights: // came too late for anybody
		s.frame.Release()
	default:
	}
	r.closed = r.c.Eye.Close()
}

// errPanic marks an analysis that panicked. Its eye cannot be trusted any more.
var errPanic = errors.New("the analysis panicked")

// lookSafely keeps a fault in one person's analysis from ending everybody's.
func (r *liveRun) lookSafely(ctx context.Context, f *frame.Frame) (s sight) {
	defer func() {
		if fault := recover(); fault != nil {
			s = sight{frame: f, err: fmt.Errorf("%w: %v\n%s", errPanic, fault, debug.Stack())}
		}
	}()
	runtime.LockOSThread() // whose time is measured
	defer runtime.UnlockOSThread()
	before := threadCPU()
	s = look(ctx, r.c.Eye, f)
	s.cpu = threadCPU() - before
	return s
}

// maxFailures is how many analyses in a row may fail before the session does.
const maxFailures = 10

// blind takes note of an analysis that has failed.
func (r *liveRun) blind(err error) {
	r.counts.analysis.Add(1)
	r.failures++
	if errors.Is(err, context.Canceled) {
		return
	}
	r.log.Warn("a frame could not be analysed", "error", err, "in_a_row", r.failures)
	if r.failures >= maxFailures || errors.Is(err, errPanic) {
		r.fail(ReasonError, fmt.Errorf("%d frames in a row could not be analysed, start a new check: %w", r.failures, err))
	}
}
