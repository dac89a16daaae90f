package server

import (
	"sync/atomic"

	"github.com/rollwell/rollwell/internal/push"
	"github.com/rollwell/rollwell/internal/words"
)

// voice is the language in which a check speaks to its pages. Every goroutine may use it.
type voice struct{ now atomic.Pointer[words.Speaker] }

func (v *voice) set(language string) { v.now.Store(words.Localizer(language)) }

// speaker finds sentences in the language of the moment, in English before set was called.
func (v *voice) speaker() *words.Speaker {
	if s := v.now.Load(); s != nil {
		return s
	}
	return words.Localizer()
}

// spoken is a check whose voice follows the language that a page asks for. The check gets a language of ours.
type spoken struct {
	push.Check
	voice *voice
}

// SetLanguage changes the language of the check and of the server's own sentences about it.
func (s spoken) SetLanguage(language string) {
	s.voice.set(language)
	s.Check.SetLanguage(s.voice.speaker().Language())
}
