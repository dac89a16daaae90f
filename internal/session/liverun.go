package session

import (
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/setup"
	"github.com/rollwell/rollwell/internal/words"
)

// liveRun is what belongs to the goroutine of Live.Run.
type liveRun struct {
	*Live
	leads
	log    *slog.Logger
	judge  *judge
	guide  *setup.Guide
	intake intake
	places places

	phase  Phase
	reason Reason
	err    error // why Run fails
	// lain tells that the person has lain down since the check began or went on: before, sitting is no sitting up.
	lain    bool
	posture posture
	// checkingSince is the session time of the first frame since the check began or went on, negative before it.
	checkingSince, checked time.Duration
	pain                   []PainValue

	// frames goes to the analysing goroutine and sights come back, at most one at a time; gone is closed when it has
	// ended. A sight that nobody fetches any more is released there.
	frames chan *frame.Frame
	sights chan sight
	gone   chan struct{}
	closed error // of the eye, once gone is closed
	// finished tells that frames is closed and the turn given back.
	finished bool
	// flying is the picture being analysed; dispatched when that began. failures counts the analyses that have failed
	// since the last good one.
	flying     *picture
	dispatched time.Time
	failures   int

	state LiveState
	// speaker finds the words that are not the exercise's.
	speaker *words.Speaker
	// told is the update that goes with the present frame: the judge's, or update, which is that of the frames that the
	// coach does not follow. broke tells that update holds what a pause has cleared, and that no sink has seen it yet.
	told     *coach.Update
	update   coach.Update
	broke    bool
	analysed rate
	// shown is when the sinks last heard of the session.
	shown time.Time
	// busy is the processor time that this goroutine has taken since ticked, working what its thread had taken when the
	// present piece of work began, worked the end of one; reported is how many frames had been analysed when the pool
	// last heard of it.
	busy     time.Duration
	working  time.Duration
	worked   func()
	ticked   time.Time
	reported int64
	// hungrySince is since when the session has not been getting its least rate, zero while it does.
	hungrySince time.Time
}

func newLiveRun(l *Live) *liveRun {
	now := time.Now()
	first := &l.c.Plan.Steps[0]
	r := &liveRun{
		Live: l, log: l.c.Log, guide: setup.NewGuide(l.c.Language), speaker: words.Localizer(l.c.Language),
		leads:  leads{course: newCourse(l.c.Plan, l.c.Language), followed: -1},
		judge:  newJudge(first.Exercise, coach.Options{Language: l.c.Language, Dose: first.Dose, Side: first.Side}, l.c.Spine),
		intake: intake{counts: &l.counts, open: l.c.Decoder, log: l.c.Log, recorder: l.c.Recorder},
		frames: make(chan *frame.Frame, 1), sights: make(chan sight, 1), gone: make(chan struct{}),
		state: LiveState{T: -1}, shown: now, ticked: now, checkingSince: -1,
	}
	r.worked, r.told = r.endWork, &r.update
	r.guide.For(first.Exercise)
	r.intake.heard = now
	return r
}

// receive decodes what has come and does what was asked for.
func (r *liveRun) receive() {
	defer r.work()()
	for _, do := range r.fetch() {
		if r.phase != Ended {
			do(r)
		}
	}
	for i := range r.intake.units {
		r.intake.take(&r.intake.units[i], r.resting())
	}
	if r.intake.needsKey(time.Now()) {
		r.askKeyFrame()
	}
	r.next()
}

// fetch empties the inbox into the intake and returns the commands.
func (r *liveRun) fetch() []func(*liveRun) {
	var lost bool
	r.intake.units, r.intake.commands, lost = r.inbox.fetch(r.intake.units, r.intake.commands)
	r.intake.lost = r.intake.lost || lost
	return r.intake.commands
}

// resting is the least session time between two pictures that are analysed: while the check pauses a few a second do.
func (r *liveRun) resting() time.Duration {
	if r.phase != Paused {
		return 0
	}
	return restingStep
}

// restingStep is the least time between two analysed frames of a paused check: enough to see who lies back, and every
// third of 30 in a second in spite of their jitter.
const restingStep = 85 * time.Millisecond

// dispatch uses the session's turn for the newest picture.
func (r *liveRun) dispatch() {
	defer r.work()()
	if r.phase == Ended || r.intake.waiting == nil {
		r.c.Pool.leave(r.seat)
		return
	}
	f, p := r.intake.convert()
	if f == nil {
		r.c.Pool.leave(r.seat)
		return
	}
	r.places.apply(r.c.Eye, f, p.t, r.judge.last)
	r.dispatched = time.Now()
	p.waited = r.dispatched.Sub(p.decodedAt)
	r.flying = p
	r.frames <- f
}

