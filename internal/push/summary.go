package push

import (
	"encoding/json"
	"fmt"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/session"
)

// summary is what a check came to, as the protocol and the HTTP API tell it.
type summary struct {
	coach.Summary
	Reason string       `json:"reason"`
	Aim    string       `json:"aim"`
	Blocks []block      `json:"blocks"`
	Frames frames       `json:"frames"`
	Pain   []painRating `json:"pain"`
}

// block is what one block of a plan came to; a check of one exercise has one.
type block struct {
	Index   int     `json:"index"`
	Outcome string  `json:"outcome"`
	WorkedS float64 `json:"worked_s"`
	Judged  bool    `json:"judged"`
	coach.Summary
}

type frames struct {
	Received int64            `json:"received"`
	Decoded  int64            `json:"decoded"`
	Analysed int64            `json:"analysed"`
	Pushed   int64            `json:"pushed"`
	Dropped  map[string]int64 `json:"dropped"`
}

type painRating struct {
	T     float64 `json:"t_s"`
	Value int     `json:"value"`
	When  string  `json:"when"`
	Block int     `json:"block"`
}

// Summary returns what a check came to as JSON: the object that the message summary carries.
func Summary(r *session.LiveResult) ([]byte, error) {
	d := &r.Frames.Dropped
	s := summary{
		Summary: r.Summary, Reason: string(r.Reason), Aim: r.Aim, Blocks: make([]block, 0, len(r.Blocks)),
		Frames: frames{r.Frames.Received, r.Frames.Decoded, r.Frames.Analysed, r.Frames.Pushed, map[string]int64{
			"queue": d.Queue, "decode": d.Decode, "slot": d.Slot, "paused": d.Paused, "analysis": d.Analysis, "shutdown": d.Shutdown,
		}},
		Pain: make([]painRating, 0, len(r.Pain)),
	}
	for i := range r.Blocks {
		b := &r.Blocks[i]
		s.Blocks = append(s.Blocks, block{b.Index, string(b.Outcome), b.WorkedS, b.Judged, b.Summary})
	}
	for _, p := range r.Pain {
		s.Pain = append(s.Pain, painRating{p.T, p.Value, string(p.When), p.Block})
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write the summary: %w", err)
	}
	return b, nil
}
