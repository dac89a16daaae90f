package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/words"
)

// fontFiles are fonts with Chinese characters, for plain and for bold words: Noto Sans CJK, where the packages of Debian
// (fonts-noto-cjk), Fedora and Arch put it.
var fontFiles = [][2]string{
	{"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"},
	{"/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc"},
	{"/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc"},
}

// writing is how overlay videos are written: in which language, and with which letters. Close it when the last video
// is done.
type writing struct {
	language string
	letters  *overlay.Letters
	// note tells why it is not the language that was asked for; empty if it is.
	note  string
	files []io.Closer
}

// newWriting finds the letters for the language, in the fonts given. Where some of its words could not be written
// whole, all is written in English: half a sentence helps nobody.
func newWriting(ex *exercise.Exercise, language string, fonts [][2]string) (*writing, error) {
	text := overlay.Labels(language) + wordsOnScreen(ex, language)
	var none *overlay.Letters
	if ok, err := none.Writes(text); ok || err != nil {
		return &writing{language: language}, err
	}
	for _, pair := range fonts {
		w := &writing{language: language}
		err := w.open(pair)
		if err == nil {
			var ok bool
			if ok, err = w.letters.Writes(text); ok {
				return w, err
			}
		}
		if err = errors.Join(err, w.close()); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, overlay.ErrFont) {
			return nil, err
		}
	}
	return &writing{
		language: exercise.DefaultLanguage,
		note:     fmt.Sprintf("the overlay video is in English, for no font here has the letters of %s: install fonts-noto-cjk", language),
	}, nil
}

// open opens the fonts of a pair.
func (w *writing) open(pair [2]string) error {
	var opened [2]*os.File
	for i, path := range pair {
		if i > 0 && path == pair[0] {
			opened[i] = opened[0]
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("open a font: %w", err)
		}
		w.files, opened[i] = append(w.files, f), f
	}
	var err error
	w.letters, err = overlay.ReadLetters(opened[0], opened[1])
	return err
}

func (w *writing) close() error {
	var fault error
	for _, f := range w.files {
		fault = errors.Join(fault, f.Close())
	}
	w.files = nil
	return fault
}

// wordsOnScreen is all that a video of the exercise may show in a language.
func wordsOnScreen(ex *exercise.Exercise, language string) string {
	var b strings.Builder
	b.WriteString(ex.Title.In(language))
	b.WriteString(words.Localizer(language).Text("overlay.notice.hint"))
	for i := range ex.Checks {
		w := ex.Checks[i].WordsIn(language)
		b.WriteString(w.Text)
		b.WriteString(w.Hint)
	}
	return b.String()
}
