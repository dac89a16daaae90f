package video

import (
	"errors"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/media"
)

func TestStreamDecodesEveryPictureAtOnce(t *testing.T) {
	for _, c := range liveCodecs {
		t.Run(c.codec.String(), func(t *testing.T) {
			s := openStream(t, c.codec, StreamOptions{})
			for _, u := range units(t, c.codec, fourColours(320, 180), 12) {
				mustDecode(t, s, u)
				f := show(t, s)
				if f.Width != 320 || f.Height != 180 || f.Scale != 1 {
					t.Fatalf("got %d×%d at scale %g, want 320×180 at 1", f.Width, f.Height, f.Scale)
				}
				checkQuadrants(t, f.Picture, fourColourQuadrants)
			}
		})
	}
}

func TestStreamShrinksToTheAnalysisSize(t *testing.T) {
	for _, tt := range []struct {
		name                            string
		width, height, long             int
		wantWidth, wantHeight, wantLong int
	}{
		{"wide", 1280, 720, 0, 640, 360, 1280},
		{"standing", 360, 640, 320, 180, 320, 640},
		{"small stays", 320, 240, 640, 320, 240, 320},
		{"odd", 322, 182, 100, 100, 57, 322},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openStream(t, media.VP8, StreamOptions{AnalysisLongSide: tt.long})
			mustDecode(t, s, units(t, media.VP8, fourColours(tt.width, tt.height), 1)[0])
			f := show(t, s)
			if f.Width != tt.wantWidth || f.Height != tt.wantHeight {
				t.Errorf("got %d×%d, want %d×%d", f.Width, f.Height, tt.wantWidth, tt.wantHeight)
			}
			if want := float64(tt.wantLong) / float64(max(tt.wantWidth, tt.wantHeight)); f.Scale != want {
				t.Errorf("got scale %g, want %g", f.Scale, want)
			}
			checkQuadrants(t, f.Picture, fourColourQuadrants)
		})
	}
}

// Browsers lower the size when the network gets worse, and raise it again.
func TestStreamFollowsChangesOfSize(t *testing.T) {
	for _, c := range liveCodecs {
		t.Run(c.codec.String(), func(t *testing.T) {
			s := openStream(t, c.codec, StreamOptions{AnalysisLongSide: 256})
			sizes := [][2]int{{320, 180}, {640, 360}, {160, 120}, {180, 320}, {320, 180}}
			for i, size := range sizes {
				for _, u := range units(t, c.codec, fourColours(size[0], size[1]), 3) {
					mustDecode(t, s, u)
				}
				f := show(t, s)
				if got := float64(max(f.Width, f.Height)) * f.Scale; got != float64(max(size[0], size[1])) {
					t.Errorf("change %d: the frame of %d×%d at scale %g is %g pixels long, want %v", i, f.Width, f.Height, f.Scale, got, size)
				}
				if (f.Width > f.Height) != (size[0] > size[1]) {
					t.Errorf("change %d: %d×%d has another shape than %v", i, f.Width, f.Height, size)
				}
				checkQuadrants(t, f.Picture, fourColourQuadrants)
			}
		})
	}
}

func TestStreamKeepsTheNewestPicture(t *testing.T) {
	s := openStream(t, media.H264, StreamOptions{})
	if _, err := s.Frame(); !errors.Is(err, ErrNoPictures) {
		t.Errorf("before the first picture Frame answers %v", err)
	}
	// Red for the first half, then blue.
	source := "color=red:s=96x64:r=10,format=gbrp,drawbox=0:0:96:64:blue:fill:enable='gte(n,3)'"
	for _, u := range units(t, media.H264, source, 6) {
		mustDecode(t, s, u)
	}
	if got := pixel(show(t, s).Picture, 48, 32); !near(got, blue, 24) {
		t.Errorf("got colour %v, want the newest, blue", got)
	}
	if _, err := s.Frame(); !errors.Is(err, ErrNoPictures) {
		t.Errorf("a picture was given out twice: %v", err)
	}
}

func TestStreamHeedsTheColourRange(t *testing.T) {
	// Grey levels as coded: black at 16, white at 235.
	const source = "color=black:s=128x64:r=10,format=yuv420p,drawbox=64:0:64:64:white:fill"
	for _, codec := range []media.Codec{media.H264, media.VP8, media.VP9} {
		for _, tt := range []struct {
			say          media.Range
			black, white uint8
		}{
			{media.Unsaid, 0, 255},
			{media.Limited, 0, 255},
			{media.Full, 16, 235},
		} {
			s := openStream(t, codec, StreamOptions{})
			u := units(t, codec, source, 1)[0]
			u.Range = tt.say
			mustDecode(t, s, u)
			p := show(t, s).Picture
			dark, light := pixel(p, 32, 32), pixel(p, 96, 32)
			if !near(dark, colour{tt.black, tt.black, tt.black}, 4) || !near(light, colour{tt.white, tt.white, tt.white}, 4) {
				t.Errorf("%s, range %d: black is %v and white %v, want %d and %d", codec, tt.say, dark, light, tt.black, tt.white)
			}
		}
	}
	t.Run("a full picture said to be limited", func(t *testing.T) {
		s := openStream(t, media.JPEG, StreamOptions{}) // JPEG has full range, and a pixel format of its own for it
		u := units(t, media.JPEG, "color=0xEBEBEB:s=64x64:r=10", 1)[0]
		mustDecode(t, s, u)
		if got := pixel(show(t, s).Picture, 32, 32); !near(got, colour{235, 235, 235}, 4) {
			t.Errorf("by itself: got %v, want 235", got)
		}
		u.Range = media.Limited
		mustDecode(t, s, u)
		if got := pixel(show(t, s).Picture, 32, 32); !near(got, white, 4) {
			t.Errorf("said to be limited: got %v, want white", got)
		}
	})
}

