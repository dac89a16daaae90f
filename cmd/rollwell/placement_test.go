package main

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/video"
)

func TestPlacementReadsWhatPeopleWrite(t *testing.T) {
	for _, tt := range []struct {
		text string
		want placement
		ok   bool
	}{
		{"312,241,18@0", placement{312, 241, 18, 0}, true},
		{" 312.5 , -3, 1e1 @ 2.25", placement{312.5, -3, 10, 2.25}, true},
		{"", placement{}, false},
		{"312,241,18", placement{}, false},
		{"312,241@0", placement{}, false},
		{"312,241,18,4@0", placement{}, false},
		{"a,241,18@0", placement{}, false},
		{"312,241,18@soon", placement{}, false},
		{"312,241,0@0", placement{}, false},
		{"312,241,18@-1", placement{}, false},
		{"NaN,241,18@0", placement{}, false},
		{"312,Inf,18@0", placement{}, false},
	} {
		var p placement
		if err := p.UnmarshalText([]byte(tt.text)); (err == nil) != tt.ok || tt.ok && p != tt.want {
			t.Errorf("%q: %+v, %v", tt.text, p, err)
		}
	}
}

func TestPlacementHasToLieInTheClip(t *testing.T) {
	clip := video.Info{Width: 1920, Height: 1080, Duration: 8 * time.Second}
	got, err := placement{959.5, 539.5, 30, 2}.in(clip, 3)
	if err != nil || math.Abs(got.Near.X-319.5) > 0.4 || math.Abs(got.Radius-10) > 1e-9 || got.At != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	for name, p := range map[string]placement{
		"beside the picture": {2000, 500, 30, 0},
		"over the picture":   {500, -31, 30, 0},
		"too large":          {500, 500, 961, 0},
		"after the end":      {500, 500, 30, 8.5},
	} {
		if _, err := p.in(clip, 3); !errors.Is(err, errUsage) {
			t.Errorf("%s: %v, want errUsage", name, err)
		}
	}
}

func FuzzPlacement(f *testing.F) {
	for _, s := range []string{"312,241,18@0", "1,2,3@4", ",,@", "1e309,0,1@0", "-0,0,1@NaN"} {
		f.Add(s)
	}
	clip := video.Info{Width: 640, Height: 360, Duration: time.Minute}
	f.Fuzz(func(t *testing.T, text string) {
		var p placement
		if p.UnmarshalText([]byte(text)) != nil {
			return
		}
		got, err := p.in(clip, 1)
		if err != nil {
			return
		}
		if sum := got.Near.X + got.Near.Y + got.Radius + got.At; math.IsNaN(sum) || math.IsInf(sum, 0) || got.Radius <= 0 {
			t.Errorf("%q became %+v", text, got)
		}
	})
}

// The folder of a clip lies in the one for results, whatever the clip is called.
func TestFolderNameStaysWithinTheResults(t *testing.T) {
	for clip, want := range map[string]string{
		"a/b/clip.mp4": "clip", "clip": "clip", "my.long.name.webm": "my.long.name",
		"...mp4": "...mp4", "..mp4": "..mp4", ".mp4": ".mp4",
	} {
		if got := folderName(clip); got != want {
			t.Errorf("%s: %q, want %q", clip, got, want)
		}
	}
}
