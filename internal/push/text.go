package push

import (
	"time"
	"unicode/utf8"

	"github.com/rollwell/rollwell/internal/results"
)

const hexDigits = "0123456789abcdef"

// quote appends s as a JSON string. Bytes that are no UTF-8 become U+FFFD.
func quote(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// quoteOrNull appends s, or null where there is none.
func quoteOrNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return quote(b, s)
}

// ms appends a duration in milliseconds.
func ms(b []byte, d time.Duration) []byte {
	return results.Number(b, float64(d)/float64(time.Millisecond), 2)
}

// wall appends a moment in milliseconds since 1970, or null where it is not known.
func wall(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	return results.Number(b, float64(t.UnixMicro())/1000, 3)
}