func TestStreamWaitsForAKeyPicture(t *testing.T) {
	for _, c := range liveCodecs {
		if c.codec == media.JPEG {
			continue
		}
		t.Run(c.codec.String(), func(t *testing.T) {
			s := openStream(t, c.codec, StreamOptions{})
			list := units(t, c.codec, "testsrc2=s=320x180:r=10", 3*unitsPerKey)
			if _, err := s.Decode(list[1]); !errors.Is(err, ErrKeyNeeded) {
				t.Errorf("joined in the middle: %v", err)
			}
			mustDecode(t, s, list[0])
			mustDecode(t, s, list[1])

			bad := list[2]
			bad.Data = []byte{0xFF, 0xFF, 0xFF}
			if got, err := s.Decode(bad); got || !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "ask for a key picture") {
				t.Errorf("a damaged picture gave %v, %v", got, err)
			}
			if f := show(t, s); f.Width != 320 {
				t.Error("what was decoded before the damage is lost")
			}
			if _, err := s.Decode(list[3]); !errors.Is(err, ErrKeyNeeded) {
				t.Errorf("after damage: %v", err)
			}
			for _, u := range list[unitsPerKey:] {
				mustDecode(t, s, u)
			}
			if f := show(t, s); f.Width != 320 {
				t.Error("no picture after the next key picture")
			}
		})
	}
}

// Whatever is cut off, the decoder goes on with the next key picture, and never shows what it had to make up.
func TestStreamSurvivesCutPictures(t *testing.T) {
	for _, c := range liveCodecs {
		t.Run(c.codec.String(), func(t *testing.T) {
			list := units(t, c.codec, "testsrc2=s=320x180:r=10", 2*unitsPerKey)
			damaged := 0
			for _, cutAt := range []int{0, 2} { // a key picture, and one that builds on it
				for _, share := range []float64{0.02, 0.3, 0.6, 0.9} {
					s := openStream(t, c.codec, StreamOptions{})
					for _, u := range list[:cutAt] {
						mustDecode(t, s, u)
					}
					u := list[cutAt]
					u.Data = u.Data[:1+int(share*float64(len(u.Data)-1))]
					if got, err := s.Decode(u); err != nil {
						damaged++
						if got || !errors.Is(err, ErrDamaged) {
							t.Errorf("cut at %g of picture %d: %v, %v", share, cutAt, got, err)
						}
					}
					for _, u := range list[unitsPerKey:] {
						mustDecode(t, s, u)
					}
				}
			}
			if damaged == 0 {
				t.Error("no cut was noticed")
			}
			t.Logf("%d of 8 cuts were noticed", damaged)
		})
	}
}

func TestStreamRefusesWhatItShould(t *testing.T) {
	if _, err := NewStream(media.Unknown, StreamOptions{}); !errors.Is(err, ErrCodec) {
		t.Errorf("an unknown coding: %v", err)
	}
	for _, o := range []StreamOptions{{AnalysisLongSide: 3}, {AnalysisLongSide: 1e6}, {MaxPixels: -1}, {MaxPixels: 1 << 40}} {
		if _, err := NewStream(media.VP8, o); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, c := range liveCodecs {
		t.Run(c.codec.String(), func(t *testing.T) {
			s := openStream(t, c.codec, StreamOptions{MaxPixels: 320 * 180})
			large, small := units(t, c.codec, fourColours(640, 480), 1)[0], units(t, c.codec, fourColours(160, 120), 1)[0]
			if got, err := s.Decode(large); got || !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrDamaged) {
				t.Errorf("too large a picture: %v, %v", got, err)
			}
			other := small
			other.Codec = media.Unknown
			if _, err := s.Decode(other); !errors.Is(err, ErrCodec) {
				t.Errorf("another coding: %v", err)
			}
			for _, data := range [][]byte{nil, {}, make([]byte, maxUnit+1)} {
				bad := small
				bad.Data = data
				if _, err := s.Decode(bad); !errors.Is(err, ErrDamaged) {
					t.Errorf("%d bytes: %v", len(data), err)
				}
			}
			mustDecode(t, s, small)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if _, err := s.Decode(small); !errors.Is(err, ErrClosed) {
				t.Errorf("after Close: %v", err)
			}
			if _, err := s.Frame(); !errors.Is(err, ErrClosed) {
				t.Errorf("after Close: %v", err)
			}
		})
	}
}
