package overlay

import (
	"strings"

	"github.com/rollwell/rollwell/internal/words"
)

// labels are the painter's own words in one language. They are looked up once for a clip.
type labels struct {
	speed, hips, passes, levels, notSure string
	// time heads the clock; before and after stand around what the clock counts towards: "of 2:00".
	time, before, after string
	// The zones as beside the roller, and as in the legend.
	lumbar, lowerEdge, thoracic, upperEdge, neck, off, edge string
	// Short names for the legend, which has all zones in one line.
	legendThoracic, legendLumbar string
	sight                        [sightCount]string
}

// What is seen, the worst first.
const (
	sightNobody = iota
	sightNoHips
	sightNoShoulders
	sightNoRoller
	sightUnplaced
	sightUnsure
	sightGood
	sightCount
)

func labelsIn(language string) *labels {
	w := words.Localizer(language)
	before, after, _ := strings.Cut(w.With("overlay.of.text", map[string]any{"Clock": "\x00"}), "\x00")
	return &labels{
		speed: w.Text("overlay.speed.text"), hips: w.Text("overlay.hips.text"), passes: w.Text("overlay.passes.text"),
		levels: w.Text("overlay.levels.text"), notSure: w.Text("overlay.not_sure.text"),
		time: w.Text("overlay.time.text"), before: before, after: after,
		lumbar: w.Text("overlay.lumbar.text"), lowerEdge: w.Text("overlay.lower_edge.text"), thoracic: w.Text("overlay.thoracic.text"),
		upperEdge: w.Text("overlay.upper_edge.text"), neck: w.Text("overlay.neck.text"), off: w.Text("overlay.off.text"), edge: w.Text("overlay.edge.text"),
		legendThoracic: w.Text("overlay.legend.thoracic.text"), legendLumbar: w.Text("overlay.legend.lumbar.text"),
		sight: [sightCount]string{
			w.Text("overlay.sight.nobody.text"), w.Text("overlay.sight.no_hips.text"), w.Text("overlay.sight.no_shoulders.text"),
			w.Text("overlay.sight.no_roller.text"), w.Text("overlay.sight.unplaced.text"), w.Text("overlay.sight.unsure.text"), w.Text("overlay.sight.good.text"),
		},
	}
}

// all is every word in one, to see whether there are letters for it.
func (l *labels) all() string {
	return strings.Join(append([]string{
		l.speed, l.hips, l.passes, l.levels, l.notSure, l.time, l.before, l.after,
		l.lumbar, l.lowerEdge, l.thoracic, l.upperEdge, l.neck, l.off, l.edge, l.legendThoracic, l.legendLumbar,
	}, l.sight[:]...), " ")
}
