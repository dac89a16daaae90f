package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Stretches is the truth of a session as somebody has written it down: a JSON object
//
//	{"rollwell_truth": 1, "end_s": 62.5, "codes": ["roller_too_low", …],
//	 "due": [{"code": "roller_too_low", "start_s": 12.0, "end_s": 15.5}, …],
//	 "grey": [{"code": "roller_too_low", "start_s": 15.5, "end_s": 17.0}, …]}
//
// codes are those that were looked for. Where one of them is neither due nor grey it must not come.
type Stretches struct {
	codes []string
	due   map[string][]Span
	// may has the due and the grey stretches.
	may map[string][]Span
	end float64
}

type stretchesFile struct {
	Version int       `json:"rollwell_truth"`
	EndS    float64   `json:"end_s"`
	Codes   []string  `json:"codes"`
	Due     []stretch `json:"due"`
	Grey    []stretch `json:"grey"`
}

type stretch struct {
	Code   string  `json:"code"`
	StartS float64 `json:"start_s"`
	EndS   float64 `json:"end_s"`
}

// ReadStretches reads such a file.
func ReadStretches(r io.Reader) (*Stretches, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var f stretchesFile
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTruth, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the object", ErrTruth)
	}
	if f.Version != 1 || !(f.EndS > 0) || len(f.Codes) == 0 {
		return nil, fmt.Errorf(`%w: it needs "rollwell_truth": 1, an end_s above 0 and the codes that were looked for`, ErrTruth)
	}
	s := &Stretches{codes: f.Codes, due: map[string][]Span{}, may: map[string][]Span{}, end: f.EndS}
	for _, list := range []struct {
		name   string
		of     []stretch
		dueToo bool
	}{{"due", f.Due, true}, {"grey", f.Grey, false}} {
		for i, x := range list.of {
			if !slices.Contains(f.Codes, x.Code) || !(x.StartS >= 0 && x.EndS > x.StartS && x.EndS <= f.EndS) {
				return nil, fmt.Errorf("%w: %s[%d]: %q from %g to %g s; it has to be one of the codes and to lie within the session",
					ErrTruth, list.name, i, x.Code, x.StartS, x.EndS)
			}
			span := Span{x.StartS, x.EndS}
			s.may[x.Code] = append(s.may[x.Code], span)
			if list.dueToo {
				s.due[x.Code] = append(s.due[x.Code], span)
			}
		}
	}
	return s, nil
}

// Codes are those that were looked for.
func (s *Stretches) Codes() []string { return s.codes }

// Due lists the stretches in which the cue has to come.
func (s *Stretches) Due(code string) []Span { return s.due[code] }

// Forbidden tells whether the span lies in the session and touches no stretch in which the cue may come.
func (s *Stretches) Forbidden(code string, in Span) bool {
	if in.EndS < 0 || in.StartS > s.end {
		return false
	}
	return !slices.ContainsFunc(s.may[code], func(m Span) bool { return m.StartS <= in.EndS && m.EndS >= in.StartS })
}

// EndS is where the session ends.
func (s *Stretches) EndS() float64 { return s.end }
