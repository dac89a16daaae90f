package ingest

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/rollwell/rollwell/internal/media"
)

var (
	sps   = []byte{0x67, 0x42, 0xe0, 0x1f, 1}
	pps   = []byte{0x68, 0xce, 2}
	intra = []byte{0x65, 0x88, 0x84, 3, 4, 5, 6} // first slice, of kind 7: all are I
	inter = []byte{0x41, 0x9a, 3, 4}
	// The head of a P slice under the name of an IDR picture, as OpenH264 was seen to send it.
	fraud = []byte{0x65, 0x9a, 3, 4}
)

// several packs units into one payload (STAP-A).
func several(units ...[]byte) []byte {
	out := []byte{0x78}
	for _, u := range units {
		out = append(out, byte(len(u)>>8), byte(len(u)))
		out = append(out, u...)
	}
	return out
}

// parts cuts a unit into payloads of a few bytes (FU-A).
func parts(unit []byte) [][]byte {
	var out [][]byte
	for chunk := range slices.Chunk(unit[1:], 3) {
		out = append(out, append([]byte{unit[0]&0xe0 | 28, unit[0] & 31}, chunk...))
	}
	out[0][1] |= 0x80
	out[len(out)-1][1] |= 0x40
	return out
}

func annexBOf(units ...[]byte) []byte {
	var out []byte
	for _, u := range units {
		out = append(append(out, startCode...), u...)
	}
	return out
}

func TestH264IsPutTogether(t *testing.T) {
	for name, test := range map[string]struct {
		before   [][]byte // the payloads of an earlier picture
		payloads [][]byte
		want     []byte
		key      bool
		err      error
	}{
		"single":                          {nil, [][]byte{inter}, annexBOf(inter), false, nil},
		"several and parts":               {nil, append([][]byte{several(sps, pps)}, parts(intra)...), annexBOf(sps, pps, intra), true, nil},
		"key without parameters":          {nil, [][]byte{intra}, annexBOf(intra), false, nil},
		"key with parameters from before": {[][]byte{sps, pps}, [][]byte{intra}, annexBOf(sps, pps, intra), true, nil},
		"an IDR that is none":             {[][]byte{sps, pps}, [][]byte{fraud}, annexBOf(fraud), false, nil},
		"parts without the end":           {nil, parts(intra)[:1], nil, false, errMalformed},
		"parts without the beginning":     {nil, parts(intra)[1:], nil, false, errMalformed},
		"parts cut by another":            {nil, [][]byte{parts(intra)[0], inter}, nil, false, errMalformed},
		"a size too large":                {nil, [][]byte{{0x78, 0xff, 0xff, 1}}, nil, false, errMalformed},
		"an unknown kind":                 {nil, [][]byte{{31, 1}}, nil, false, errMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			var d h264Depacketizer
			if test.before != nil {
				if _, _, err := put(&d, test.before); err != nil {
					t.Fatal(err)
				}
			}
			got, key, err := put(&d, test.payloads)
			if !errors.Is(err, test.err) || key != test.key || err == nil && !bytes.Equal(got, test.want) {
				t.Errorf("got %x, key %v, %v; want %x, key %v, %v", got, key, err, test.want, test.key, test.err)
			}
		})
	}
}

func put(d depacketizer, payloads [][]byte) (data []byte, key bool, err error) {
	d.reset()
	for _, p := range payloads {
		if data, err = d.add(data, p); err != nil {
			return nil, false, err
		}
	}
	return d.finish(data)
}

