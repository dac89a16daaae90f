package vision

import (
	"github.com/rollwell/rollwell/internal/body"
)

// The far end of a told roller comes from the network's looks: farLooks of them have to agree with the place that was told
// before it is believed, one every farSoon seconds, then one every farLater.
const (
	farSoon, farLater = 0.25, 1.0
	farLooks          = 3
	// farSame is how far from the told near end, in its radii, a look may see it and still mean the same roller.
	farSame = 0.7
	// farLogit is how sure of a roller a look has to be: a network that hardly sees the roller guesses its far end.
	farLogit = 1.5
)

// farEnd is what the looks say of it.
type farEnd struct {
	looked float64
	begun  bool
	looks  int
	// way leads from the near end to the far end, in pixels.
	way body.Point
}

// known tells that enough looks agree.
func (e *farEnd) known() bool { return e.looks >= farLooks }

// look takes a look at the roller whose near end is c, if it is time for one.
func (e *farEnd) look(w *watch, v view, p *body.Pose, c circle) error {
	pause := farSoon
	if e.known() {
		pause = farLater
	}
	if p == nil || (e.begun && e.looked <= v.t && v.t-e.looked < pause) {
		return nil
	}
	t, ok := body.NewTorso(p)
	if !ok {
		return nil
	}
	e.begun, e.looked = true, v.t
	g, err := w.net.find(v.bgr, t.H, t.S)
	if err != nil {
		return err
	}
	if !g.possible() || g.near.Sub(c.at).Len() > farSame*c.r || w.logit(v, g, regionOf(p, 0)) < farLogit {
		e.looks = max(e.looks-1, 0)
		return nil
	}
	e.looks = min(e.looks+1, forgetLooks)
	e.way = body.Lerp(e.way, g.far.Sub(g.near), 1/float64(e.looks))
	return nil
}
