package spine

import (
	"maps"
	"slices"
)

// Text returns what a reading has in words rather than numbers: empty where it is not known. The second result tells
// whether there is such a name at all.
func (r *Reading) Text(q Quantity) (string, bool) {
	p, ok := texts[q]
	if !ok {
		return "", false
	}
	return p(r), true
}

// TextQuantities returns the names of all that a reading has in words, in alphabetical order.
func TextQuantities() []Quantity { return slices.Sorted(maps.Keys(texts)) }

var texts = map[Quantity]func(*Reading) string{
	"zone": zoneText,
	"posture": func(r *Reading) string {
		if r.Posture == PostureUnknown {
			return ""
		}
		return r.Posture.String()
	},
	"side": func(r *Reading) string {
		if r.Side == SideNone {
			return ""
		}
		return r.Side.String()
	},
	"arms": func(r *Reading) string {
		if r.Arms == ArmsUnknown {
			return ""
		}
		return r.Arms.String()
	},
}

// zoneText names the zone. ZoneOff also says that nobody can tell; it is known only where the back is surely off the
// roller.
func zoneText(r *Reading) string {
	switch {
	case r.OnRoller.State == OK && r.OnRoller.V < 0.5:
		return ZoneOff.String()
	case r.S.State != OK || r.OnRoller.State != OK || r.Zone >= zoneCount || r.Zone == ZoneOff:
		return ""
	}
	return r.Zone.String()
}
