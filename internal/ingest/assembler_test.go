package ingest

import (
	"slices"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

func TestAPictureIsGivenOutWithItsLastPacket(t *testing.T) {
	b := newBench()
	packets := film(65530, 4, 3, 100) // across the end of the numbers
	for i, p := range packets {
		b.give(p)
		b.want(t, (i+1)/3)
	}
	if got := len(b.pictures[1].data); got != 3+5+5 {
		t.Errorf("a picture of %d bytes, want the descriptors taken off its 3 packets", got)
	}
}

func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	packets := film(100, 3, 3, 100)
	for name, order := range map[string][]int{
		"backwards":      {2, 1, 0, 5, 4, 3, 8, 7, 6},
		"twice":          {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8},
		"first one late": {1, 2, 0, 3, 4, 5, 6, 7, 8},
		"mixed":          {2, 0, 5, 1, 3, 8, 4, 7, 6},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench()
			for _, i := range order {
				b.give(packets[i])
			}
			b.want(t, 3)
			if len(b.missing) != 0 || b.counts.skipped+b.counts.malformed+b.counts.late != uint64(0) && name != "twice" {
				t.Errorf("left over: %v, %+v", b.missing, b.counts)
			}
		})
	}
}

func TestAHoleIsAskedForAtOnceAndAgain(t *testing.T) {
	b := newBench()
	b.setRoundTrip(40 * time.Millisecond)
	packets := film(0, 10, 1, 100)
	b.give(packets[0], packets[1], packets[3])
	if !slices.Equal(b.nacks, []uint16{2}) {
		t.Fatalf("asked for %v, want 2 at once", b.nacks)
	}
	b.wait(69 * time.Millisecond)
	if len(b.nacks) != 1 {
		t.Fatalf("asked for %v within the round trip and 30 ms", b.nacks)
	}
	b.wait(2 * time.Millisecond)
	if !slices.Equal(b.nacks, []uint16{2, 2}) {
		t.Fatalf("asked for %v, want 2 again", b.nacks)
	}
	b.want(t, 2)
	late := packets[2]
	late.repair = true
	b.give(late)
	b.want(t, 4)
	if b.counts.repaired != 1 || b.counts.lost != 1 {
		t.Errorf("%+v, want one packet lost and repaired", b.counts)
	}
}

func TestAHoleIsAskedForTenTimesAtMost(t *testing.T) {
	b := newBench()
	b.setRoundTrip(time.Microsecond)
	b.roundTrip = -askAgainAfter + 10*time.Millisecond // a faster clock than any network's, to come to the bound
	packets := film(0, 5, 1, 100)
	b.give(packets[0], packets[2])
	b.wait(holeBlocks - time.Millisecond)
	if len(b.nacks) != askAtMost {
		t.Errorf("asked %d times, want %d", len(b.nacks), askAtMost)
	}
}

func TestAHoleBlocksAQuarterOfASecond(t *testing.T) {
	b := newBench()
	packets := film(0, 30, 1, 20)
	b.wait(time.Second)
	b.give(packets[0], packets[1])
	b.wait(400 * time.Millisecond)
	b.give(packets[3], packets[4])
	b.wait(holeBlocks - time.Millisecond)
	b.want(t, 2)
	if len(b.keyAsks) != 0 {
		t.Fatal("a key frame was asked for before the hole was given up")
	}
	b.wait(2 * time.Millisecond)
	if len(b.keyAsks) != 1 {
		t.Fatalf("a key frame was asked for %d times, want once", len(b.keyAsks))
	}
	b.give(packets[2]) // too late
	b.give(packets[5:20]...)
	b.want(t, 2)
	b.give(packets[20:]...)
	b.want(t, 12)
	if !b.pictures[2].key || b.counts.late != 1 || b.counts.freezes != 1 {
		t.Errorf("key %v, %+v: want to go on with a key frame", b.pictures[2].key, b.counts)
	}
}

func TestKeyFramesAreAskedForSparingly(t *testing.T) {
	b := newBench()
	packets := film(0, 200, 1, 1000)
	for _, p := range packets[1:] { // never a key frame
		b.give(p)
		b.wait(10 * time.Millisecond)
	}
	b.want(t, 0)
	if len(b.keyAsks) == 0 || b.keyAsks[0].Sub(noon) < keyFrameEvery {
		t.Fatalf("asked %v after the first packet, want after %v", b.keyAsks[0].Sub(noon), keyFrameEvery)
	}
	for i, at := range b.keyAsks[1:] {
		if gap := at.Sub(b.keyAsks[i]); gap < keyFrameEvery || gap > keyFrameEvery+20*time.Millisecond {
			t.Errorf("asked again after %v, want %v", gap, keyFrameEvery)
		}
	}
	asked := len(b.keyAsks)
	b.wait(time.Minute)
	if len(b.keyAsks) > asked+1 {
		t.Errorf("asked %d times while nothing came", len(b.keyAsks)-asked)
	}
}

