package frame

import "sync"

// maxIdle is how many released frames a pool keeps for the next Get; more are left to the garbage collector. A
// pipeline holds one frame in flight and one waiting, so a handful is plenty.
const maxIdle = 8

// slack is how many bytes a buffer holds beyond its picture. Vectorised colour converters may store one full
// register past the end of the last row; they must find memory of ours there. See libswscale's note on alignment:
// https://ffmpeg.org/doxygen/5.1/group__libsws.html
const slack = 64

// bytesPerPixel of packed BGR.
const bytesPerPixel = 3

// Pool lends frames and takes them back, so that a running pipeline allocates nothing. It is safe for use by many
// goroutines. The zero value is ready to use.
type Pool struct {
	mu     sync.Mutex
	idle   []*Frame
	lent   int
	misuse int

	// report is called on misuse by a checked pool, and nil otherwise.
	report func(format string, args ...any)
}

// NewPool returns an empty pool.
func NewPool() *Pool { return &Pool{} }

// NewCheckedPool returns a pool for tests: report (t.Errorf, say) is called on every double release, also when the
// same frame would already be lent again, because a checked pool hands out each Frame only once. Released pixels
// are overwritten, so that whoever reads them after the release sees it.
func NewCheckedPool(report func(format string, args ...any)) *Pool { return &Pool{report: report} }

// Get lends a frame with a picture of width × height pixels and, if both display sizes are above zero, a display
// picture too. The pixels hold whatever the last owner left. The caller owns the frame until it passes it on or
// releases it. Sizes below one pixel give an empty picture.
func (p *Pool) Get(width, height, displayWidth, displayHeight int) *Frame {
	f := p.take()
	f.Picture = fit(&f.pixels, width, height)
	f.Display = fit(&f.displayPixels, displayWidth, displayHeight)
	return f
}

// take returns an idle frame, or a new one.
func (p *Pool) take() *Frame {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lent++
	last := len(p.idle) - 1
	if last < 0 {
		return &Frame{pool: p, lent: true}
	}
	f := p.idle[last]
	p.idle[last] = nil
	p.idle = p.idle[:last]
	f.lent = true
	return f
}

// Lent tells how many frames are out: zero when every owner has done its duty.
func (p *Pool) Lent() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lent
}

// Misuses tells how many releases came for a frame that was not out. Anything above zero is a bug in an owner.
func (p *Pool) Misuses() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.misuse
}

// Release gives the frame back to its pool; neither it nor its pixels may be touched afterwards. Releasing twice is
// a bug: the pool counts it and is otherwise unharmed, unless the frame has been lent again in between, which only
// a checked pool can see. A frame that came from no pool is left alone.
func (f *Frame) Release() {
	if f == nil || f.pool == nil {
		return
	}
	f.pool.takeBack(f)
}

func (p *Pool) takeBack(f *Frame) {
	p.mu.Lock()
	if !f.lent {
		p.misuse++
		p.mu.Unlock()
		if p.report != nil {
			p.report("frame %d was released twice", f.Seq)
		}
		return
	}
	defer p.mu.Unlock()
	f.lent = false
	p.lent--
	if p.report != nil { // Seq stays for the message above, and the frame is never lent again.
		poison(f.pixels)
		poison(f.displayPixels)
		f.Picture, f.Display = Picture{}, Picture{}
		return
	}
	*f = Frame{pixels: f.pixels, displayPixels: f.displayPixels, pool: p}
	if len(p.idle) < maxIdle {
		p.idle = append(p.idle, f)
	}
}

// fit returns a picture of the given size on top of *buf, which grows only when it is too small.
func fit(buf *[]byte, width, height int) Picture {
	if width < 1 || height < 1 {
		return Picture{}
	}
	n := bytesPerPixel * width * height
	if cap(*buf) < n+slack {
		*buf = make([]byte, n+slack)
	}
	return Picture{Pix: (*buf)[:n], Width: width, Height: height}
}

// poison fills released pixels with one odd value, so that a reader after the release shows up.
func poison(buf []byte) {
	for i := range buf {
		buf[i] = 0xA5
	}
}
