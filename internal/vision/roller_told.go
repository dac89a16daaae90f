package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// A person's word is the last one. The network looks where the roller was told to be and learns how it sees this very
// roller: how far beside, how much too large, how surely. By that it judges its later looks, which tell the far end, keep
// the track from drifting, and find the roller again after a loss.
const (
	// toldSoon is the time between looks, in seconds, until farLooks of them agree with the place told; toldLater after
	// that; regainEvery while the roller is lost, and regainAfter how long it has to be lost for that.
	toldSoon, toldLater      = 0.25, 1.0
	regainAfter, regainEvery = 0.5, 0.3
	farLooks                 = 3
	// toldSame is how far from the track, in its radii, a look may see the roller and still mean the same one.
	toldSame = 0.7
	// toldLogit is how sure of a roller a look has to be as long as nobody knows how the network sees this one, to find it
	// again regainLogit. Once that is known it may be toldSlack nats less sure than as a rule, but not below leastLogit.
	toldLogit, regainLogit = 1.5, 1.4
	toldSlack, leastLogit  = 1.0, 0.0
	// regainSize is by which factor the radius may differ where it is found again.
	regainSize = 1.33
	// steady is the share of what a look says against the track that the track follows.
	steady = 0.2
)

// trait is how the network sees one roller, as a mean over looks at which its place was known.
type trait struct {
	looks float64
	// off leads from where the network sees the near end to where it is, in true radii; size is the natural logarithm of
	// the true radius over the network's; logit how surely it sees it.
	off         body.Point
	size, logit float64
}

// learn takes a look at a roller that is known to be c.
func (a *trait) learn(g glimpse, logit float64, c circle) {
	a.looks = math.Min(a.looks+1, forgetLooks)
	gain := 1 / a.looks
	a.off = body.Lerp(a.off, c.at.Sub(g.near).Mul(1/c.r), gain)
	a.size += gain * (math.Log(c.r/g.radius) - a.size)
	a.logit += gain * (logit - a.logit)
}

// place is where the glimpse says that the roller is.
func (a *trait) place(g glimpse) circle {
	r := g.radius * math.Exp(a.size)
	return circle{g.near.Add(a.off.Mul(r)), r}
}

// enough is how sure a look has to be, of usual nats as long as nothing is known.
func (a *trait) enough(usual float64) float64 {
	if a.looks < farLooks {
		return usual
	}
	return math.Min(usual, math.Max(a.logit-toldSlack, leastLogit))
}

// toldRoller is what the network makes of a roller whose place a person gave.
type toldRoller struct {
	own    trait
	looked float64
	begun  bool
	// agree counts the looks that agreed with the track, less those that did not.
	agree int
	// way leads from the near end to the far end, in pixels.
	way body.Point
	// again is where the look before saw a lost roller, if it did.
	again      body.Point
	againFound bool
}

// farKnown tells that enough looks agree on the far end.
func (o *toldRoller) farKnown() bool { return o.agree >= farLooks }

// due tells whether it is time for a look, and takes note of it.
func (o *toldRoller) due(t, pause float64) bool {
	if o.begun && o.looked <= t && t-o.looked < pause {
		return false
	}
	o.begun, o.looked = true, t
	return true
}

// look looks at the roller c of this frame, if it is time for that. It returns where the roller is by what it sees, and
// whether that is to be believed.
func (o *toldRoller) look(w *watch, v view, r region, c circle, sure bool) (circle, bool, error) {
	pause := toldSoon
	if o.farKnown() {
		pause = toldLater
	}
	if !o.due(v.t, pause) {
		return circle{}, false, nil
	}
	if r.length == 0 {
		r.length = aloneRadii * c.r
	}
	g, err := w.net.closer(v.bgr, c.at, c.at.Add(o.way), r.length)
	if err != nil || !g.possible() {
		return circle{}, false, err
	}
	logit, seen := toldNats(v, g, r), o.own.place(g)
	same, enough := seen.at.Sub(c.at).Len() <= toldSame*c.r, o.own.enough(toldLogit)
	known := o.own.looks >= farLooks
	if same && sure && !known && logit > leastLogit {
		o.own.learn(g, logit, c)
	}
	if !same || logit < enough {
		o.agree = max(o.agree-1, 0)
		return circle{}, false, nil
	}
	o.agree = min(o.agree+1, forgetLooks)
	o.way = body.Lerp(o.way, g.far.Sub(g.near), 1/float64(o.agree))
	return circle{body.Lerp(c.at, seen.at, steady), c.r}, known, nil
}

// toldNats is how surely a glimpse shows a roller that is known to be there: no reason for caution.
func toldNats(v view, g glimpse, r region) float64 { return g.logit + caution - misplaced(v, g, r) }

// regain looks for the roller, of radius radius, that the track has lost for so long: two looks in a row have to find one
// of its size, surely, and in the same place.
func (o *toldRoller) regain(w *watch, v view, r region, lost, radius float64) (circle, bool, error) {
	if !r.known || !(lost > regainAfter) {
		o.againFound = false
		return circle{}, false, nil
	}
	if !o.due(v.t, regainEvery) {
		return circle{}, false, nil
	}
	g, err := w.net.find(v.bgr, r.trunk.H, r.trunk.S)
	if err != nil {
		return circle{}, false, err
	}
	seen := o.own.place(g)
	found := g.possible() && toldNats(v, g, r) >= o.own.enough(regainLogit) && seen.r < regainSize*radius && seen.r > radius/regainSize
	back := found && o.againFound && seen.at.Sub(o.again).Len() < agreeR*radius
	o.again, o.againFound = seen.at, found
	return circle{seen.at, radius}, back, nil
}

// rescale adapts what is known to a picture so many times as large.
func (o *toldRoller) rescale(by float64) {
	o.way, o.againFound = o.way.Mul(by), false
}