func TestNoKeyFrameIsAskedForWhileOneIsComing(t *testing.T) {
	b := newBench()
	packets := shot(0, 0, 50, true)
	for _, p := range packets {
		b.give(p)
		b.wait(20 * time.Millisecond) // a second for all
	}
	b.want(t, 1)
	if len(b.keyAsks) != 0 {
		t.Errorf("asked for a key frame at %v", b.keyAsks)
	}
}

func TestARequestedKeyFrameIsAskedForUntilItComes(t *testing.T) {
	b := newBench()
	packets := film(0, 100, 1, 50)
	b.give(packets[0])
	b.requestKeyFrame()
	b.wait(keyFrameEvery + time.Millisecond)
	b.give(packets[1])
	b.wait(keyFrameEvery + time.Millisecond)
	if len(b.keyAsks) != 2 {
		t.Fatalf("asked %d times, want 2", len(b.keyAsks))
	}
	b.give(packets[2:51]...)
	b.wait(time.Second)
	if b.want(t, 51); len(b.keyAsks) != 2 {
		t.Errorf("asked %d times, want none after the key frame", len(b.keyAsks)-2)
	}
}

func TestAKeyFrameBehindAHoleEndsTheWait(t *testing.T) {
	b := newBench()
	packets := film(0, 30, 2, 10)
	b.give(packets[1:5]...)   // the first key frame's first packet is missing
	b.give(packets[20:23]...) // and what comes next, up to a key frame
	b.want(t, 1)
	if !b.pictures[0].key || b.pictures[0].timestamp != 30000 {
		t.Errorf("%+v, want the key frame", b.pictures[0])
	}
}

func TestALongBreakDoesNotAskForEverything(t *testing.T) {
	b := newBench()
	packets := film(0, 2000, 1, 100)
	b.give(packets[:10]...)
	b.give(packets[10+maxGap+1:][:5]...)
	if len(b.nacks) != 0 {
		t.Errorf("asked for %d packets that cannot come in time", len(b.nacks))
	}
	b.give(packets[10+maxGap+6 : 300]...)
	b.give(packets[1300:1402]...) // as far as a restart of the numbers
	if last := b.pictures[len(b.pictures)-1]; last.timestamp != 1401*3000 {
		t.Errorf("the last picture is of %d, want %d (%+v)", last.timestamp, 1401*3000, b.counts)
	}
}

func TestPaddingAndMissingMarkers(t *testing.T) {
	b := newBench()
	packets := film(0, 4, 2, 100)
	packets[3].marker = false // only the next picture's time tells the end
	padding := packet{codec: media.VP8, seq: 2, timestamp: 0}
	b.give(packets[:2]...)
	b.give(padding)
	for _, p := range packets[2:] {
		p.seq++
		b.give(p)
	}
	b.want(t, 4)
}

func TestADamagedPictureMakesItWaitForAKeyFrame(t *testing.T) {
	b := newBench()
	packets := film(0, 30, 1, 20)
	packets[5].payload = []byte{0x10}
	b.give(packets...)
	b.want(t, 5+10)
	if b.counts.malformed != 1 || b.counts.skipped != 14 {
		t.Errorf("%+v, want one picture malformed and 14 skipped", b.counts)
	}
}

func TestAnotherCodingBeginsWithAKeyPicture(t *testing.T) {
	b := newBench()
	packets := film(0, 4, 1, 100)
	for i, payload := range [][]byte{inter, several(sps, pps), append([]byte(nil), intra...), inter} {
		packets = append(packets, packet{
			seq: uint16(4 + i), timestamp: 12000 + uint32(i)*3000, marker: true, codec: media.H264, payload: payload,
		})
	}
	b.give(packets...)
	if b.want(t, 6); !b.pictures[4].key || b.pictures[4].codec != media.H264 {
		t.Errorf("the first H.264 picture is %+v", b.pictures[4])
	}
}

func TestTheWindowIsBounded(t *testing.T) {
	b := newBench()
	packets := film(0, 1, 3*window, 1)
	b.give(packets...)
	if held := b.held(); held > window {
		t.Errorf("%d packets held, want at most %d", held, window)
	}
	b.want(t, 0)
}

func (b *bench) held() int {
	n := 0
	for _, here := range b.present {
		if here {
			n++
		}
	}
	return n
}
