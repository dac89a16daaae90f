package publisher

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

// ErrClip is returned for a clip that cannot be encoded or split into pictures.
var ErrClip = errors.New("the clip cannot be prepared for publishing: check that ffmpeg is installed and reads it")

// Encoding says how a clip is to be encoded.
type Encoding struct {
	Codec media.Codec // H264 if unknown
	// Width in pixels; the height follows. 0 keeps the size.
	Width int
	// FPS is the frame rate, 30 if 0.
	FPS int
	// Kbps is the bit rate, 1000 if 0.
	Kbps int
	// KeyEvery is the number of pictures from one key picture to the next, a second's if 0.
	KeyEvery int
	// Seconds is how much of the clip is taken, 0 for all.
	Seconds float64
}

func (e Encoding) filled() Encoding {
	if e.Codec == media.Unknown {
		e.Codec = media.H264
	}
	if e.FPS <= 0 {
		e.FPS = 30
	}
	if e.Kbps <= 0 {
		e.Kbps = 1000
	}
	if e.KeyEvery <= 0 {
		e.KeyEvery = e.FPS
	}
	return e
}

// encoders are ffmpeg's arguments for what a browser's encoder does: no picture waits for a later one.
var encoders = map[media.Codec][]string{
	media.H264: {
		"-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryfast", "-tune", "zerolatency",
		"-bsf:v", "h264_metadata=aud=insert", "-f", "h264",
	},
	media.VP8: {"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-f", "ivf"},
	media.VP9: {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-f", "ivf"},
	media.AV1: {"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-f", "ivf"},
}

// Load encodes the video file at path with ffmpeg. The errors wrap ErrClip.
func Load(ctx context.Context, path string, e Encoding) ([]media.AccessUnit, error) {
	e = e.filled()
	encoder, known := encoders[e.Codec]
	if !known {
		return nil, fmt.Errorf("%w: no encoder for %s", ErrClip, e.Codec)
	}
	arguments := []string{"-nostdin", "-loglevel", "error", "-i", path, "-an", "-r", strconv.Itoa(e.FPS)}
	if e.Seconds > 0 {
		arguments = append(arguments, "-t", strconv.FormatFloat(e.Seconds, 'f', -1, 64))
	}
	if e.Width > 0 {
		arguments = append(arguments, "-vf", fmt.Sprintf("scale=%d:-2", e.Width))
	}
	arguments = append(arguments, "-pix_fmt", "yuv420p", "-b:v", strconv.Itoa(e.Kbps)+"k", "-g", strconv.Itoa(e.KeyEvery))
	arguments = append(append(arguments, encoder...), "-")
	var out, complaint bytes.Buffer
	command := exec.CommandContext(ctx, "ffmpeg", arguments...)
	command.Stdout, command.Stderr = &out, &complaint
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%w: %w: %s", ErrClip, err, bytes.TrimSpace(complaint.Bytes()))
	}
	return split(out.Bytes(), e)
}

// split makes pictures of what ffmpeg wrote.
func split(data []byte, e Encoding) ([]media.AccessUnit, error) {
	var pictures [][]byte
	var err error
	if e.Codec == media.H264 {
		pictures = splitAnnexB(data)
	} else if pictures, err = splitIVF(data); err != nil {
		return nil, err
	}
	units := make([]media.AccessUnit, 0, len(pictures))
	for i, picture := range pictures {
		units = append(units, media.AccessUnit{
			Codec: e.Codec, Data: picture, Key: isKey(e.Codec, picture),
			Time: time.Duration(i) * time.Second / time.Duration(e.FPS),
		})
	}
	if len(units) == 0 || !units[0].Key {
		return nil, fmt.Errorf("%w: %d pictures, the first one must be a key picture", ErrClip, len(units))
	}
	return units, nil
}

// splitAnnexB cuts an H.264 stream at its access unit delimiters, which it leaves out.
func splitAnnexB(data []byte) [][]byte {
	delimiter := []byte{0, 0, 0, 1, 9}
	var pictures [][]byte
	for _, part := range bytes.Split(data, delimiter) {
		if len(part) > 1 {
			pictures = append(pictures, part[1:]) // the delimiter's one byte of content
		}
	}
	return pictures
}

// splitIVF reads the frames of an IVF file: a header that tells its own length, and before each frame its length and
// an 8-byte time.
func splitIVF(data []byte) ([][]byte, error) {
	if len(data) < 32 || string(data[:4]) != "DKIF" {
		return nil, fmt.Errorf("%w: no IVF header in %d bytes", ErrClip, len(data))
	}
	var pictures [][]byte
	for rest := data[min(int(binary.LittleEndian.Uint16(data[6:])), len(data)):]; len(rest) >= 12; {
		size := int(binary.LittleEndian.Uint32(rest))
		if size > len(rest)-12 {
			return nil, fmt.Errorf("%w: IVF frame of %d bytes where %d are left", ErrClip, size, len(rest)-12)
		}
		pictures = append(pictures, rest[12:12+size])
		rest = rest[12+size:]
	}
	return pictures, nil
}

// isKey reports whether a picture of our own encoding is a key picture.
func isKey(codec media.Codec, picture []byte) bool {
	if len(picture) == 0 {
		return false
	}
	switch codec {
	case media.H264: // parameter sets come with key pictures only
		return bytes.Contains(picture, []byte{0, 0, 1, 0x67}) || bytes.Contains(picture, []byte{0, 0, 1, 0x27})
	case media.VP8:
		return picture[0]&1 == 0
	case media.VP9: // profile 0: marker, profile, not shown anew, type
		return picture[0]&0x0c == 0
	case media.AV1: // a temporal delimiter and a sequence header
		return len(picture) > 2 && picture[2]>>3&15 == 1
	}
	return false
}
