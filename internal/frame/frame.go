// Package frame holds the picture that travels down the pipeline, and the pool its pixels come from.
package frame

import "time"

// Picture is a packed 8-bit BGR picture, rows from the top, no padding: len(Pix) = 3·Width·Height.
type Picture struct {
	Pix           []byte
	Width, Height int
}

// Frame is one decoded picture on its way. It has one owner at a time: passing it on passes the duty to
// Release it.
type Frame struct {
	// Picture is the picture at the analysis size, already turned upright.
	Picture
	// Seq counts the frames of a source from 0, dropped ones included.
	Seq int64
	// PTS is the presentation time from the start of the source.
	PTS time.Duration
	// Scale is how many source pixels one analysed pixel spans: source = analysed·Scale.
	Scale float64
	// Display is the same picture at the size meant for people, or empty if none was asked for.
	Display Picture

	// pool lent this frame, nil if it was made by hand; pool.mu guards lent.
	pool *Pool
	lent bool
	// pixels and displayPixels back the two pictures and outlive them.
	pixels, displayPixels []byte
}
