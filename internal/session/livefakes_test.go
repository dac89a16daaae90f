package session

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/spine"
)

// What a fake picture's data says of it.
var (
	goodPicture   = []byte("good")
	badPicture    = []byte("bad")
	hiddenPicture = []byte("hidden")
)

var errBadPicture = errors.New("damaged picture")

// fakeDecoder decodes what the data says, and like a real one refuses all up to a key picture after damage.
type fakeDecoder struct {
	stage  *stage
	keyed  bool
	closed bool
}

func (d *fakeDecoder) Decode(u media.AccessUnit) (bool, error) {
	if d.closed {
		d.stage.t.Error("decoding after Close")
	}
	if u.Key {
		d.keyed = true
	}
	if !d.keyed || bytes.Equal(u.Data, badPicture) {
		d.keyed = false
		return false, errBadPicture
	}
	return !bytes.Equal(u.Data, hiddenPicture), nil
}

func (d *fakeDecoder) Frame() (*frame.Frame, error) {
	s := d.stage
	f := s.frames.Get(64, 36, 0, 0)
	f.Scale = s.scale
	return f, nil
}

func (d *fakeDecoder) Close() error {
	d.closed = true
	d.stage.decoders--
	return nil
}

// fakeLiveEye sees what the stage says, for as long as it says.
type fakeLiveEye struct {
	observe func(ctx context.Context, f *frame.Frame) (spine.Observation, error)
	mu      sync.Mutex
	looking bool
	closed  bool
	places  []place
	t       *testing.T
}

func (e *fakeLiveEye) Observe(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
	e.enter("Observe")
	defer e.leave()
	return e.observe(ctx, f)
}

func (e *fakeLiveEye) enter(what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.looking || e.closed {
		e.t.Errorf("%s while looking (%v) or closed (%v)", what, e.looking, e.closed)
	}
	e.looking = true
}

func (e *fakeLiveEye) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looking = false
}

func (e *fakeLiveEye) StageTimes() (pose, roller time.Duration) {
	return 9 * time.Millisecond, time.Millisecond
}

func (e *fakeLiveEye) Place(near body.Point, radius, at float64) {
	e.enter("Place")
	defer e.leave()
	e.places = append(e.places, place{near.X, near.Y, radius, at})
}

func (e *fakeLiveEye) Close() error {
	e.enter("Close")
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed, e.looking = true, false
	return nil
}

func (e *fakeLiveEye) isClosed() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closed
}

// seen is what a sink saw, with what would not outlive the call copied.
type seen struct {
	frame   bool
	at      time.Time
	seq     int64
	pts     time.Duration
	state   LiveState
	active  []string
	started []int // the findings that began
	cleared int
}

// witness is a sink that remembers.
type witness struct {
	mu   sync.Mutex
	all  []seen
	take func(m *Moment) error
	tick func(s *LiveState) error
}

func (w *witness) Take(m *Moment) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := seen{frame: true, at: time.Now(), seq: m.Frame.Seq, pts: m.Frame.PTS, state: *m.Live, active: slices.Clone(m.Update.Active)}
	for _, e := range m.Update.Events {
		if e.Kind == coach.Cleared {
			s.cleared++
		}
	}
	s.state.Setup = slices.Clone(m.Live.Setup)
	s.state.Steps, s.state.Calibrated = slices.Clone(m.Live.Steps), nil
	if m.Live.Plan != nil {
		p := *m.Live.Plan
		s.state.Plan = &p
	}
	for _, e := range m.Update.Events {
		if e.Kind == coach.Started {
			s.started = append(s.started, e.Finding.ID)
		}
	}
	w.all = append(w.all, s)
	if w.take != nil {
		return w.take(m)
	}
	return nil
}

func (w *witness) Tick(l *LiveState) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := seen{at: time.Now(), state: *l}
	s.state.Steps, s.state.Calibrated = slices.Clone(l.Steps), slices.Clone(l.Calibrated)
	if l.Plan != nil {
		p := *l.Plan
		s.state.Plan = &p
	}
	w.all = append(w.all, s)
	if w.tick != nil {
		return w.tick(l)
	}
	return nil
}

// steps are all that was told of the course.
func (w *witness) steps() (list []Step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.all {
		list = append(list, w.all[i].state.Steps...)
	}
	return list
}

// moments are those with a frame.
func (w *witness) moments() []seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.all), func(s seen) bool { return !s.frame })
}

func (w *witness) last() seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all[len(w.all)-1]
}

// stage is a live session with everything around it faked. It must be made inside a synctest bubble.
type stage struct {
	t        *testing.T
	live     *Live
	eye      *fakeLiveEye
	sink     *witness
	pool     *Pool
	frames   *frame.Pool
	decoders int // open ones; belongs to the session's goroutine while it runs
	scale    float64
	cost     time.Duration
	pose     func() *body.Pose
	light    float64
	keyAsks  int

	result LiveResult
	err    error
	ended  chan struct{}
	media  map[int]time.Time // when each publication began
}

