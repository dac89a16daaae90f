package session

import (
	"errors"
	"log/slog"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
)

const (
	// silence is for how long nothing may come before the connection counts as lost; slow is when it counts as poor.
	silence, slow = 2 * time.Second, 700 * time.Millisecond
	// hurtFor is for how long after a damaged picture the connection counts as poor.
	hurtFor = 2 * time.Second
	// askEvery is the least time between two wishes for a key picture (realtime-video.md).
	askEvery = 300 * time.Millisecond
	// keyEvery is the time without a key picture after which one is asked for while pictures are recorded, so that one can
	// jump about in the recording; sooner than that none is asked for again.
	keyEvery = 2500 * time.Millisecond
	// complainEvery is the least time between two lines in the log about pictures that cannot be decoded.
	complainEvery = 5 * time.Second
	// maxNetwork is the longest way through a network that is believed: beyond it the two clocks disagree.
	maxNetwork = time.Minute
)

// picture is what is known of a decoded picture beside its pixels.
type picture struct {
	t                             time.Duration // session time
	captured, received, decodedAt time.Time
	decoded, waited               time.Duration
}

// delays tells where the picture's time went.
func (p *picture) delays(s *sight, rules time.Duration) Delays {
	d := Delays{
		Decode: p.decodedAt.Sub(p.received), Wait: p.waited,
		Pose: s.pose, Roller: s.roller, Rules: rules,
	}
	if way := p.received.Sub(p.captured); !p.captured.IsZero() && way >= 0 && way <= maxNetwork {
		d.Network, d.NetworkKnown = way, true
	}
	return d
}

// intake turns what comes from the network into one picture that waits: the newest. It belongs to the session's
// goroutine.
type intake struct {
	counts *liveCounts
	open   func(media.Codec) (Decoder, error)
	log    *slog.Logger
	clock  liveClock
	// recorder is nil if nothing is recorded, or nothing more; keyed is when the newest key picture came.
	recorder Recorder
	keyed    time.Time

	// units and commands are what was fetched last, kept for their memory.
	units    []media.AccessUnit
	commands []func(*liveRun)

	// decoder belongs to the publication stream and codec; nil if there is none.
	decoder Decoder
	codec   media.Codec
	stream  int
	// waiting is the newest decoded picture, nil if it has been converted.
	waiting *picture
	kept    time.Duration // session time of the newest picture that has waited
	seq     int64

	link      media.Loss
	transport Transport
	received  rate
	decoded   rate // of what came, what was a picture
	// came is when the newest picture came from the network, rtp the same by WebRTC, heard when one was decoded last.
	came, rtp, heard time.Time
	// hurt is when the last damaged one came. lost tells that a key picture is needed, asked when one was asked for.
	hurt, asked, complained time.Time
	lost                    bool
}

// take decodes a picture. rest is the least session time between two that are kept.
func (n *intake) take(u *media.AccessUnit, rest time.Duration) {
	if !n.accepts(u) {
		n.counts.stale.Add(1)
		return
	}
	n.came = u.Received
	n.received.add(u.Received)
	t := n.clock.at(u)
	began := time.Now()
	got, err := n.decode(u)
	now := time.Now()
	if err != nil {
		n.counts.decode.Add(1)
		n.complain(now, u, err)
		return
	}
	n.record(u, t)
	if !got {
		n.counts.decode.Add(1)
		return
	}
	n.counts.decoded.Add(1)
	n.decoded.add(u.Received)
	n.heard = now
	switch {
	case n.waiting != nil:
		n.counts.slot.Add(1)
	case rest > 0 && t-n.kept < rest:
		n.counts.paused.Add(1)
		return
	}
	n.kept = t
	n.waiting = &picture{t: t, captured: u.Captured, received: u.Received, decodedAt: now, decoded: now.Sub(began)}
}

// record passes on what the decoder took, also what is not meant to be shown: others build on it.
func (n *intake) record(u *media.AccessUnit, t time.Duration) {
	if u.Key {
		n.keyed = u.Received
	}
	if n.recorder != nil && !n.recorder.Picture(*u, t) {
		n.recorder = nil
	}
}

