package vision

import "github.com/rollwell/rollwell/internal/body"

type limbs struct{}

func (l *limbs) reset()                       {}
func (l *limbs) doubt(t float64, p *body.Pose) {}