// conclude takes what the eye has seen through the rules and shows it.
func (r *liveRun) conclude(s sight) {
	defer r.work()()
	p := r.flying
	r.flying = nil
	defer s.frame.Release()
	if s.err != nil {
		r.blind(s.err)
		r.next()
		return
	}
	r.failures = 0
	r.counts.analysed.Add(1)
	r.analysed.add(time.Now())
	began := time.Now()
	r.judge.read(&s)
	turn := r.advance(&s, p)
	r.state.Setup = r.guide.Step(&s.obs, &r.judge.reading)
	rules := time.Since(began)
	r.judge.timings.add(p.decoded, s.pose, s.roller, rules, p.decoded+s.took+rules)
	r.state.Delays = p.delays(&s, rules)
	r.state.T, r.state.Captured = s.obs.T, p.captured
	m := r.judge.moment(&s)
	m.Update, m.Live = r.told, r.now()
	if err := hand(r.c.Sinks, &m); err != nil {
		r.fail(ReasonError, err)
		return
	}
	r.counts.pushed.Add(1)
	r.act(turn)
	r.next()
}

// next asks for a turn if there is a picture for it.
func (r *liveRun) next() {
	if r.intake.waiting != nil && r.flying == nil && r.phase != Ended {
		r.c.Pool.ask(r.seat)
	}
}

// advance lets the person's posture, the coach and the plan have their say on a frame.
func (r *liveRun) advance(s *sight, p *picture) turn {
	r.posture.step(p.t, s.obs.Pose, r.course.block().Exercise.Posture)
	switch r.phase {
	case Checking:
		r.lain = r.lain || r.posture.lies >= lyingFor
		if r.course.lies() && r.lain && r.posture.upright >= uprightFor {
			r.rest(ReasonSatUp)
			break
		}
		if r.checkingSince < 0 {
			r.checkingSince = p.t
		}
		return r.follow(p)
	case Paused:
		if r.reason == ReasonSatUp && r.posture.lies >= lyingFor {
			r.phase, r.reason, r.lain = Checking, ReasonNone, true
			r.log.Debug("check goes on", "t_s", s.obs.T)
		}
	}
	r.quiet(s.obs.T)
	return noTurn
}

// quiet is the update of a frame that the coach does not follow.
func (r *liveRun) quiet(t float64) {
	r.told = &r.update
	if r.broke { // what the pause has cleared is told once
		r.broke, r.update.T = false, t
		return
	}
	r.update = coach.Update{T: t, Progress: r.state.Progress}
}

// now completes the session's state.
func (r *liveRun) now() *LiveState {
	at := time.Now()
	s := &r.state
	s.Phase, s.Reason, s.Plan, s.Pain = r.phase, r.reason, r.planState(), r.pain
	s.Width, s.Height = r.places.width, r.places.height
	s.ReceivedFPS, s.AnalysedFPS = r.intake.received.perSecond(at), r.analysed.perSecond(at)
	s.Connection, s.Transport = r.intake.connection(at), r.intake.transport
	r.shown = at
	return s
}

// tell shows the sinks the state without a frame.
func (r *liveRun) tell() {
	s := r.now()
	for _, sink := range r.c.Sinks {
		if err := sink.Tick(s); err != nil && r.err == nil {
			r.fail(ReasonError, err)
		}
	}
	s.Steps, s.Calibrated = s.Steps[:0], s.Calibrated[:0]
}

const (
	// tickEvery is how often a session looks after itself; tellEvery is the time after which sinks hear of it again
	// although nothing has happened.
	tickEvery = 500 * time.Millisecond
	tellEvery = 900 * time.Millisecond
)

// tick looks for what does not happen.
func (r *liveRun) tick() {
	now := time.Now()
	if n := r.counts.analysed.Load(); n > r.reported { // a session that waits says nothing about what one costs
		r.c.Pool.spent(r.busy, now.Sub(r.ticked), r.starves(now))
		r.reported = n
	}
	r.busy, r.ticked = 0, now
	switch {
	case r.flying != nil && now.Sub(r.dispatched) > r.c.StuckAfter && r.c.Pool.hang(r.seat):
		r.fail(ReasonStuck, fmt.Errorf("%w: frame at %.2f s has taken longer than %s; start a new check", ErrStuck,
			r.flying.t.Seconds(), r.c.StuckAfter))
	case now.Sub(r.intake.heard) >= r.c.IdleAfter:
		r.end(ReasonNoVideo)
	case !r.finishedAt.IsZero() && now.Sub(r.finishedAt) >= finishedFor:
		r.end(ReasonDone)
	case now.Sub(r.shown) > tellEvery, r.intake.connection(now) != r.state.Connection:
		r.tell()
	}
}

// starves tells whether fewer frames are analysed than must be, although enough pictures come that can be decoded. After a pause and in the first
// seconds the rates do not tell.
func (r *liveRun) starves(now time.Time) bool {
	least := r.c.Pool.o.MinRate
	hungry := r.phase != Paused && r.intake.decoded.perSecond(now) >= least && r.analysed.perSecond(now) < 0.9*least
	if !hungry {
		r.hungrySince = time.Time{}
		return false
	}
	if r.hungrySince.IsZero() {
		r.hungrySince = now
	}
	return now.Sub(r.hungrySince) >= rateWindow
}

// work measures the processor time of a piece of this goroutine's work: what it returns is to be called at the end.
func (r *liveRun) work() (done func()) {
	runtime.LockOSThread() // whose time is measured
	r.working = threadCPU()
	return r.worked
}

func (r *liveRun) endWork() {
	r.busy += threadCPU() - r.working
	runtime.UnlockOSThread()
}
