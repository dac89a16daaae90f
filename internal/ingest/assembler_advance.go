package ingest

import "time"

// run is what lies at a place of the packet sequence: the packets of one picture, as far as they are there.
type run struct {
	last  int64 // the last packet, if whole
	whole bool
	hole  int64 // the first missing packet, if one interrupts it; 0 if not
}

// advance uses up packets from next on as far as that is possible at now.
func (a *assembler) advance(now time.Time) {
	a.building = false
	for a.started && a.next <= a.highest {
		p, here := a.at(a.next)
		if !here {
			if !a.passHole(a.next, now) {
				return
			}
			continue
		}
		if len(p.payload) == 0 { // padding: neither part of a picture nor a bound of one
			a.use(a.next)
			continue
		}
		if !a.boundary && a.next > a.floor && !startsPicture(p.codec, p.payload) {
			a.reachBack(now)
			continue
		}
		r := a.follow(a.next)
		switch {
		case r.whole:
			a.finish(r)
		case r.hole != 0:
			if !a.passHole(r.hole, now) {
				a.building = a.building || a.begun(a.next)
				return
			}
		default: // the rest is not sent yet
			a.building = a.begun(a.next)
			return
		}
	}
}

// reachBack notes that the packet before next is missing. Only the first picture of all can begin before the first
// packet that came.
func (a *assembler) reachBack(now time.Time) {
	before := a.next - 1
	a.counts.sent++
	if a.note(before, a.next, now); a.floor <= before {
		a.next = before
	}
}

// begun reports whether the packets from seq on look like the beginning of a key frame.
func (a *assembler) begun(seq int64) bool {
	p, _ := a.at(seq)
	return (a.boundary || startsPicture(p.codec, p.payload)) && hintsKey(p.codec, p.payload)
}

// use lets go of the packets up to last. What follows is at the beginning of a picture if next was.
func (a *assembler) use(last int64) {
	a.clear(a.next, last+1)
	a.next, a.floor = last+1, last+1
}

// follow walks along the packets of the picture at from.
func (a *assembler) follow(from int64) run {
	first, _ := a.at(from)
	last := from
	for seq := from; seq <= a.highest; seq++ {
		p, here := a.at(seq)
		switch {
		case !here:
			return run{hole: seq}
		case len(p.payload) == 0:
			continue
		case p.timestamp != first.timestamp || p.codec != first.codec: // the marker was not set
			return run{last: last, whole: true}
		case p.marker:
			return run{last: seq, whole: true}
		}
		last = seq
	}
	return run{}
}

// passHole deals with a missing packet at seq that holds everything up. It reports whether there is something to go on
// with: a whole key frame behind it, or what follows once the hole has been there for too long.
func (a *assembler) passHole(seq int64, now time.Time) bool {
	var since time.Time // long ago, if nobody waits for it
	if i, found := a.holeAt(seq); found {
		since = a.missing[i].since
	}
	if now.Sub(since) >= holeBlocks {
		a.lose()
		if !a.leapToKey(seq) {
			a.skipTo(seq + 1)
		}
		return true
	}
	return a.waiting && a.leapToKey(seq)
}

// leapToKey moves next to a whole key frame behind seq and reports whether there is one.
func (a *assembler) leapToKey(seq int64) bool {
	for at := seq + 1; at <= a.highest; at++ {
		p, here := a.at(at)
		if !here || len(p.payload) == 0 || !hintsKey(p.codec, p.payload) || !a.startsAt(at) {
			continue
		}
		if r := a.follow(at); r.whole {
			if data, key, err := a.join(at, r.last); err == nil && key && len(data) > 0 {
				a.skipTo(at)
				a.boundary = true
				return true
			}
		}
	}
	return false
}

// startsAt reports whether the packet at seq is surely the first of a picture.
func (a *assembler) startsAt(seq int64) bool {
	p, _ := a.at(seq)
	if startsPicture(p.codec, p.payload) {
		return true
	}
	before, here := a.at(seq - 1)
	return here && seq > a.next && len(before.payload) > 0 && (before.marker || before.timestamp != p.timestamp)
}

// finish gives out the picture from next to r.last, or leaves it out if it is of no use.
func (a *assembler) finish(r run) {
	first, _ := a.at(a.next)
	sure := a.boundary || startsPicture(first.codec, first.payload)
	switch {
	case !sure: // its beginning is lost
		a.counts.skipped++
	default:
		a.emit(r)
	}
	a.use(r.last)
	a.boundary = true
}

func (a *assembler) emit(r run) {
	data, key, err := a.join(a.next, r.last)
	if err != nil || len(data) == 0 {
		a.counts.malformed++
		a.lose()
		return
	}
	first, _ := a.at(a.next)
	if a.codec != first.codec && !key { // another coding begins with a key picture
		a.lose()
	}
	if a.waiting && !key {
		a.counts.skipped++
		return
	}
	a.codec = first.codec
	whole := picture{codec: first.codec, data: data, key: key, timestamp: first.timestamp, first: a.next, last: r.last}
	for seq := a.next; seq <= r.last; seq++ {
		p, _ := a.at(seq)
		if p.arrived.After(whole.arrived) {
			whole.arrived = p.arrived
		}
		if whole.extras.captured.IsZero() {
			whole.extras.captured = p.extras.captured
		}
		if p.extras.colour != 0 {
			whole.extras.colour = p.extras.colour
		}
	}
	a.pictures = append(a.pictures, whole)
	a.counts.pictures++
	if key {
		a.counts.keys++
		a.waiting, a.wantKey = false, false
	}
}

// join puts the payloads of the packets from first to last together.
func (a *assembler) join(first, last int64) (data []byte, key bool, err error) {
	beginning, _ := a.at(first)
	d := a.depacketizers.of(beginning.codec)
	d.reset()
	size := 0
	for seq := first; seq <= last; seq++ {
		p, _ := a.at(seq)
		size += len(p.payload) + len(startCode)
	}
	data = make([]byte, 0, size)
	for seq := first; seq <= last; seq++ {
		p, _ := a.at(seq)
		if len(p.payload) == 0 {
			continue
		}
		if data, err = d.add(data, p.payload); err != nil {
			return nil, false, err
		}
	}
	return d.finish(data)
}
