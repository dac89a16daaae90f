package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/vision"
)

// placement is a person's word on where the roller is: x, y and radius of its near end in pixels of the source's
// upright picture, at a time in seconds.
type placement struct{ x, y, radius, at float64 }

// UnmarshalText reads "x,y,radius@time".
func (p *placement) UnmarshalText(text []byte) error {
	circle, at, timed := strings.Cut(string(text), "@")
	parts := strings.Split(circle, ",")
	if !timed || len(parts) != 3 {
		return fmt.Errorf("%q is no place for a roller; write X,Y,RADIUS@TIME, for example 312,241,18@0", text)
	}
	for i, to := range []*float64{&p.x, &p.y, &p.radius, &p.at} {
		word := at
		if i < len(parts) {
			word = parts[i]
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%q in %q is no number; write X,Y,RADIUS@TIME, for example 312,241,18@0", word, text)
		}
		*to = v
	}
	if p.radius <= 0 || p.at < 0 {
		return fmt.Errorf("%q: the radius must be above 0 and the time 0 or later", text)
	}
	return nil
}

// in turns the placement into pixels of the analysed frame. It fails if the roller would lie outside the picture or
// the time behind the clip's end.
func (p placement) in(info video.Info, scale float64) (vision.Placement, error) {
	width, height := info.Width, info.Height
	if end := info.Duration.Seconds(); end > 0 && p.at > end {
		return vision.Placement{}, fmt.Errorf("%w: --roller speaks of %g s, but the clip ends at %.2f s", errUsage, p.at, end)
	}
	if p.x < -p.radius || p.y < -p.radius || p.x > float64(width)+p.radius || p.y > float64(height)+p.radius {
		return vision.Placement{}, fmt.Errorf("%w: the roller at %g,%g lies outside the picture of %d×%d pixels", errUsage, p.x, p.y, width, height)
	}
	if p.radius > float64(max(width, height))/2 {
		return vision.Placement{}, fmt.Errorf("%w: a roller of radius %g does not fit the picture of %d×%d pixels", errUsage, p.radius, width, height)
	}
	return vision.Placement{
		At:     p.at,
		Near:   body.Point{X: (p.x+0.5)/scale - 0.5, Y: (p.y+0.5)/scale - 0.5},
		Radius: p.radius / scale,
	}, nil
}
