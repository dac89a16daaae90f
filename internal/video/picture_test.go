package video

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// turned returns a copy of an MP4 whose only track is shown by the matrix (a b; c d) of whole numbers.
func turned(t *testing.T, path string, a, b, c, d int32) string {
	t.Helper()
	file := readFile(t, path)
	tkhd := bytes.Index(file, []byte("tkhd"))
	if tkhd < 0 || file[tkhd+4] != 0 {
		t.Fatal("no track header of version 0 in the clip")
	}
	// ISO/IEC 14496-12, 8.3.2: 40 bytes of times, layer and volume lie between version and matrix.
	matrix := file[tkhd+4+40:]
	for i, v := range []int32{a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30} {
		binary.BigEndian.PutUint32(matrix[4*i:], uint32(v))
	}
	return writeFile(t, "turned.mp4", file)
}

func TestPicturesComeUpright(t *testing.T) {
	stored := smallClip(t)
	tests := []struct {
		name       string
		a, b, c, d int32
		want       quadrants
		upright    bool // wider than high no more
	}{
		{"as stored", 1, 0, 0, 1, quadrants{red, green, blue, white}, false},
		{"quarter turn clockwise", 0, 1, -1, 0, quadrants{blue, red, white, green}, true},
		{"half turn", -1, 0, 0, -1, quadrants{white, blue, green, red}, false},
		{"quarter turn the other way", 0, -1, 1, 0, quadrants{green, white, red, blue}, true},
		{"left and right swapped", -1, 0, 0, 1, quadrants{green, red, white, blue}, false},
		{"top and bottom swapped", 1, 0, 0, -1, quadrants{blue, white, red, green}, false},
		{"mirrored on the diagonal", 0, 1, 1, 0, quadrants{red, blue, green, white}, true},
		{"mirrored on the other diagonal", 0, -1, -1, 0, quadrants{white, green, blue, red}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := openClip(t, turned(t, stored, tt.a, tt.b, tt.c, tt.d), Options{AnalysisLongSide: 48, DisplayLongSide: 640})
			width, height := 96, 64
			if tt.upright {
				width, height = 64, 96
			}
			if i := r.Info(); i.Width != width || i.Height != height {
				t.Errorf("got a video of %d×%d, want %d×%d", i.Width, i.Height, width, height)
			}
			f := firstFrame(t, r)
			if f.Width != width/2 || f.Height != height/2 || f.Scale != 2 || f.Display.Width != width || f.Display.Height != height {
				t.Errorf("got %d×%d with scale %v and %d×%d, want half of %d×%d with scale 2, and all of it", f.Width, f.Height,
					f.Scale, f.Display.Width, f.Display.Height, width, height)
			}
			checkQuadrants(t, f.Picture, tt.want)
			checkQuadrants(t, f.Display, tt.want)
		})
	}
}

// The command line tool turns pictures by itself when it codes them anew: a second opinion.
func TestTurnsAsFFmpegDoes(t *testing.T) {
	for _, suffix := range []string{"mp4", "mov"} {
		for _, degrees := range []string{"90", "180", "270"} {
			stored, shown := filepath.Join(t.TempDir(), "stored."+suffix), filepath.Join(t.TempDir(), "shown.mp4")
			runFFmpeg(t, "-i", smallClip(t), "-c", "copy", "-metadata:s:v:0", "rotate="+degrees, stored)
			runFFmpeg(t, "-i", stored, "-c:v", "libx264", "-preset", "ultrafast", shown)
			got := firstFrame(t, openClip(t, stored, Options{})).Picture
			want := firstFrame(t, openClip(t, shown, Options{})).Picture
			if got.Width != want.Width || got.Height != want.Height {
				t.Errorf("%s, %s degrees: got %d×%d, want %d×%d", suffix, degrees, got.Width, got.Height, want.Width, want.Height)
			}
			w, h := want.Width, want.Height
			checkQuadrants(t, got, quadrants{
				pixel(want, w/4, h/4), pixel(want, 3*w/4, h/4), pixel(want, w/4, 3*h/4), pixel(want, 3*w/4, 3*h/4),
			})
		}
	}
}

