package push

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of what a page may send, in bytes.
const (
	MaxText    = 4 << 10
	MaxPicture = 256 << 10
)

// PictureRate is how many pictures a page may send a second.
const PictureRate = 12

const (
	// captureHeader is the length of the capture time in front of a picture.
	captureHeader = 8
	// maxMessage ends the connection: what lies between it and the limits above is read to its end, refused and
	// forgiven.
	maxMessage = 1 << 20

	// Places are bounded in pixels of the source's picture, times in seconds.
	maxPlace  = 16384
	maxRadius = 8192
	maxTime   = 1e6
)

// The reasons for which a message of the page is refused. Their words go to the page as they are.
var (
	// errMessage is a message that is not of the protocol.
	errMessage = errors.New("the message was not understood")
	// errType is a message of a type that there is not.
	errType = errors.New("there is no message of this type")
	// errTooLarge is a message beyond MaxText or MaxPicture.
	errTooLarge = errors.New("the message is too large")
	// errPicture is a binary message that is no capture time and JPEG picture.
	errPicture = errors.New("the picture was not understood")
	// errTooFast is a message beyond the rate.
	errTooFast = errors.New("messages come too fast")
)

// errorCode is what the page gets to know a refusal by.
func errorCode(err error) string {
	switch {
	case errors.Is(err, errType):
		return "unknown_type"
	case errors.Is(err, errTooLarge):
		return "too_large"
	case errors.Is(err, errPicture):
		return "bad_picture"
	case errors.Is(err, errTooFast):
		return "too_fast"
	}
	return "bad_message"
}

// command is what a page asks for. The fields beside kind belong to the kinds of their names.
type command struct {
	kind         string
	pain         int
	when         string // of the pain; "" where it was left out
	calibration  string
	x, y, radius float64
	at           *float64 // session time, nil: the newest frame
	language     string
}

