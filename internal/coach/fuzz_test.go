package coach

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// FuzzStep feeds readings made of arbitrary bytes, among them numbers that are none.
func FuzzStep(f *testing.F) {
	f.Add([]byte{1, 2, 3})
	f.Add([]byte{254, 254, 254}) // no time ever makes sense
	f.Add(func() (b []byte) {
		for i := range 200 {
			b = binary.LittleEndian.AppendUint16(b, uint16(i*37))
		}
		return b
	}())
	all := catalogue(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		in := source{b}
		ex := all[int(in.next())%len(all)]
		c := New(ex, Options{Side: exercise.Right})
		at := 0.0
		for len(in.rest) > 0 {
			at += in.number() / 30
			r := correct(0)
			r.T = at
			for _, v := range []*spine.Value{
				&r.S, &r.PLumbar, &r.PNeck, &r.OnRoller, &r.Speed, &r.StrokeSpeed, &r.PeakAccel, &r.HipLiftL, &r.Knee, &r.Neck, &r.RollerSeen,
				&r.ThighT, &r.OnThigh, &r.RollerHip, &r.RollerUnder, &r.TrunkLean, &r.Bend, &r.Still, &r.EarOverShoulder, &r.HipAnkle,
			} {
				*v = spine.Value{V: in.number(), State: spine.State(in.next() % 5)}
			}
			r.Zone, r.Level, r.Person = spine.Zone(in.next()), string(rune('A'+in.next()%60)), spine.State(in.next()%4)
			r.Posture, r.Side = spine.Posture(in.next()%7), spine.Side(in.next()%3)
			u := c.Step(&r)
			if len(ex.Phases) > 0 && (ex.Phase(u.Phase) < 0 || !(u.PhaseS >= 0)) || !(u.Progress.DoseShare >= 0 && u.Progress.DoseShare <= 1) {
				t.Fatalf("phase %q for %g s, dose %g", u.Phase, u.PhaseS, u.Progress.DoseShare)
			}
			if len(u.Active) > len(ex.Checks) {
				t.Fatalf("%d active codes", len(u.Active))
			}
			if math.IsNaN(at) || math.IsInf(at, 0) {
				at = 0
			}
		}
		s := c.Finish(at)
		if _, err := json.Marshal(s); err != nil {
			t.Fatalf("the summary cannot be written: %v", err)
		}
		for _, cue := range s.Cues {
			if !(cue.StartS <= cue.EndS) {
				t.Fatalf("interval the wrong way round: %+v", cue)
			}
		}
	})
}

// source hands out bytes, and numbers made of them.
type source struct{ rest []byte }

func (s *source) next() byte {
	if len(s.rest) == 0 {
		return 0
	}
	b := s.rest[0]
	s.rest = s.rest[1:]
	return b
}

func (s *source) number() float64 {
	switch b := s.next(); b {
	case 255:
		return math.NaN()
	case 254:
		return math.Inf(1)
	case 253:
		return math.Inf(-1)
	case 252:
		return 1e300
	case 251:
		return -1e-300
	default:
		return float64(b)/50 - 1
	}
}

func TestOddTimesAreLeftOut(t *testing.T) {
	readings := filmed(30, 4, nil)
	odd := append([]spine.Reading{}, readings...)
	for _, at := range []float64{math.NaN(), math.Inf(1), 1e300, 2, -7} {
		r := correct(0)
		r.T = at
		place(&r, 0.3)
		odd = append(odd, r)
	}
	a, b := run(thoracicRoll(t), readings), run(thoracicRoll(t), odd)
	if len(a.Summary.Cues) != len(b.Summary.Cues) || a.Summary.TimeInZoneS != b.Summary.TimeInZoneS {
		t.Errorf("readings out of time changed the session: %+v", b.Summary)
	}
}
