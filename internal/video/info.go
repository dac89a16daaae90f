package video

import (
	"math"
	"time"
)

// Limits of what is read.
const (
	// MaxPixels is the most pixels a picture may have: 8K.
	MaxPixels = 7680 * 4320
	// MinSide is the shortest side a picture may have, in pixels.
	MinSide = 16
)

// maxDuration is the longest a container may say it is and be believed.
const maxDuration = 1000 * time.Hour

// Info describes a video.
type Info struct {
	// Name is the file's name without its folders.
	Name string
	// Width and Height are those of the upright picture with square pixels, in source pixels.
	Width, Height int
	// FPS is the average number of pictures in a second, 0 if nothing tells it.
	FPS float64
	// Duration is the time from the first picture to the end of the last, 0 if nothing tells it.
	Duration time.Duration
	// Start is when browsers show the first picture, by the time that they play at: a frame's PTS is that time less Start.
	// It is not 0 where the sound begins before the picture, or where the container says that the film begins later.
	Start time.Duration
	// Frames is about how many pictures there are, for a progress bar; 0 if nothing tells it.
	Frames int64
	// Estimated is set when Duration or Frames were worked out from a part of the file.
	Estimated bool
	// Codec is the video coding: h264, hevc, vp8, vp9 or av1.
	Codec string
	// Container is the kind of file: mp4 (MOV too) or webm (Matroska too).
	Container string
}

// complete fills what the container did not tell. scan counts the pictures and their time from the file itself.
func (i *Info) complete(scan func() (frames int64, length time.Duration)) {
	if i.Duration > maxDuration {
		i.Duration = 0
	}
	if i.Duration == 0 || i.FPS == 0 {
		frames, length := scan()
		i.Estimated = true
		if frames > 0 && length > 0 && length <= maxDuration {
			i.Frames, i.Duration = frames, length
			i.FPS = float64(frames) / length.Seconds()
		}
	}
	if i.Frames == 0 && i.FPS > 0 {
		i.Frames = int64(math.Round(i.FPS * i.Duration.Seconds()))
		i.Estimated = true
	}
}

// sizeWithin shrinks a picture so that its longer side has at most so many pixels. It never enlarges.
func sizeWithin(width, height, longSide int) (int, int) {
	long := max(width, height)
	if long <= longSide {
		return width, height
	}
	shrink := func(side int) int {
		return max(1, int(math.Round(float64(side)*float64(longSide)/float64(long))))
	}
	return shrink(width), shrink(height)
}
