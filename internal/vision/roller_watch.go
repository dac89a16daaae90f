package vision

import (
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// How the network's looks at single frames become a roller: what they agree on over about a second, followed between
// them by its look.
const (
	// lookFirst is the time between looks, in seconds, until enough of them have been taken to say anything, lookSoon as
	// long as nothing is sure, lookLater once it is.
	lookFirst, lookSoon, lookLater = 0.06, 0.2, 0.5
	// agreeR is how far a glimpse may be from a contender, in its radii, to speak for it.
	agreeR = 1.0
	// enoughLooks is how many looks have to agree before anything is said.
	enoughLooks = 4
	// leastScore is the score from which anything is said (heuristic).
	leastScore = 0.2
	// forgetLooks is over how many looks the running means go.
	forgetLooks = 6
	// leadBy is how much better a rival must be to take over.
	leadBy = 0.15
	// lagTau is how fast a correction is made, in seconds.
	lagTau = 0.7
	// gotUp is after how long of lying otherwise or not at all, in seconds, the ways of trunk and roller are compared anew.
	gotUp = 1.0
	// apartEvery is how many looks it takes until one is not at the trunk of somebody who does not lie on the back: the roller
	// may lie beside.
	apartEvery = 3
	// againLooks is how many looks in a row have to see one that was covered before it counts as seen.
	againLooks = 2
	// placeLogit is how sure a look has to be for the place in which it sees the roller to count: where it is half hidden they
	// are not sure, and the track slides along the arm before it.
	placeLogit = -1.0
	// mostGain is the most of the way to where a look sees the roller that is gone at once. Both are heuristic.
	mostGain = 0.5
	// farLogit is how sure the looks have to be for their far end to be worth anything: a network that hardly sees the
	// roller guesses it.
	farLogit = 1.5
	// likelyLogit bounds what a single look can say.
	likelyLogit = 3.0
	// aloneMalus is what a look takes off where nobody is seen: a search comes by many things, and most rooms hold no roller
	// (chosen on the held-out scenes).
	aloneMalus = 0.7
	// rolledBonus and otherMalus are what the motion adds to the logit: the roller travels half as far as the trunk.
	// The latter is for each L that the trunk has travelled, and mild at first, for in an extension or a weight
	// shift the trunk moves a little without rolling; worstMalus is the most of it.
	rolledBonus, otherMalus, worstMalus = 1.0, 8.0, 2.0
)

// contender is a place that looks have spoken for, followed from frame to frame.
type contender struct {
	track *rollerTrack
	// logit is the mean of what the looks that spoke for it said, share the share of the looks that did.
	logit, share float64
	looks        int
	// toFar leads from the near end to the far end, in pixels.
	toFar body.Point
	// ways compares its travel with the trunk's, by what the looks say: the track between them may stick to the
	// background.
	ways ratio
	// lag is how far what is told still is from where the looks have put it: they correct by and by, for a jump would
	// be taken for a jerk.
	lag body.Point
	// again counts the looks in a row that have seen it while the track has not.
	again int
	// told tells whether anybody has heard of it.
	told bool
	// seen tells whether this frame shows it, belief how surely.
	seen   bool
	belief float64
}

// score is the probability that the contender is the roller's near end; torso is the trunk's length in pixels.
func (c *contender) score(torso float64) float64 {
	if !c.track.on || c.looks < enoughLooks {
		return 0
	}
	logit := c.logit
	switch c.ways.verdict(enoughTravelL * torso) {
	case rolls:
		logit += rolledBonus
	case otherwise:
		logit -= math.Min(otherMalus*c.ways.span()/torso, worstMalus)
	case unclear:
	}
	return sigmoid(logit) * c.share * c.belief
}

// looker finds the roller in one frame: around a torso from h to s (middle of the hips, of the shoulders), anywhere in a
// picture in which nobody lies on it, or by one closer look at where its ends are said to be. All in pixels.
type looker interface {
	find(bgr gocv.Mat, h, s body.Point) (glimpse, error)
	alone(bgr gocv.Mat) (glimpse, error)
	closer(bgr gocv.Mat, near, far body.Point, torso float64) (glimpse, error)
	close() error
}

// watch finds the roller with the network, without a word from anybody.
type watch struct {
	net    looker
	pair   [2]*contender // the first one leads
	looked float64
	begun  bool
	bed    bed        // how somebody lies whose way is compared with the rollers'
	lain   float64    // when somebody lay so last
	torso  float64    // the torso's length when it was seen last, in pixels; 0: never
	apart  bool       // whether this look is not about anybody's trunk
	at     *contender // the one that it is at, nil for none
	turn   int        // which of apartEvery looks it is
	search int        // whose turn it is of those that are doubted
	drift  body.Point // how far the camera has moved since the beginning
}

func newWatch(n looker) *watch {
	w := &watch{net: n}
	for i := range w.pair {
		w.pair[i] = &contender{track: newRollerTrack()}
	}
	return w
}

func (w *watch) close() error {
	for _, c := range w.pair {
		c.track.close()
	}
	return w.net.close()
}

// clear forgets everything that was seen.
func (w *watch) clear() {
	for _, c := range w.pair {
		c.track.on = false
	}
	w.begun, w.torso = false, 0
}

// step follows the contenders into this frame, looks with the network when it is time, and returns the roller or nil.
func (w *watch) step(v view, r region) (*spine.Roller, error) {
	if v.shiftKnown {
		w.drift = w.drift.Add(v.shift)
	}
	if r.length > 0 {
		w.torso = r.length
	}
	w.follow(v, r)
	pause := lookSoon
	switch c := w.pair[0]; {
	case w.established():
		pause = lookLater
	case c.track.on && c.looks < enoughLooks:
		pause = lookFirst
	}
	if since := v.t - w.looked; !w.begun || since >= pause-1.0/120 || since < 0 {
		w.begun, w.looked = true, v.t
		if err := w.look(v, r); err != nil {
			return nil, err
		}
	}
	return w.leader(w.torso), nil
}

// established tells that the leader is seen and more likely than not.
func (w *watch) established() bool { return w.pair[0].seen && w.pair[0].score(w.torso) > 0.5 }

// follow takes the contenders from the frame before into this one.
func (w *watch) follow(v view, r region) {
	for _, c := range w.pair {
		if !c.track.on {
			continue
		}
		dt := math.Min(math.Max(v.t-c.track.last, 0), 1)
		_, c.belief, c.seen = c.track.step(v, r.hint())
		if c.track.gone(v.t) { // what is found after so long is another thing, or in another place
			c.track.on = false
		}
		if c.lag = c.lag.Mul(math.Exp(-dt / lagTau)); !finite(c.lag.X, c.lag.Y) {
			c.lag = body.Point{} // a source that does not know its times
		}
	}
	switch now := r.lies(); {
	case now != noBed && (now == w.bed || w.bed == noBed):
		w.bed, w.lain = now, v.t
	case v.t-w.lain > gotUp: // whoever lies down again lies elsewhere
		w.bed = now
		for _, c := range w.pair {
			c.ways = ratio{}
		}
	}
}

// look lets the network look once: around the trunk of somebody who lies there; where nobody is seen, at a roller that is
// known or for one in the whole picture; and mostly at the trunk where somebody sits, stands or lies otherwise.
func (w *watch) look(v view, r region) error {
	w.turn, w.at = (w.turn+1)%apartEvery, nil
	w.apart = !r.known || !r.lying() && w.turn == 0
	var s glimpse
	var err error
	if !w.apart {
		s, err = w.net.find(v.bgr, r.trunk.H, r.trunk.S)
	} else if w.at = w.doubted(r); w.at != nil {
		c := w.at.track.face
		s, err = w.net.closer(v.bgr, c.at, c.at.Add(w.at.toFar), aloneRadii*c.r)
	} else {
		s, err = w.net.alone(v.bgr)
	}
	if err != nil {
		return err
	}
	w.hear(v, s, r)
	if w.pair[1].score(w.torso) > w.pair[0].score(w.torso)+leadBy {
		w.pair[0], w.pair[1] = w.pair[1], w.pair[0]
	}
	return nil
}

// doubted is the contender that a look away from everybody's trunk is at: the leader once it is established. Until then each
// that may still be one and, for there may be a better one elsewhere, none, by turns.
func (w *watch) doubted(r region) *contender {
	if w.established() {
		return w.pair[0]
	}
	w.search = (w.search + 1) % (len(w.pair) + 1)
	if w.search == 0 {
		return nil
	}
	for _, c := range []*contender{w.pair[w.search-1], w.pair[0]} {
		if c.track.on && !c.atTrunk(r) && (c.looks < enoughLooks || c.score(w.torso) >= leastScore) {
			return c
		}
	}
	return nil
}

// leader tells the first contender as the roller of this frame, or nil where it is not seen or not likely.
func (w *watch) leader(torso float64) *spine.Roller {
	c := w.pair[0]
	score := c.score(torso)
	if !c.seen || score < leastScore {
		return nil
	}
	c.told = true
	f := c.track.face
	near := f.at.Add(c.lag)
	return &spine.Roller{Score: score, Near: near, Radius: f.r, Far: near.Add(c.toFar), FarSeen: c.logit >= farLogit, FarHidden: true, Source: spine.RollerSearched}
}

// hear lets a glimpse speak for the contender that it agrees with, or makes a new one of it.
func (w *watch) hear(v view, s glimpse, r region) {
	if !s.possible() {
		s.logit, s.near = math.Inf(-1), body.Point{X: math.Inf(-1)} // a look that saw nothing
	}
	logit := math.Min(math.Max(w.logit(v, s, r), -likelyLogit), likelyLogit)
	var spoke *contender
	for _, c := range w.pair {
		if c.track.on && s.near.Sub(c.track.face.at).Len() <= agreeR*c.track.face.r {
			spoke = c
			break
		}
	}
	if spoke == nil && logit > 0 && (circle{s.near, s.radius}).touches(v) {
		spoke = w.room()
		if spoke != nil {
			spoke.begin(v, s, r)
		}
	}
	for _, c := range w.pair {
		if c.track.on && w.answers(c, c == spoke, r) {
			c.count(c == spoke, logit)
			if c.looks > enoughLooks && c.share < 0.1 {
				c.track.on = false
			}
		}
	}
	if spoke != nil {
		if logit <= 0 || spoke.seen {
			spoke.again = 0
		} else if spoke.again++; spoke.again < againLooks {
			return
		}
	}
	if spoke != nil && (logit > 0 || spoke.seen && logit > placeLogit) {
		if w.bed != noBed && r.lies() == w.bed {
			spoke.ways.add(body.Mid(r.trunk.H, r.trunk.S).Sub(w.drift).X, s.near.Sub(w.drift).X)
		}
		spoke.correct(v, s, r)
	}
}

// answers tells whether this look is one to judge c by, for which it spoke or not. What lies at somebody's trunk, perhaps half
// hidden, is judged by the looks at the trunk, not by those that take turns with them. What lies elsewhere is not judged by
// a search that brought up another place: it brings up one of many.
func (w *watch) answers(c *contender, spoke bool, r region) bool {
	if !w.apart {
		return true
	}
	return !c.atTrunk(r) && (spoke || w.at == c)
}

// atTrunk tells whether c lies where the looks at somebody's trunk see it.
func (c *contender) atTrunk(r region) bool {
	return r.known && aroundTrunk(r.trunk.H, r.trunk.S).holds(c.track.face.at)
}

// room is where a new contender fits: a place that is free, or the second one's.
func (w *watch) room() *contender {
	for _, c := range w.pair {
		if !c.track.on {
			return c
		}
	}
	return w.pair[1]
}

// logit is how surely a glimpse shows a roller in use, in nats: by its looks, and by whether one can lie there.
func (w *watch) logit(v view, g glimpse, r region) float64 {
	if !r.known {
		return g.logit - aloneMalus
	}
	return g.logit - misplaced(v, g, r)
}

// misplaced is what the place of a glimpse under somebody who lies on the back takes off it.
func misplaced(v view, g glimpse, r region) float64 {
	if !r.lying() {
		return 0
	}
	return offBand(r.trunk, g.near, v.width, v.height)
}

func (c *contender) begin(v view, s glimpse, r region) {
	track := c.track
	*c = contender{track: track, seen: true, belief: 1}
	c.track.begin(v, circle{s.near, s.radius}, r.hint())
	c.toFar = s.far.Sub(s.near)
}

// count takes note of one more look and of whether it spoke for c.
func (c *contender) count(spoke bool, logit float64) {
	c.looks++
	gain := 1 / math.Min(float64(c.looks), forgetLooks)
	share := 0.0
	if spoke {
		share = 1
		c.logit += gain * (logit - c.logit)
	}
	c.share += gain * (share - c.share)
}

// correct moves c towards where a look saw it: the more looks there were, the less, but the farther off, the more, for the
// track has slid then.
func (c *contender) correct(v view, s glimpse, r region) {
	gain := 1 / math.Min(float64(c.looks)+1, forgetLooks)
	gain = math.Max(gain, math.Min(s.near.Sub(c.track.face.at).Len()/c.track.face.r, mostGain))
	if !c.seen {
		gain = 1
	}
	face := circle{body.Lerp(c.track.face.at, s.near, gain), c.track.face.r * math.Pow(s.radius/c.track.face.r, gain)}
	if c.seen && c.told {
		c.lag = c.lag.Add(c.track.face.at.Sub(face.at))
	} else { // nothing that is told could jump
		c.lag = body.Point{}
	}
	c.track.recentre(v, face, r.hint())
	c.seen, c.belief = true, float64(c.track.belief)
	c.toFar = body.Lerp(c.toFar, s.far.Sub(s.near), gain)
}
