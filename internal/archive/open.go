package archive

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

// FramesFile is what rollwell analyze writes in the place of ReadingsFile.
const FramesFile = "frames.jsonl"

// maxSession bounds session.json, in bytes.
const maxSession = 32 << 20

// Archive is a whole session. It holds no open files and may be used from any goroutine.
type Archive struct {
	Session results.Session
	// Header is what the observations begin with; zero where there are none.
	Header results.Header
	dir    string
}

// Open reads what a session came to. dir is a session's folder, or one that rollwell analyze has written. A session
// that was cut off has no SessionFile, and the error is fs.ErrNotExist: see Recover.
func Open(dir string) (*Archive, error) {
	file, err := os.Open(filepath.Join(dir, SessionFile))
	if err != nil {
		return nil, fmt.Errorf("open a session: %w", err)
	}
	defer file.Close() //nolint:errcheck // it is only read
	var s results.Session
	d := json.NewDecoder(bufio.NewReader(io.LimitReader(file, maxSession)))
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFormat, SessionFile, err)
	}
	if s.Schema != results.Schema {
		return nil, fmt.Errorf("%w: %s has version %d, this program reads %d", ErrFormat, SessionFile, s.Schema, results.Schema)
	}
	return openParts(dir, s)
}

// openParts makes an archive of the files beside session.json.
func openParts(dir string, s results.Session) (*Archive, error) {
	a := &Archive{Session: s, dir: dir}
	o, closer, err := a.Observations()
	if errors.Is(err, os.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	a.Header = o.Header
	return a, closer.Close()
}

// Observations reads what the eye saw. Without the file the error is fs.ErrNotExist.
func (a *Archive) Observations() (*results.ObservationsReader, io.Closer, error) {
	file, err := os.Open(filepath.Join(a.dir, ObservationsFile))
	if err != nil {
		return nil, nil, fmt.Errorf("open the observations: %w", err)
	}
	o, err := results.OpenObservations(bufio.NewReaderSize(file, 1<<16))
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return o, closer{o, file}, nil
}

type closer struct {
	o    *results.ObservationsReader
	file *os.File
}

// Close frees the reader and closes its file.
func (c closer) Close() error {
	c.o.Close()
	return c.file.Close()
}

// Events lists what happened, in the order in which it was told. Where nothing was written down, as by rollwell
// analyze, it lists the findings and holds of the session.
func (a *Archive) Events() ([]Event, error) {
	l, err := openLines(filepath.Join(a.dir, EventsFile), false)
	if errors.Is(err, os.ErrNotExist) {
		return eventsOf(&a.Session), nil
	}
	if err != nil {
		return nil, err
	}
	defer l.close() //nolint:errcheck // it is only read
	list := []Event{}
	for {
		var e Event
		err := l.next(&e)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
}

// readingLine is a line of readings.jsonl.zst, or of frames.jsonl.
type readingLine struct {
	T       float64   `json:"t"`
	Phase   string    `json:"phase"`
	Scale   float64   `json:"scale"`
	Pose    *linePose `json:"pose"`
	Roller  *lineRoll `json:"roller"`
	Reading lineRead  `json:"reading"`
	Active  []string  `json:"active"`
	Cue     string    `json:"cue"`
	Passes  int       `json:"passes"`
	Reps    int       `json:"reps"`
}

type linePose struct {
	Score     float64      `json:"score"`
	Landmarks [][4]float64 `json:"landmarks"`
}

type lineRoll struct {
	Score  float64     `json:"score"`
	Near   [2]float64  `json:"near"`
	Far    *[2]float64 `json:"far"`
	Radius float64     `json:"radius"`
}

type lineRead struct {
	S       *float64 `json:"s"`
	SSigma  *float64 `json:"s_sigma"`
	Level   string   `json:"level"`
	Zone    string   `json:"zone"`
	Speed   *float64 `json:"speed_cm_s"`
	HipLift *float64 `json:"hip_lift_cm"`
	Knee    *float64 `json:"knee_deg"`
	Neck    *float64 `json:"neck_deg"`
	SHK     *float64 `json:"shk_deg"`
	Yaw     *float64 `json:"yaw_deg"`
	State   string   `json:"state"`
}

// believed is up to how many frames session.json is believed before they have been read.
const believed = 1 << 14

// Frames reads all analysed frames.
func (a *Archive) Frames() ([]Frame, error) {
	list := make([]Frame, 0, min(max(a.Session.Frames.Analysed, 0), believed))
	err := a.each(func(f *Frame) { list = append(list, *f) })
	if err != nil {
		return nil, err
	}
	return list, nil
}

// each is Each for who takes all of them.
func (a *Archive) each(take func(*Frame)) error {
	return a.Each(func(f *Frame) error {
		take(f)
		return nil
	})
}

// Each reads all analysed frames, one after the other, until take returns an error, which is then its own. A frame is
// valid during the call, but for its Active.
func (a *Archive) Each(take func(*Frame) error) error {
	l, err := openLines(filepath.Join(a.dir, ReadingsFile), false)
	if errors.Is(err, os.ErrNotExist) {
		l, err = openLines(filepath.Join(a.dir, FramesFile), true)
	}
	if err != nil {
		return fmt.Errorf("open the readings: %w", err)
	}
	defer l.close() //nolint:errcheck // it is only read
	o, closer, err := a.Observations()
	if errors.Is(err, os.ErrNotExist) {
		o, err = nil, nil
	}
	if err != nil {
		return err
	}
	if closer != nil {
		defer closer.Close() //nolint:errcheck // it is only read
	}
	for {
		var r readingLine
		err := l.next(&r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f := r.frame()
		if o != nil {
			seen, err := o.Next()
			if err != nil {
				return fmt.Errorf("frame %d: %w", l.n, err)
			}
			a.see(&f, seen, r.Scale)
		}
		if err := take(&f); err != nil {
			return err
		}
	}
}

// frame is what a line tells by itself.
func (r *readingLine) frame() Frame {
	f := Frame{
		T: r.T, Phase: r.Phase, PoseScore: math.NaN(), RollerScore: math.NaN(), Radius: math.NaN(), Near: nowhere, Far: nowhere,
		S: known(r.Reading.S), SSigma: known(r.Reading.SSigma), Level: r.Reading.Level, Zone: r.Reading.Zone, State: r.Reading.State,
		SpeedCMS: known(r.Reading.Speed), HipLiftCM: known(r.Reading.HipLift), KneeDeg: known(r.Reading.Knee),
		NeckDeg: known(r.Reading.Neck), SHKDeg: known(r.Reading.SHK), YawDeg: known(r.Reading.Yaw), PxPerCM: math.NaN(),
		Active: r.Active, Cue: r.Cue, Passes: r.Passes,
	}
	if f.Phase == "" {
		f.Phase = session.Checking.String()
	}
	for i := range f.Landmarks {
		f.Landmarks[i], f.World[i] = unseen, unseen
	}
	if p := r.Pose; p != nil && len(p.Landmarks) == body.Count {
		f.Pose, f.PoseScore = true, p.Score
		for i, l := range p.Landmarks {
			f.Landmarks[i] = [3]float64{l[0], l[1], l[3]}
		}
	}
	if p := r.Roller; p != nil {
		f.RollerScore, f.Near, f.Radius = p.Score, p.Near, p.Radius
		if p.Far != nil {
			f.Far = *p.Far
		}
	}
	return f
}

var (
	nowhere = [2]float64{math.NaN(), math.NaN()}
	unseen  = [3]float64{math.NaN(), math.NaN(), math.NaN()}
)

func known(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// see adds what the eye saw. Of a live check whose pictures changed their size, all are told in that of the session's
// source.
func (a *Archive) see(f *Frame, o *spine.Observation, scale float64) {
	if scale == 0 {
		scale = a.Header.Scale
	}
	f.T = o.T
	k := scale
	if own, _ := sourceSize(o.Width, o.Height, scale); own > 0 && a.Session.Source.Width > 0 {
		k *= float64(a.Session.Source.Width) / float64(own)
	}
	px := func(x float64) float64 { return (x+0.5)*k - 0.5 }
	if p := o.Pose; p != nil {
		f.Pose, f.PoseScore = true, p.Score
		for i := range p.Landmarks {
			m, w := &p.Landmarks[i], &p.World[i]
			f.Landmarks[i] = [3]float64{px(m.X), px(m.Y), m.Visibility}
			f.World[i] = [3]float64{w.X, w.Y, w.Z}
		}
		f.PxPerCM = pxPerCM(p, a.Header.Options.Height) * k
	}
	if r := o.Roller; r != nil {
		f.RollerScore, f.Radius = r.Score, r.Radius*k
		f.Near, f.Far = [2]float64{px(r.Near.X), px(r.Near.Y)}, nowhere
		if r.FarSeen {
			f.Far = [2]float64{px(r.Far.X), px(r.Far.Y)}
		}
	}
}

// torsoShare is the trunk's length as a share of the height (domain.md §1.1).
const torsoShare = 0.28

// pxPerCM is the scale at the trunk, by the height in centimetres if somebody told it, else by the pose's own metres.
func pxPerCM(p *body.Pose, height float64) float64 {
	t, ok := body.NewTorso(p)
	if !ok {
		return math.NaN()
	}
	metres := 1.0
	if height > 0 {
		metres = t.LengthM / (torsoShare * height / 100)
	}
	return t.Scale / 100 * metres
}