// fieldsOf lists the members that each type of message may have beside its type.
func fieldsOf(kind string) ([]string, bool) {
	switch kind {
	case "start", "pause", "resume", "stop", "next", "skip", "back":
		return nil, true
	case "pain":
		return []string{"value", "when"}, true
	case "calibrate":
		return []string{"kind"}, true
	case "place_roller":
		return []string{"x", "y", "radius", "t_s"}, true
	case "language":
		return []string{"language"}, true
	}
	return nil, false
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`)

// decode reads a text message of the page. It takes nothing that the schema refuses; what it refuses beyond that are
// numbers that sit exactly on the bounds of places and times.
func decode(text []byte) (command, error) {
	var c command
	if len(text) > MaxText {
		return c, fmt.Errorf("%w: %d bytes of at most %d", errTooLarge, len(text), MaxText)
	}
	if !utf8.Valid(text) {
		return c, fmt.Errorf("%w: it is no UTF-8", errMessage)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return c, fmt.Errorf("%w: it is no JSON object", errMessage)
	}
	kind, err := asString(members, "type")
	if err != nil {
		return c, err
	}
	allowed, known := fieldsOf(kind)
	if !known {
		return c, fmt.Errorf("%w: %.40q", errType, kind)
	}
	for name := range members {
		if name != "type" && !slices.Contains(allowed, name) {
			return c, fmt.Errorf("%w: %s has no %.40q", errMessage, kind, name)
		}
	}
	c.kind = kind
	return c, c.fill(members)
}

// fill reads what belongs to the kind.
func (c *command) fill(members map[string]json.RawMessage) (err error) {
	switch c.kind {
	case "pain":
		if c.pain, err = asRating(members, "value"); err == nil && members["when"] != nil {
			c.when, err = asOneOf(members, "when", "before", "during", "after")
		}
	case "calibrate":
		c.calibration, err = asOneOf(members, "kind", "scapula", "hips_down")
	case "place_roller":
		err = c.place(members)
	case "language":
		if c.language, err = asString(members, "language"); err == nil && !languageTag.MatchString(c.language) {
			err = fmt.Errorf("%w: language is a tag like en or pt-BR", errMessage)
		}
	}
	return err
}

func (c *command) place(members map[string]json.RawMessage) error {
	for name, to := range map[string]*float64{"x": &c.x, "y": &c.y, "radius": &c.radius} {
		v, err := asNumber(members, name)
		if err != nil {
			return err
		}
		if v == nil {
			return fmt.Errorf("%w: place_roller needs the number %s", errMessage, name)
		}
		*to = *v
	}
	if math.Abs(c.x) >= maxPlace || math.Abs(c.y) >= maxPlace || c.radius <= 0 || c.radius >= maxRadius {
		return fmt.Errorf("%w: a roller at %g, %g of radius %g is in no picture", errMessage, c.x, c.y, c.radius)
	}
	at, err := asNumber(members, "t_s")
	if err != nil {
		return err
	}
	if at != nil && (math.Signbit(*at) || *at >= maxTime) {
		return fmt.Errorf("%w: t_s is a time of the session in seconds", errMessage)
	}
	c.at = at
	return nil
}

// asString returns a member that has to be there and to be a string.
func asString(members map[string]json.RawMessage, name string) (string, error) {
	var s *string
	if err := json.Unmarshal(orNull(members[name]), &s); err != nil || s == nil {
		return "", fmt.Errorf("%w: %s has to be a string", errMessage, name)
	}
	return *s, nil
}

// asOneOf returns a member that has to be one of some strings.
func asOneOf(members map[string]json.RawMessage, name string, choice ...string) (string, error) {
	s, err := asString(members, name)
	if err == nil && !slices.Contains(choice, s) {
		err = fmt.Errorf("%w: %s has to be one of %s", errMessage, name, strings.Join(choice, ", "))
	}
	return s, err
}

// asNumber returns a member that has to be a number, or nil if it is null or not there.
func asNumber(members map[string]json.RawMessage, name string) (*float64, error) {
	var v *float64
	if err := json.Unmarshal(orNull(members[name]), &v); err != nil {
		return nil, fmt.Errorf("%w: %s has to be a number", errMessage, name)
	}
	return v, nil
}

// asRating returns a member that has to be a whole number from 0 to 10.
func asRating(members map[string]json.RawMessage, name string) (int, error) {
	var v *int
	if err := json.Unmarshal(orNull(members[name]), &v); err != nil || v == nil || *v < 0 || *v > 10 {
		return 0, fmt.Errorf("%w: %s has to be a whole number from 0 to 10", errMessage, name)
	}
	return *v, nil
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// latest is the latest capture time (ms since 1970) that is believed: the year 2200.
const latest = 7258118400000

// decodePicture reads a binary message: when the picture was taken, and the JPEG picture itself. Only its first bytes
// are looked at; the decoder judges the rest. The picture shares memory with the message.
func decodePicture(message []byte) (taken time.Time, picture []byte, err error) {
	if len(message) > captureHeader+MaxPicture {
		return taken, nil, fmt.Errorf("%w: a picture has at most %d KiB", errTooLarge, MaxPicture>>10)
	}
	if len(message) < captureHeader {
		return taken, nil, fmt.Errorf("%w: %d bytes hold no capture time", errPicture, len(message))
	}
	ms := math.Float64frombits(binary.BigEndian.Uint64(message))
	if !(ms >= 0 && ms < latest) {
		return taken, nil, fmt.Errorf("%w: the capture time has to be in ms since 1970", errPicture)
	}
	picture = message[captureHeader:]
	if !bytes.HasPrefix(picture, []byte{0xff, 0xd8, 0xff}) {
		return taken, nil, fmt.Errorf("%w: it is no JPEG", errPicture)
	}
	whole, part := math.Modf(ms)
	return time.UnixMilli(int64(whole)).Add(time.Duration(part * float64(time.Millisecond))), picture, nil
}
