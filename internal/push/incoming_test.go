package push

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ptr(x float64) *float64 { return &x }

func TestDecode(t *testing.T) {
	for text, want := range map[string]command{
		`{"type":"start"}`:                                                   {kind: "start"},
		"\n{\"type\" : \"pause\"}\t":                                         {kind: "pause"},
		`{"type":"resume"}`:                                                  {kind: "resume"},
		`{"type":"stop"}`:                                                    {kind: "stop"},
		`{"type":"next"}`:                                                    {kind: "next"},
		`{"type":"skip"}`:                                                    {kind: "skip"},
		`{"type":"back"}`:                                                    {kind: "back"},
		`{"type":"calibrate","kind":"scapula"}`:                              {kind: "calibrate", calibration: "scapula"},
		`{"type":"calibrate","kind":"hips_down"}`:                            {kind: "calibrate", calibration: "hips_down"},
		`{"type":"pain","value":3,"when":"after"}`:                           {kind: "pain", pain: 3, when: "after"},
		`{"type":"language","language":"zh-Hans"}`:                           {kind: "language", language: "zh-Hans"},
		`{"type":"pain","value":0}`:                                          {kind: "pain"},
		`{"value":10,"type":"pain"}`:                                         {kind: "pain", pain: 10},
		`{"type":"language","language":"pt-BR"}`:                             {kind: "language", language: "pt-BR"},
		`{"type":"place_roller","x":-3,"y":2.5,"radius":1e1}`:                {kind: "place_roller", x: -3, y: 2.5, radius: 10},
		`{"type":"place_roller","x":1,"y":2,"radius":3,"t_s":null}`:          {kind: "place_roller", x: 1, y: 2, radius: 3},
		`{"type":"place_roller","x":1,"y":2,"radius":3,"t_s":12.25}`:         {kind: "place_roller", x: 1, y: 2, radius: 3, at: ptr(12.25)},
		`{"type":"place_roller","x":0,"y":0,"radius":0.001,"t_s":0}`:         {kind: "place_roller", radius: 0.001, at: ptr(0)},
		"{\"type\":\"\\u0073tart\"}":                                         {kind: "start"},
		`{"type":"place_roller","x":16383,"y":-16383,"radius":8191,"t_s":1}`: {kind: "place_roller", x: 16383, y: -16383, radius: 8191, at: ptr(1)},
	} {
		got, err := decode([]byte(text))
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(command{})); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
		s, err := protocol()
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(s.page, []byte(text)); err != nil {
			t.Errorf("the schema refuses %s: %v", text, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for text, want := range map[string]error{
		"":                        errMessage,
		"null":                    errMessage,
		"[]":                      errMessage,
		`"start"`:                 errMessage,
		"{":                       errMessage,
		"{}":                      errMessage,
		`{"type":"start"}{}`:      errMessage,
		`{"type":"start"} x`:      errMessage,
		`{"type":null}`:           errMessage,
		`{"type":["start"]}`:      errMessage,
		`{"type":1}`:              errMessage,
		`{"TYPE":"start"}`:        errMessage,
		"{\"type\":\"st\xffrt\"}": errMessage,
		`{"type":"dance"}`:        errType,
		`{"type":""}`:             errType,
		`{"type":"state"}`:        errType,
		`{"type":"start","x":1}`:  errMessage,

		`{"type":"pain"}`:               errMessage,
		`{"type":"pain","value":null}`:  errMessage,
		`{"type":"pain","value":"3"}`:   errMessage,
		`{"type":"pain","value":3.5}`:   errMessage,
		`{"type":"pain","value":11}`:    errMessage,
		`{"type":"pain","value":-1}`:    errMessage,
		`{"type":"pain","value":1e400}`: errMessage,
		`{"type":"pain","value":NaN}`:   errMessage,
		`{"type":"pain","Value":3}`:     errMessage,

		`{"type":"pain","value":3,"when":"later"}`:         errMessage,
		`{"type":"pain","value":3,"when":null}`:            errMessage,
		`{"type":"next","index":3}`:                        errMessage,
		`{"type":"calibrate"}`:                             errMessage,
		`{"type":"calibrate","kind":"stars"}`:              errMessage,
		`{"type":"calibrate","kind":"scapula","value":.1}`: errMessage,

		`{"type":"place_roller","x":1,"y":2}`:                      errMessage,
		`{"type":"place_roller","x":1,"y":2,"radius":0}`:           errMessage,
		`{"type":"place_roller","x":1,"y":2,"radius":-3}`:          errMessage,
		`{"type":"place_roller","x":1,"y":2,"radius":null}`:        errMessage,
		`{"type":"place_roller","x":1e300,"y":2,"radius":3}`:       errMessage,
		`{"type":"place_roller","x":1,"y":"2","radius":3}`:         errMessage,
		`{"type":"place_roller","x":NaN,"y":2,"radius":3}`:         errMessage,
		`{"type":"place_roller","x":1,"y":2,"radius":3,"t_s":-1}`:  errMessage,
		`{"type":"place_roller","x":1,"y":2,"radius":3,"t_s":"1"}`: errMessage,
		`{"type":"place_roller","x":1,"y":2,"radius":3,"t_s":1e9}`: errMessage,

		`{"type":"language"}`:                                  errMessage,
		`{"type":"language","language":"English, please"}`:     errMessage,
		`{"type":"language","language":"../en"}`:               errMessage,
		`{"type":"start"` + strings.Repeat(" ", MaxText) + "}": errTooLarge,
	} {
		if c, err := decode([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%.60s: %+v, %v, want %v", text, c, err, want)
		}
	}
}

// FuzzDecode holds what is taken against the schema: the page is told by it what it may send.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"type":"start"}`, `{"type":"pain","value":3}`, `{"type":"place_roller","x":1,"y":2,"radius":3,"t_s":null}`,
		`{"type":"language","language":"en"}`, `{"type":"pain","value":1e1,"when":"before"}`, `{"type":"calibrate","kind":"scapula"}`, `{"type":"place_roller","x":-0,"y":1e-400,"radius":3,"t_s":-0}`, "{}", "",
	} {
		f.Add([]byte(s))
	}
	s, err := protocol()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := decode(text)
		if err != nil {
			if errorCode(err) == "" || c != (command{}) && c.kind == "" {
				t.Errorf("%v leaves %+v", err, c)
			}
			return
		}
		if err := valid(s.page, text); err != nil {
			t.Errorf("%q is taken, but the schema says: %v", text, err)
		}
	})
}

