package ingest

import (
	"testing"
	"time"
)

func TestMediaTimeGoesOnWhenTheClockWrapsAround(t *testing.T) {
	var line timeline
	start := ^uint32(0) - 3*3000 + 1
	for i := range 10 {
		at := time.Duration(i) * time.Second / 30
		got := line.add(picture{timestamp: start + uint32(i)*3000, arrived: noon.Add(at)})
		if (got.media - at).Abs() > time.Microsecond {
			t.Errorf("picture %d at %v, want %v", i, got.media, at)
		}
		if !got.captured.IsZero() {
			t.Errorf("picture %d taken at %v, which nobody told", i, got.captured)
		}
	}
}

func TestMediaTimeDoesNotDrift(t *testing.T) {
	var line timeline
	var got sample
	const hours = 3
	for i := range hours*3600*30 + 1 {
		at := time.Duration(i) * time.Second / 30
		got = line.add(picture{timestamp: uint32(i) * 3000, arrived: noon.Add(at)})
	}
	if got.media != hours*time.Hour {
		t.Errorf("after %d h it is %v", hours, got.media)
	}
}

func TestAJumpOfTheMediaClockIsNoPassingOfTime(t *testing.T) {
	var line timeline
	line.add(picture{timestamp: 1000, arrived: noon})
	line.add(picture{timestamp: 1000 + 90000, arrived: noon.Add(time.Second)})
	got := line.add(picture{timestamp: 3_000_000_000, arrived: noon.Add(1500 * time.Millisecond)})
	if got.media != 1500*time.Millisecond {
		t.Errorf("at %v, want to go on by the arrival", got.media)
	}
	got = line.add(picture{timestamp: 3_000_009_000, arrived: noon.Add(1600 * time.Millisecond)})
	if got.media != 1600*time.Millisecond {
		t.Errorf("at %v, want 100 ms later", got.media)
	}
	// A pause, in contrast, is one by both clocks.
	got = line.add(picture{timestamp: 3_000_009_000 + 60*90000, arrived: noon.Add(61600 * time.Millisecond)})
	if got.media != 61600*time.Millisecond {
		t.Errorf("at %v, want a minute later", got.media)
	}
}

func TestTheWallClockComesFromThePictureOrElseFromReports(t *testing.T) {
	var line timeline
	wall := noon.Add(time.Hour) // the sender's clock is not ours
	line.reported(uint64(wall.Unix()+ntpEpochSeconds)<<32, 90000)
	got := line.add(picture{timestamp: 0, arrived: noon})
	if want := wall.Add(-time.Second); !got.captured.Equal(want) {
		t.Errorf("by the report taken at %v, want %v", got.captured, want)
	}
	told := wall.Add(5 * time.Millisecond)
	got = line.add(picture{timestamp: 90000, arrived: noon.Add(time.Second), extras: extras{captured: told}})
	if !got.captured.Equal(told) {
		t.Errorf("taken at %v, want what the picture says, %v", got.captured, told)
	}
	got = line.add(picture{timestamp: 93000, arrived: noon.Add(time.Second)})
	if want := told.Add(time.Second / 30); got.captured.Sub(want).Abs() > time.Microsecond {
		t.Errorf("the next one taken at %v, want %v", got.captured, want)
	}
	got = line.add(picture{timestamp: 93000 + 60*90000, arrived: noon.Add(61 * time.Second)})
	if !got.captured.IsZero() {
		t.Errorf("taken at %v a minute after the last word on it, want it unknown", got.captured)
	}
}
