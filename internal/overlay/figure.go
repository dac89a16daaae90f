package overlay

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

const (
	// seen is the visibility from which a landmark is drawn at full strength, guessed from which it is drawn
	// at all.
	seen, guessed = 0.6, 0.3
)

// limb is a line between two landmarks of the left side; the right ones have the next indices.
type limb struct{ a, b int }

// limbs are the lines of the skeleton. The trunk has none: the spine stands for it.
var limbs = [...]limb{
	{body.LeftShoulder, body.LeftElbow},
	{body.LeftElbow, body.LeftWrist},
	{body.LeftHip, body.LeftKnee},
	{body.LeftKnee, body.LeftAnkle},
	{body.LeftAnkle, body.LeftHeel},
	{body.LeftHeel, body.LeftFootIndex},
	{body.LeftAnkle, body.LeftFootIndex},
}

// drawFigure draws the skeleton and the spine, as far as the person is known.
func (p *Painter) drawFigure(s *Scene, v *view) {
	c := &p.on
	c.fade = strength(s.Reading.Person)
	if s.Pose == nil || c.fade == 0 {
		c.fade = 1
		return
	}
	near := nearSide(s.Pose)
	p.drawLimbs(s.Pose, v, 1-near, 2.2, 0.34)
	p.drawSpine(s, v)
	c.fade = strength(s.Reading.Person)
	p.drawLimbs(s.Pose, v, near, 3.4, 0.92)
	c.fade = 1
}

// nearSide returns 0 if the person's left side is towards the camera and 1 if the right one is: by depth, or
// where that says little by what is better seen.
func nearSide(q *body.Pose) int {
	var depth, vis float64
	for _, i := range [...]int{body.LeftShoulder, body.LeftHip, body.LeftKnee} {
		l, r := q.Landmarks[i], q.Landmarks[i+1]
		depth += l.Z - r.Z
		vis += r.Visibility - l.Visibility
	}
	torso := body.Mid(q.Landmarks[body.LeftHip].At(), q.Landmarks[body.RightHip].At()).
		Sub(body.Mid(q.Landmarks[body.LeftShoulder].At(), q.Landmarks[body.RightShoulder].At())).Len()
	if math.Abs(depth) < 0.15*torso {
		depth = vis
	}
	if depth > 0 {
		return 1
	}
	return 0
}

// drawLimbs draws one side's limbs: well seen ones strong, guessed ones faint, the others not at all. Limbs
// of one strength form one shape, so that joints do not show as blots.
func (p *Painter) drawLimbs(q *body.Pose, v *view, side int, width, alpha float64) {
	c := &p.on
	for _, level := range [2]struct{ from, to, alpha float64 }{{guessed, seen, 0.4 * alpha}, {seen, math.Inf(1), alpha}} {
		for _, pass := range [2]struct {
			extra, alpha float64
			col          rgb
		}{{2.4, 0.45 * level.alpha, ground}, {0, level.alpha, white}} {
			for _, l := range limbs {
				a, b := q.Landmarks[l.a+side], q.Landmarks[l.b+side]
				if vis := math.Min(a.Visibility, b.Visibility); !(vis >= level.from && vis < level.to) {
					continue
				}
				if from, to, ok := trim(v.point(a.At()), v.point(b.At()), v.pad); ok {
					c.path.stroke(from, to, (width+pass.extra)*v.u)
				}
			}
			c.fill(pass.col, pass.alpha)
		}
	}
}

// column is the spine in the picture.
type column struct {
	hip, axis body.Point // the hips' middle; from there to the shoulders' middle
	back      body.Point // unit vector towards the back
	ear       body.Point
	hasEar    bool
}

// findColumn returns where the spine lies, in analysed pixels, and whether hips and shoulders are seen.
func findColumn(q *body.Pose, r *spine.Roller) (column, bool) {
	hip, ok1 := middle(q, body.LeftHip)
	shoulder, ok2 := middle(q, body.LeftShoulder)
	col := column{hip: hip, axis: shoulder.Sub(hip)}
	length := col.axis.Len()
	if !ok1 || !ok2 || !(length > 1 && length < far) {
		return col, false
	}
	across := body.Point{X: -col.axis.Y / length, Y: col.axis.X / length}
	front := 0.0
	vote := func(to body.Point, weight float64) {
		if w := weight * clamp(across.Dot(to)/length, -0.5, 0.5); !math.IsNaN(w) {
			front += w
		}
	}
	// The face and the knees are in front, the roller lies at the back; where nothing tells, down is the back,
	// for people lie on it.
	col.ear, col.hasEar = middle(q, body.LeftEar)
	if nose := q.Landmarks[body.Nose]; col.hasEar && nose.Visibility >= guessed {
		vote(nose.At().Sub(col.ear), 2)
	}
	if knee, ok := middle(q, body.LeftKnee); ok {
		vote(knee.Sub(hip), 0.5)
	}
	if r != nil {
		vote(r.Near.Sub(body.Lerp(hip, shoulder, 0.7)), -1)
	}
	vote(body.Point{Y: -length}, 0.1)
	col.back = across
	if front > 0 {
		col.back = across.Mul(-1)
	}
	off := col.ear.Sub(shoulder)
	if !(off.Len() > 0.2*length && off.Len() < 0.9*length && off.Dot(col.axis) > 0) {
		col.hasEar = false
	}
	return col, true
}