// picture is a message of the fallback.
func pictureMessage(ms float64, jpeg string) []byte {
	return append(binary.BigEndian.AppendUint64(nil, math.Float64bits(ms)), jpeg...)
}

func TestDecodePicture(t *testing.T) {
	taken, jpeg, err := decodePicture(pictureMessage(1_700_000_000_123.5, "\xff\xd8\xff and so on"))
	if err != nil || string(jpeg) != "\xff\xd8\xff and so on" || taken.UnixMicro() != 1_700_000_000_123_500 {
		t.Errorf("%s, %q, %v", taken, jpeg, err)
	}
	for name, tt := range map[string]struct {
		message []byte
		want    error
	}{
		"nothing":             {nil, errPicture},
		"half a time":         {[]byte{1, 2, 3}, errPicture},
		"no picture":          {pictureMessage(1, ""), errPicture},
		"a PNG":               {pictureMessage(1, "\x89PNG\r\n"), errPicture},
		"no number":           {pictureMessage(math.NaN(), "\xff\xd8\xff"), errPicture},
		"for ever":            {pictureMessage(math.Inf(1), "\xff\xd8\xff"), errPicture},
		"before the computer": {pictureMessage(-1, "\xff\xd8\xff"), errPicture},
		"far away":            {pictureMessage(1e300, "\xff\xd8\xff"), errPicture},
		"too large":           {pictureMessage(1, "\xff\xd8\xff"+strings.Repeat("x", MaxPicture)), errTooLarge},
	} {
		if _, _, err := decodePicture(tt.message); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func FuzzDecodePicture(f *testing.F) {
	f.Add(pictureMessage(1_700_000_000_123.5, "\xff\xd8\xff"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, message []byte) {
		taken, jpeg, err := decodePicture(message)
		if err == nil && (taken.Year() < 1970 || taken.Year() > 2200 || len(jpeg) != len(message)-captureHeader) {
			t.Errorf("%s and %d bytes of %d", taken, len(jpeg), len(message))
		}
	})
}