func TestSizes(t *testing.T) {
	tests := []struct {
		name                    string
		width, height           int
		options                 Options
		analysis, display       [2]int
		scale                   float64
		more                    []string
		shownWidth, shownHeight int
	}{
		{"small stays small", 96, 64, Options{DisplayLongSide: 1280}, [2]int{96, 64}, [2]int{96, 64}, 1, nil, 96, 64},
		{"smallest", 16, 16, Options{}, [2]int{16, 16}, [2]int{}, 1, nil, 16, 16},
		{"HD", 1920, 1080, Options{DisplayLongSide: 1280}, [2]int{640, 360}, [2]int{1280, 720}, 3, nil, 1920, 1080},
		{"portrait", 720, 1280, Options{AnalysisLongSide: 320}, [2]int{180, 320}, [2]int{}, 4, nil, 720, 1280},
		{"4K", 3840, 2160, Options{}, [2]int{640, 360}, [2]int{}, 6, nil, 3840, 2160},
		{"8K", 7680, 4320, Options{}, [2]int{640, 360}, [2]int{}, 12, nil, 7680, 4320},
		{"odd", 335, 251, Options{AnalysisLongSide: 67}, [2]int{67, 50}, [2]int{}, 5, []string{"-pix_fmt", "yuv444p"}, 335, 251},
		{"odd, not scaled", 97, 61, Options{}, [2]int{97, 61}, [2]int{}, 1, []string{"-pix_fmt", "yuv444p"}, 97, 61},
		{"ten bits", 96, 64, Options{}, [2]int{96, 64}, [2]int{}, 1, []string{"-pix_fmt", "yuv420p10le"}, 96, 64},
		{"wide pixels", 96, 64, Options{}, [2]int{192, 64}, [2]int{}, 1, []string{"-vf", "setsar=2"}, 192, 64},
		{"narrow pixels", 96, 64, Options{AnalysisLongSide: 32}, [2]int{24, 32}, [2]int{}, 2, []string{"-vf", "setsar=1/2"}, 48, 64},
		{"absurd pixels", 96, 64, Options{}, [2]int{96, 64}, [2]int{}, 1, []string{"-vf", "setsar=1/100"}, 96, 64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := append(h264("-frames:v", "1", "-colorspace", "bt709"), tt.more...)
			format := "yuv420p"
			if len(tt.more) > 1 && tt.more[0] == "-pix_fmt" {
				format = tt.more[1]
			}
			source := fourColours(tt.width, tt.height) + ",scale=out_color_matrix=bt709:out_range=tv,format=" + format
			r := openClip(t, makeClip(t, "a.mp4", source, args...), tt.options)
			if i := r.Info(); i.Width != tt.shownWidth || i.Height != tt.shownHeight {
				t.Errorf("got a video of %d×%d, want %d×%d", i.Width, i.Height, tt.shownWidth, tt.shownHeight)
			}
			f := firstFrame(t, r)
			if got := [2]int{f.Width, f.Height}; got != tt.analysis || f.Scale != tt.scale {
				t.Errorf("got a picture of %v with scale %v, want %v with %v", got, f.Scale, tt.analysis, tt.scale)
			}
			if got := [2]int{f.Display.Width, f.Display.Height}; got != tt.display {
				t.Errorf("got a display picture of %v, want %v", got, tt.display)
			}
			checkQuadrants(t, f.Picture, fourColourQuadrants)
			// The far corner is written too, and nothing beyond the picture is.
			if got := pixel(f.Picture, f.Width-1, f.Height-1); !near(got, white, 60) {
				t.Errorf("last pixel: got %v, want white", got)
			}
		})
	}
}

func TestScalingKeepsWithinTheBuffer(t *testing.T) {
	path := makeClip(t, "a.mp4", fourColours(350, 202), h264("-frames:v", "2")...)
	for longSide := 16; longSide <= 64; longSide++ {
		f := firstFrame(t, openClip(t, path, Options{AnalysisLongSide: longSide}))
		// The pool leaves 64 bytes of room; a fresh buffer holds zeros there, as far as the scaler kept out.
		room := f.Pix[len(f.Pix):cap(f.Pix)]
		if tail := room[32:]; slices.ContainsFunc(tail, func(b byte) bool { return b != 0 }) {
			t.Errorf("%d×%d: the scaler wrote more than 32 bytes past the picture: %v", f.Width, f.Height, room)
		}
	}
}

func TestColoursAreThoseOfTheSource(t *testing.T) {
	colours := []colour{{128, 128, 128}, {16, 16, 16}, {235, 235, 235}, {0x60, 0xA0, 0x30}, {0x40, 0x50, 0xC0}}
	for _, spec := range []struct{ matrix, of, space string }{{"bt601", "smpte170m", "SD"}, {"bt709", "bt709", "HD"}} {
		for _, levels := range []string{"tv", "pc"} {
			for _, c := range colours {
				t.Run(fmt.Sprint(spec.matrix, levels, c), func(t *testing.T) {
					source := fmt.Sprintf("color=0x%02x%02x%02x:s=96x64:r=10,format=gbrp,scale=out_color_matrix=%s:out_range=%s:flags=accurate_rnd+full_chroma_int,format=yuv420p",
						c[2], c[1], c[0], spec.matrix, levels)
					path := makeClip(t, "a.mp4", source, h264("-frames:v", "1", "-qp", "4", "-colorspace", spec.of, "-color_range", levels)...)
					if got := pixel(firstFrame(t, openClip(t, path, Options{})).Picture, 48, 32); !near(got, c, 4) {
						t.Errorf("not scaled: got %v, want %v", got, c)
					}
					if got := pixel(firstFrame(t, openClip(t, path, Options{AnalysisLongSide: 48})).Picture, 24, 16); !near(got, c, 4) {
						t.Errorf("scaled: got %v, want %v", got, c)
					}
				})
			}
		}
	}
}

func TestUnmarkedColoursFollowTheSize(t *testing.T) {
	want := colour{0x60, 0xA0, 0x30}
	for size, matrix := range map[string]string{"640x480": "bt601", "1280x720": "bt709"} {
		source := fmt.Sprintf("color=0x30a060:s=%s:r=10,format=gbrp,scale=out_color_matrix=%s:out_range=tv,format=yuv420p,setparams=colorspace=unknown:range=unknown", size, matrix)
		f := firstFrame(t, openClip(t, makeClip(t, "a.mkv", source, h264("-frames:v", "1")...), Options{}))
		if got := pixel(f.Picture, 48, 32); !near(got, want, 6) {
			t.Errorf("%s: got %v, want %v", size, got, want)
		}
	}
}

func TestSizeWithin(t *testing.T) {
	tests := []struct{ width, height, longSide, wantWidth, wantHeight int }{
		{640, 360, 640, 640, 360},
		{1920, 1080, 640, 640, 360},
		{1080, 1920, 640, 360, 640},
		{100, 100, 640, 100, 100},
		{7680, 16, 640, 640, 1},
		{1279, 719, 640, 640, 360},
	}
	for _, tt := range tests {
		width, height := sizeWithin(tt.width, tt.height, tt.longSide)
		if diff := cmp.Diff([2]int{tt.wantWidth, tt.wantHeight}, [2]int{width, height}); diff != "" {
			t.Errorf("%d×%d within %d (-want +got):\n%s", tt.width, tt.height, tt.longSide, diff)
		}
	}
}
