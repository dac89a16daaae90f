package queue

import (
	"context"
	"math"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Progress is how far a job is. It is safe for concurrent use.
type Progress struct {
	give func(ctx context.Context) error

	mu    sync.Mutex // guards what follows
	began time.Time
	share float64
}

// Set says which share of the work is done, 0…1.
func (p *Progress) Set(share float64) {
	if math.IsNaN(share) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.share = min(max(share, p.share), 1)
}

// Give lets what is more urgent go first: it returns when it is this job's turn, or with ctx's error.
func (p *Progress) Give(ctx context.Context) error {
	if p.give == nil {
		return ctx.Err()
	}
	return p.give(ctx)
}

// leastShare is how much has to be done before the rest can be foretold.
const leastShare = 0.02

// now tells the share that is done and the seconds that are left, nil where that is not known.
func (p *Progress) now() (share float64, left *float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	share = math.Round(p.share*1000) / 1000
	if p.share < leastShare {
		return share, nil
	}
	seconds := math.Round(time.Since(p.began).Seconds() * (1 - p.share) / p.share)
	return share, &seconds
}

// libraryWords is what the video library says of a fault, with its number: for the log, not for people.
var libraryWords = regexp.MustCompile(` \(libav: [^()]*(\(-?\d+\))?\)`)

// Sentence makes a sentence of an error, for people. A file's name at its beginning stays as it is.
func Sentence(err error) string {
	text := libraryWords.ReplaceAllString(err.Error(), "")
	if text == "" {
		return "It failed."
	}
	if word, _, _ := strings.Cut(text, " "); !strings.HasSuffix(word, ":") {
		first, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if last := text[len(text)-1]; last != '.' && last != '!' && last != '?' {
		text += "."
	}
	return text
}