// accepts tells whether the picture is of the present publication, or begins a newer one. Single pictures only count
// while WebRTC does not deliver.
func (n *intake) accepts(u *media.AccessUnit) bool {
	if u.Codec == media.JPEG {
		if !n.rtp.IsZero() && u.Received.Sub(n.rtp) < silence {
			return false
		}
		n.transport = TransportJPEG
		return true
	}
	if u.Stream < n.stream {
		return false
	}
	n.rtp, n.transport = u.Received, TransportWebRTC
	return true
}

// decode hands the picture to the decoder of its publication.
func (n *intake) decode(u *media.AccessUnit) (bool, error) {
	jpeg := u.Codec == media.JPEG
	if n.decoder == nil || n.codec != u.Codec || (!jpeg && n.stream != u.Stream) {
		if err := n.renew(u); err != nil {
			return false, err
		}
	}
	return n.decoder.Decode(*u)
}

// renew opens a decoder for the publication of u. What the old one still held is lost.
func (n *intake) renew(u *media.AccessUnit) error {
	if n.waiting != nil {
		n.waiting = nil
		n.counts.slot.Add(1)
	}
	closed := n.close()
	if u.Codec != media.JPEG {
		n.stream = u.Stream
	}
	fresh, err := n.open(u.Codec)
	if err != nil {
		return errors.Join(err, closed)
	}
	if closed != nil {
		n.log.Warn("the decoder of an old publication could not be closed", "error", closed)
	}
	n.decoder, n.codec = fresh, u.Codec
	n.log.Info("pictures come", "codec", u.Codec.String(), "stream", u.Stream)
	return nil
}

// complain takes note of a picture that could not be decoded.
func (n *intake) complain(now time.Time, u *media.AccessUnit, err error) {
	n.hurt = now
	n.lost = n.lost || u.Codec != media.JPEG
	if now.Sub(n.complained) >= complainEvery {
		n.complained = now
		n.log.Warn("a picture could not be decoded", "error", err, "dropped", n.counts.decode.Load())
	}
}

// needsKey tells whether a key picture is to be asked for now.
func (n *intake) needsKey(now time.Time) bool {
	if n.recorder != nil && n.transport == TransportWebRTC && now.Sub(n.keyed) >= keyEvery && now.Sub(n.asked) >= keyEvery {
		n.lost = true
	}
	if !n.lost || now.Sub(n.asked) < askEvery {
		return false
	}
	n.lost, n.asked = false, now
	return true
}

// convert turns the waiting picture into a frame, or returns nil if that fails.
func (n *intake) convert() (*frame.Frame, *picture) {
	p := n.waiting
	n.waiting = nil
	f, err := n.decoder.Frame()
	if err != nil {
		n.counts.analysis.Add(1)
		n.log.Warn("a picture could not be converted", "error", err)
		return nil, nil
	}
	f.PTS, f.Seq = p.t, n.seq
	n.seq++
	return f, p
}

// connection tells how well pictures come.
func (n *intake) connection(now time.Time) Connection {
	quiet := now.Sub(n.came)
	broken := n.transport != TransportJPEG && n.link.Stream >= n.stream &&
		(n.link.State == media.Disconnected || n.link.State == media.Failed || n.link.State == media.Closed)
	switch {
	case n.came.IsZero() && n.link.State == media.Failed:
		return ConnectionLost
	case n.came.IsZero():
		return ConnectionNone
	case quiet >= silence, broken && quiet >= slow:
		return ConnectionLost
	case quiet >= slow, n.link.Poor && n.link.Stream >= n.stream && n.transport == TransportWebRTC, !n.hurt.IsZero() && now.Sub(n.hurt) < hurtFor:
		return ConnectionPoor
	}
	return ConnectionGood
}

// close frees the decoder.
func (n *intake) close() error {
	if n.decoder == nil {
		return nil
	}
	err := n.decoder.Close()
	n.decoder = nil
	return err
}
