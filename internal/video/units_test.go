package video

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
)

// liveCodecs are the codings of a live stream with the arguments that make ffmpeg code as a browser does: no picture
// waits for another, a key picture every fifth.
var liveCodecs = []struct {
	codec media.Codec
	args  []string
}{
	{media.H264, []string{"-c:v", "libx264", "-profile:v", "baseline", "-tune", "zerolatency", "-preset", "ultrafast", "-x264-params", "aud=1:scenecut=0", "-f", "h264"}},
	{media.VP8, []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-auto-alt-ref", "0", "-b:v", "1M", "-f", "ivf"}},
	{media.VP9, []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-auto-alt-ref", "0", "-b:v", "1M", "-f", "ivf"}},
	{media.AV1, []string{"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-b:v", "1M", "-f", "ivf"}},
	{media.JPEG, []string{"-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg"}},
}

const unitsPerKey = 5

// units codes an ffmpeg source into n compressed pictures.
func units(t testing.TB, codec media.Codec, lavfi string, n int, more ...string) []media.AccessUnit {
	t.Helper()
	for _, c := range liveCodecs {
		if c.codec != codec {
			continue
		}
		args := append([]string{"-frames:v", fmt.Sprint(n), "-pix_fmt", "yuv420p"}, more...)
		if codec != media.JPEG {
			args = append(args, "-g", fmt.Sprint(unitsPerKey), "-keyint_min", fmt.Sprint(unitsPerKey))
		}
		stream := readFile(t, makeClip(t, "units", lavfi, append(args, c.args...)...))
		pictures := cut(t, codec, stream)
		if len(pictures) != n {
			t.Fatalf("%s: ffmpeg made %d pictures, want %d", codec, len(pictures), n)
		}
		list := make([]media.AccessUnit, n)
		for i, p := range pictures {
			list[i] = media.AccessUnit{Codec: codec, Data: p, Key: i%unitsPerKey == 0 || codec == media.JPEG, Stream: 1}
		}
		return list
	}
	t.Fatalf("no arguments for %s", codec)
	return nil
}

// cut divides a stream into its pictures.
func cut(t testing.TB, codec media.Codec, stream []byte) (list [][]byte) {
	t.Helper()
	switch codec {
	case media.H264: // each access unit begins with a delimiter
		return pieces(stream, []byte{0, 0, 0, 1, 9})
	case media.JPEG:
		return pieces(stream, []byte{0xFF, 0xD8, 0xFF})
	}
	const header, frameHeader = 32, 12 // IVF
	for stream = stream[header:]; len(stream) > 0; {
		size := binary.LittleEndian.Uint32(stream)
		list = append(list, stream[frameHeader:frameHeader+size])
		stream = stream[frameHeader+size:]
	}
	return list
}

// pieces divides at each mark, which stays in front of its piece.
func pieces(stream, mark []byte) (list [][]byte) {
	for len(stream) > 0 {
		next := bytes.Index(stream[1:], mark)
		if next < 0 {
			return append(list, stream)
		}
		list = append(list, stream[:next+1])
		stream = stream[next+1:]
	}
	return list
}

// openStream makes a decoder whose frames must all be released by the end of the test, exactly once each.
func openStream(t testing.TB, codec media.Codec, options StreamOptions) *Stream {
	t.Helper()
	pool := frame.NewCheckedPool(t.Errorf)
	options.Pool = pool
	s, err := NewStream(codec, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if n := pool.Lent(); n != 0 {
			t.Errorf("%d frames were never released", n)
		}
	})
	return s
}

// mustDecode decodes a picture that has to come out at once.
func mustDecode(t testing.TB, s *Stream, u media.AccessUnit) {
	t.Helper()
	if got, err := s.Decode(u); err != nil || !got {
		t.Fatalf("decoding gave %v, %v, want a picture", got, err)
	}
}

// show converts the newest picture and releases it at the end of the test.
func show(t testing.TB, s *Stream) *frame.Frame {
	t.Helper()
	f, err := s.Frame()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	return f
}
