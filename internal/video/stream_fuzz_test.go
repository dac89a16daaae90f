package video

import (
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
)

// FuzzStream feeds any bytes to the decoders of live pictures: a good key picture, then the bytes as two pictures, then
// a good key picture again. They may be refused or shown; the decoder must go on.
func FuzzStream(f *testing.F) {
	good := map[media.Codec]media.AccessUnit{}
	for i, c := range liveCodecs {
		list := units(f, c.codec, fourColours(64, 48), 3)
		good[c.codec] = list[0]
		f.Add(uint8(i), uint8(0), list[0].Data, list[1].Data)
		f.Add(uint8(i), uint8(1), list[1].Data, list[2].Data[:len(list[2].Data)/2])
		f.Add(uint8(i), uint8(2), list[0].Data[:len(list[0].Data)*2/3], []byte{0})
	}
	f.Fuzz(func(t *testing.T, which, colours uint8, first, second []byte) {
		codec := liveCodecs[int(which)%len(liveCodecs)].codec
		pool := frame.NewCheckedPool(t.Errorf)
		s, err := NewStream(codec, StreamOptions{AnalysisLongSide: 64, MaxPixels: 640 * 480, Pool: pool})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		began := time.Now()
		show := func(u media.AccessUnit) {
			got, err := s.Decode(u)
			if got && err != nil {
				t.Errorf("both a picture and %v", err)
			}
			if !got {
				return
			}
			p, err := s.Frame()
			if err != nil {
				return // decoded into something that has no BGR
			}
			if p.Width < 1 || p.Height < 1 || len(p.Pix) != 3*p.Width*p.Height || max(p.Width, p.Height) > 64 || !(p.Scale >= 1) {
				t.Errorf("a frame of %d bytes, %d×%d at scale %g", len(p.Pix), p.Width, p.Height, p.Scale)
			}
			p.Release()
		}
		show(good[codec])
		for _, data := range [][]byte{first, second} {
			show(media.AccessUnit{Codec: codec, Data: data, Key: colours&4 != 0, Range: media.Range(colours % 3)})
		}
		// Bytes that passed for a picture may spoil the next one, but no more than that.
		if _, err := s.Decode(good[codec]); err != nil {
			mustDecode(t, s, good[codec])
		}
		if d := time.Since(began); d > patience {
			t.Errorf("%d bytes took %v", len(first)+len(second), d)
		}
		if n := pool.Lent(); n != 0 {
			t.Errorf("%d frames were never released", n)
		}
	})
}