func TestTheOthersArePutTogether(t *testing.T) {
	vp8Key := []byte{0x10, 0x00, 1, 0, 0x9d, 0x01, 0x2a, 64, 0, 64, 0}
	for name, test := range map[string]struct {
		codec    media.Codec
		payloads [][]byte
		size     int
		key      bool
		err      error
	}{
		"VP8 key":                   {media.VP8, [][]byte{vp8Key, {0, 1, 2}}, 12, true, nil},
		"VP8 key, no start code":    {media.VP8, [][]byte{{0x10, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7}}, 0, false, errMalformed},
		"VP8 other":                 {media.VP8, [][]byte{{0x10, 1, 2, 3}, {0, 1, 2}}, 5, false, nil},
		"VP8 without beginning":     {media.VP8, [][]byte{{0, 1, 2, 3}}, 0, false, errMalformed},
		"VP8 too short":             {media.VP8, [][]byte{{0x10, 1}}, 0, false, errMalformed},
		"VP9 key":                   {media.VP9, [][]byte{{0x08, 0x82, 1}, {0x04, 2}}, 3, true, nil},
		"VP9 other":                 {media.VP9, [][]byte{{0x4c, 0x86, 1}}, 2, false, nil},
		"VP9 shown anew":            {media.VP9, [][]byte{{0x0c, 0x8a, 1}}, 2, false, nil},
		"VP9 key of profile 3":      {media.VP9, [][]byte{{0x0c, 0xb0, 1}}, 2, true, nil},
		"VP9 without beginning":     {media.VP9, [][]byte{{0x04, 0x82}}, 0, false, errMalformed},
		"VP9 without marker":        {media.VP9, [][]byte{{0x0c, 0x02}}, 0, false, errMalformed},
		"AV1 key":                   {media.AV1, [][]byte{{0x28, 2, 0x08, 1, 0x30, 0x10, 1}}, 3 + 4, true, nil},
		"AV1 other":                 {media.AV1, [][]byte{{0x10, 0x30, 0x30, 1}}, 4, false, nil},
		"AV1 in two packets":        {media.AV1, [][]byte{{0x58, 0x30, 1}, {0x90, 2}}, 4, false, nil},
		"AV1 without the beginning": {media.AV1, [][]byte{{0x90, 0x30, 1}}, 0, false, errMalformed},
		"AV1 without the end":       {media.AV1, [][]byte{{0x50, 0x30, 1}}, 0, false, errMalformed},
		"AV1 of wrong size":         {media.AV1, [][]byte{{0x00, 0x7f, 1}}, 0, false, errMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			var all depacketizers
			got, key, err := put(all.of(test.codec), test.payloads)
			if !errors.Is(err, test.err) || key != test.key || len(got) != test.size {
				t.Errorf("got %x, key %v, %v; want %d bytes, key %v, %v", got, key, err, test.size, test.key, test.err)
			}
		})
	}
}

func TestBeginningsAreKnown(t *testing.T) {
	for name, test := range map[string]struct {
		codec      media.Codec
		payload    []byte
		start, key bool
	}{
		"VP8 key":              {media.VP8, []byte{0x10, 0x00, 1, 0}, true, true},
		"VP8 other":            {media.VP8, []byte{0x10, 0x01}, true, false},
		"VP8 second partition": {media.VP8, []byte{0x11, 0x00}, false, false},
		"VP8 later":            {media.VP8, []byte{0x00, 0x00}, false, false},
		"VP9 key":              {media.VP9, []byte{0x08, 0x82}, true, true},
		"VP9 other":            {media.VP9, []byte{0x48, 0x86}, true, false},
		"VP9 upper layer":      {media.VP9, []byte{0xa8, 0x81, 0x01, 0x02, 0}, false, true},
		"VP9 later":            {media.VP9, []byte{0x04, 0x82}, false, false},
		"AV1 sequence":         {media.AV1, []byte{0x18, 0x0a}, true, true},
		"AV1 other":            {media.AV1, []byte{0x10, 0x30}, false, false},
		"H.264 parameters":     {media.H264, several(sps, pps), true, true},
		"H.264 delimiter":      {media.H264, []byte{9, 0xf0}, true, true},
		"H.264 key":            {media.H264, intra, false, true},
		"H.264 part of a key":  {media.H264, parts(intra)[0], false, true},
		"H.264 other":          {media.H264, inter, false, false},
		"short":                {media.VP9, []byte{8}, false, false},
		"nothing":              {media.H264, nil, false, false},
		"unknown":              {media.Unknown, []byte{1, 2, 3}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			start, key := startsPicture(test.codec, test.payload), hintsKey(test.codec, test.payload)
			if start != test.start || key != test.key {
				t.Errorf("start %v, key %v; want %v, %v", start, key, test.start, test.key)
			}
		})
	}
}
