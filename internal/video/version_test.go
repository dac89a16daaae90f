package video

import (
	"regexp"
	"testing"
)

func TestLibrariesRunAsBuilt(t *testing.T) {
	numbers := regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	for _, l := range Libraries() {
		if !numbers.MatchString(l.Version) || !numbers.MatchString(l.Built) {
			t.Errorf("%s: versions %q and %q do not look like versions", l.Name, l.Version, l.Built)
		}
		// FFmpeg keeps its binary interface within a major version.
		if major := regexp.MustCompile(`^\d+`); major.FindString(l.Version) != major.FindString(l.Built) {
			t.Errorf("%s %s runs a program built for %s", l.Name, l.Version, l.Built)
		}
	}
}

func TestHasDecoderAndEncoder(t *testing.T) {
	for _, codec := range []string{"h264", "hevc", "vp8", "vp9", "av1"} {
		if !HasDecoder(codec) {
			t.Errorf("no decoder for %s", codec)
		}
	}
	if !HasEncoder("h264") {
		t.Error("no encoder for h264")
	}
	for _, name := range []string{"", "no-such-codec"} {
		if HasDecoder(name) || HasEncoder(name) {
			t.Errorf("%q passes as a codec", name)
		}
	}
}