// newStage starts a session whose frames take cost to analyse.
func newStage(t *testing.T, pool *Pool, cost time.Duration, spoil ...func(s *stage, c *LiveConfig)) *stage {
	t.Helper()
	s := &stage{
		t: t, pool: pool, cost: cost, scale: 2, sink: &witness{}, ended: make(chan struct{}), media: map[int]time.Time{},
		frames: frame.NewCheckedPool(t.Errorf),
		pose:   func() *body.Pose { return nil }, light: 0.5,
	}
	s.eye = &fakeLiveEye{t: t, observe: func(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
		select {
		case <-time.After(s.cost): // of the bubble
		case <-ctx.Done():
			return spine.Observation{}, ctx.Err()
		}
		return spine.Observation{T: f.PTS.Seconds(), Width: f.Width, Height: f.Height, Pose: s.pose(), Quality: spine.Quality{Brightness: s.light, Sharpness: 100}}, nil
	}}
	c := LiveConfig{
		ID: "s", Plan: single(t, thoracicRoll(t)), Eye: s.eye, Pool: pool, Sinks: []LiveSink{s.sink},
		Decoder: func(codec media.Codec) (Decoder, error) {
			if codec == media.Unknown {
				return nil, errBadPicture
			}
			s.decoders++
			return &fakeDecoder{stage: s}, nil
		},
	}
	for _, f := range spoil {
		f(s, &c)
	}
	s.live = NewLive(c)
	s.live.Attach(func() { s.keyAsks++ })
	return s
}

// run starts the session.
func (s *stage) run(ctx context.Context) *stage {
	go func() {
		defer close(s.ended)
		s.result, s.err = s.live.Run(ctx)
	}()
	return s
}

// send gives the session one picture of a publication, by now.
func (s *stage) send(stream int, data []byte, key bool) {
	now := time.Now()
	if s.media[stream].IsZero() {
		s.media[stream] = now
	}
	s.live.Unit(media.AccessUnit{Codec: media.VP8, Data: data, Key: key, Stream: stream, Time: now.Sub(s.media[stream]), Captured: now.Add(-20 * time.Millisecond), Received: now})
}

// play sends good pictures, 30 in a second, for a while.
func (s *stage) play(d time.Duration) { s.playAt(d, 30, 1) }

func (s *stage) playAt(d time.Duration, fps, stream int) {
	n := int(d.Seconds() * float64(fps))
	for i := range n {
		s.send(stream, goodPicture, i == 0)
		<-time.After(time.Second / time.Duration(fps))
	}
	synctest.Wait()
}

// wait lets time pass.
func (s *stage) wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// over waits for the end and checks what must be true of every session.
func (s *stage) over(reason Reason) {
	s.t.Helper()
	<-s.ended
	if s.result.Reason != reason {
		s.t.Errorf("ended by %q (%v), want %q", s.result.Reason, s.err, reason)
	}
	if n := s.result.Frames; n.Received != n.Analysed+n.Dropped.Total() {
		s.t.Errorf("%d received, but %d analysed and %d dropped: %+v", n.Received, n.Analysed, n.Dropped.Total(), n)
	}
	if n := s.live.Counts(); n.Received != n.Analysed+n.Dropped.Total() || n.Analysed != s.result.Frames.Analysed {
		s.t.Errorf("the counts after the end do not add up: %+v, then %+v", s.result.Frames, n)
	}
	last := s.sink.last()
	if last.frame || last.state.Phase != Ended || last.state.Reason != reason {
		s.t.Errorf("the last the sinks heard is %+v", last.state)
	}
	if s.decoders != 0 {
		s.t.Errorf("%d decoders are still open", s.decoders)
	}
	if reason == ReasonStuck {
		return
	}
	if !s.eye.isClosed() {
		s.t.Error("the eye is still open")
	}
	allReleased(s.t, s.frames)
}

// trunk is a pose of which only the trunk is seen: how steep it stands in degrees, head to the left, chest up or
// ahead.
func trunk(degrees float64) *body.Pose {
	p := &body.Pose{Score: 1}
	sin, cos := sincos(degrees)
	put := func(i int, along, across float64) {
		p.World[i] = body.Vec3{X: -along * cos, Y: -along * sin, Z: across}
		p.Landmarks[i] = body.Landmark{X: 300 + 200*p.World[i].X, Y: 200 + 200*p.World[i].Y, Visibility: 0.9, Presence: 1}
	}
	put(body.LeftHip, 0, 0.12)
	put(body.RightHip, 0, -0.12)
	put(body.LeftShoulder, 0.5, 0.18)
	put(body.RightShoulder, 0.5, -0.18)
	return p
}
