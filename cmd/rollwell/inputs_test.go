package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cut returns a copy of a file that ends after the given share of its bytes.
func cut(t *testing.T, path string, share float64) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return written(t, filepath.Base(path), text[:int(share*float64(len(text)))])
}

func written(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is no video is refused with a reason, leaves nothing behind and does not touch earlier results.
func TestAnalyzeWhatIsNoVideo(t *testing.T) {
	indexLast := ffmpeg(t, "late.mp4", "-i", testClips+"correct.mp4", "-t", "2", "-c", "copy")
	for name, tt := range map[string]struct{ path, says string }{
		"empty":             {written(t, "clip.mp4", nil), "the file is empty"},
		"text":              {written(t, "clip.mp4", []byte("Dear physiotherapist, the video is attached.\n")), "not a video"},
		"never finished":    {cut(t, indexLast, 0.6), "never finished"},
		"sound only":        {ffmpeg(t, "clip.mp4", "-f", "lavfi", "-i", "sine=d=1"), "no video in the file"},
		"1×1":               {ffmpeg(t, "clip.webm", "-f", "lavfi", "-i", "color=red:s=16x16:r=5:d=1", "-vf", "scale=1:1", "-c:v", "libvpx-vp9", "-pix_fmt", "yuv444p"), "too small"},
		"a folder":          {t.TempDir(), "not a file"},
		"missing":           {filepath.Join(t.TempDir(), "clip.mp4"), "there is no such file"},
		"an unknown coding": {ffmpeg(t, "clip.mkv", "-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=1", "-c:v", "mjpeg"), "unknown video coding mjpeg"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			earlier := filepath.Join(dir, folderName(tt.path), sessionFile)
			if err := os.MkdirAll(filepath.Dir(earlier), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(earlier, []byte("{}"), 0o644); err != nil {
				t.Fatal(err)
			}
			code, out, errs := analyze(t, tt.path, "--out", dir, "--model=lite", "--overlay")
			if code != exitInput || !strings.Contains(errs, tt.says) || strings.Count(errs, "\n") != 1 {
				t.Errorf("exit code %d with %q, want %d with %q", code, errs, exitInput, tt.says)
			}
			if text, err := os.ReadFile(earlier); err != nil || string(text) != "{}" || out != "" {
				t.Errorf("earlier results are %q, %v; printed %q", text, err, out)
			}
			noParts(t, filepath.Dir(earlier))
		})
	}
}

// Of a clip that is cut off, what is there is analysed, and the user is told.
func TestAnalyzeACutClip(t *testing.T) {
	dir := t.TempDir()
	clip := cut(t, ffmpeg(t, "cut.mp4", "-i", testClips+"correct.mp4", "-t", "3", "-c", "copy", "-movflags", "+faststart"), 0.6)
	code, out, errs := analyze(t, clip, "--out", dir, "--model=lite")
	if code != exitOK || !strings.Contains(errs, "cut off") || !strings.Contains(out, "cut.mp4") {
		t.Errorf("exit code %d with %q and %q", code, errs, out)
	}
	if s, _ := resultsOf(t, filepath.Join(dir, "cut")); s.Frames.Analysed < 5 || s.Frames.Analysed > 44 {
		t.Errorf("%+v of 45 frames", s.Frames)
	}
}

// Where the person or the roller cannot be seen, nothing is corrected: the person is told what is not seen.
func TestAnalyzeWhereNothingCanBeSeen(t *testing.T) {
	for _, tt := range []struct {
		name string
		make []string
		// said are findings that must be among those said, off tells that no time counts as on the roller.
		said []string
		off  bool
	}{
		{"nobody", []string{"-f", "lavfi", "-i", "testsrc=s=640x360:r=15:d=3"}, []string{"no_person"}, true},
		{"upside down", []string{"-t", "4", "-i", testClips + "hips.mp4", "-vf", "vflip,hflip"}, nil, true},
		{"mirrored top to bottom", []string{"-t", "4", "-i", testClips + "correct.mp4", "-vf", "vflip"}, nil, true},
		{"only legs", []string{"-t", "3", "-i", testClips + "correct.mp4", "-vf", "crop=310:360:330:0"}, []string{"no_person"}, true},
		{
			"no roller",
			[]string{"-t", "5", "-i", testClips + "hips.mp4", "-vf", "drawbox=x=300:y=205:w=200:h=60:color=0x8a7f76:t=fill"},
			[]string{"roller_not_seen"},
			true,
		},
		{"dark", []string{"-t", "3", "-i", testClips + "lumbar.mp4", "-vf", "lutyuv=y=16+(val-16)*0.04"}, []string{"too_dark"}, false},
		{"8K", []string{"-f", "lavfi", "-i", "testsrc=s=7680x4320:r=1:d=1", "-preset", "ultrafast"}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			clip := ffmpeg(t, "clip.mp4", append(tt.make, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-an")...)
			code, out, errs := analyze(t, clip, "--out", dir, "--model=lite")
			if code != exitOK {
				t.Fatalf("exit code %d: %s", code, errs)
			}
			s, frames := resultsOf(t, filepath.Join(dir, "clip"))
			if wrong := corrections(&s); len(wrong) > 0 {
				t.Errorf("corrected: %v", wrong)
			}
			for _, code := range tt.said {
				if !slices.ContainsFunc(s.Cues, func(c cueDoc) bool { return c.Code == code }) {
					t.Errorf("%s was not said, but %+v", code, s.Cues)
				}
			}
			if !tt.off {
				return
			}
			if z := s.TimeInZoneS; total(z) != z.Off {
				t.Errorf("times in zones %+v", z)
			}
			for _, f := range frames {
				if f.Read.State == "ok" {
					t.Fatalf("at %.2f s the contact is sure", f.T)
				}
			}
			if strings.Contains(out, "nothing to correct") {
				t.Errorf("praised unseen:\n%s", out)
			}
		})
	}
}

// Of two people one is followed; what is said comes from one body, not from a mixture.
func TestAnalyzeTwoPeople(t *testing.T) {
	dir := t.TempDir()
	clip := ffmpeg(t, "two.mp4", "-i", testClips+"correct.mp4", "-i", testClips+"hips.mp4", "-t", "2",
		"-filter_complex", "[0][1]hstack", "-c:v", "libx264", "-pix_fmt", "yuv420p")
	if code, _, errs := analyze(t, clip, "--out", dir, "--model=lite"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	s, _ := resultsOf(t, filepath.Join(dir, "two"))
	if wrong := corrections(&s); len(wrong) > 0 { // both are right in these two seconds
		t.Errorf("corrected: %v", wrong)
	}
	text, err := os.ReadFile(filepath.Join(dir, "two", framesFile))
	if err != nil {
		t.Fatal(err)
	}
	sides := map[bool]int{}
	for _, f := range jsonLines[struct {
		Pose *struct {
			Landmarks [33][4]json.Number `json:"landmarks"`
		} `json:"pose"`
	}](t, strings.NewReader(string(text))) {
		if f.Pose == nil {
			continue
		}
		for _, i := range [...]int{11, 12, 23, 24} { // shoulders and hips
			x, err := f.Pose.Landmarks[i][0].Float64()
			if err != nil {
				t.Fatal(err)
			}
			sides[x > 640]++
		}
	}
	if sides[false] > 0 && sides[true] > 0 || len(sides) == 0 {
		t.Errorf("%d joints on the left, %d on the right", sides[false], sides[true])
	}
}