// middle returns the middle of a left landmark and its right fellow, and whether at least one of them is seen
// and both are in sane places.
func middle(q *body.Pose, left int) (body.Point, bool) {
	l, r := q.Landmarks[left], q.Landmarks[left+1]
	m := body.Mid(l.At(), r.At())
	sane := finite(m) && math.Abs(m.X) < far && math.Abs(m.Y) < far
	return m, sane && math.Max(l.Visibility, r.Visibility) >= guessed
}

// curve is how far the spine runs behind the hip→shoulder axis, as a fraction of the torso length, at the
// ends of equal steps of s from 0 to 1.2: the shape of a relaxed back, drawn at about half its true depth so
// that it stays on the body seen a little from above.
var curve = [...]float64{0.035, 0.045, 0.058, 0.072, 0.085, 0.092, 0.090, 0.080, 0.066}

const (
	// The drawn spine starts at tail, bends to the ear from nape on and ends in the neck, at end.
	tail, nape, end = 0.02, 1.04, 1.26
)

// at returns the point of the spine at s, in analysed pixels. From the shoulders up it bends to the ear.
func (c *column) at(s float64) body.Point {
	t := clamp(s/1.2*float64(len(curve)-1), 0, float64(len(curve)-1))
	i := min(int(t), len(curve)-2)
	depth := curve[i] + (t-float64(i))*(curve[i+1]-curve[i])
	q := c.hip.Add(c.axis.Mul(s)).Add(c.back.Mul(depth * c.axis.Len()))
	if c.hasEar && s > nape {
		k := (s - nape) / (end - nape)
		goal := body.Lerp(c.hip.Add(c.axis), c.ear, 0.58)
		q = body.Lerp(q, goal, clamp(k*k*0.9, 0, 1))
	}
	return q
}

// drawSpine draws the ribbon along the back, coloured by zone.
func (p *Painter) drawSpine(s *Scene, v *view) {
	col, ok := findColumn(s.Pose, s.Roller)
	if !ok {
		return
	}
	c := &p.on
	if s.Reading.S.State == spine.Unsure {
		c.fade = math.Min(c.fade, shade)
	}
	width := clamp(0.055*col.axis.Len()*v.k, 5.5*v.u, 13*v.u)
	b := v.bounds
	p.ribbon(&col, v, tail, end, width+3*v.u, true)
	c.fill(ground, 0.5)
	stops := [...]float64{tail, b.LumbarEnd, b.ThoracicStart, b.ThoracicEnd, b.NeckStart, end}
	// Each stretch reaches a little under the next one, so that no seam shows; the round ends come first.
	p.ribbon(&col, v, tail, tail+0.01, width, true)
	c.fill(b.zoneAt(tail, p.says).col, 1)
	p.ribbon(&col, v, end-0.01, end, width, true)
	c.fill(b.zoneAt(end, p.says).col, 1)
	for i := range len(stops) - 1 {
		if from, to := stops[i], stops[i+1]; to > from {
			p.ribbon(&col, v, from, math.Min(to+0.01, end), width, false)
			c.fill(b.zoneAt((from+to)/2, p.says).col, 1)
		}
	}
}

// ribbon collects the stretch of the spine from s=from to s=to as one band of the given width, with round ends
// or straight ones. One outline, not a row of strokes: overlapping edges would show as beads.
func (p *Painter) ribbon(col *column, v *view, from, to, width float64, round bool) {
	if !(from < to && to < 3 && from > -2) {
		return
	}
	n := int(math.Ceil((to-from)/0.04)) + 1
	path, r := &p.on.path, width/2
	side := func(s, sign float64, start bool) {
		const step = 1e-3
		at, ahead := v.point(col.at(s)), v.point(col.at(s+step)).Sub(v.point(col.at(s-step))).Unit()
		path.add(at.X-sign*r*ahead.Y, at.Y+sign*r*ahead.X, start)
	}
	for i := range n + 1 {
		side(from+(to-from)*float64(i)/float64(n), -1, i == 0)
	}
	for i := n; i >= 0; i-- {
		side(from+(to-from)*float64(i)/float64(n), 1, false)
	}
	if round {
		for _, s := range [2]float64{from, to} {
			q := v.point(col.at(s))
			path.disc(q.X, q.Y, r)
		}
	}
}
