package export

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

// SystemFonts are fonts with Chinese characters, for plain and for bold words: Noto Sans CJK, where the packages of Debian
// (fonts-noto-cjk), Fedora and Arch put it.
func SystemFonts() [][2]string {
	return [][2]string{
		{"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"},
		{"/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc"},
		{"/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc"},
	}
}

// Writing is how pictures and reports are written: in which language, and with which letters. Close it when the last one
// is done.
type Writing struct {
	Language string
	// Letters are for what the embedded fonts lack; nil where they lack nothing, or where no such font is here.
	Letters *overlay.Letters
	// Note tells why it is not the language that was asked for; empty if it is.
	Note  string
	files []io.Closer
}

// NewWriting finds the letters for a language and the words to be written in it, in the fonts given. Where some of them
// could not be written whole, all is written in English: half a sentence helps nobody.
func NewWriting(text, language string, fonts [][2]string) (*Writing, error) {
	var none *overlay.Letters
	if ok, err := none.Writes(text); ok || err != nil {
		return &Writing{Language: language}, err
	}
	for _, pair := range fonts {
		w := &Writing{Language: language}
		err := w.open(pair)
		if err == nil {
			var ok bool
			if ok, err = w.Letters.Writes(text); ok {
				return w, err
			}
		}
		if err = errors.Join(err, w.Close()); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, overlay.ErrFont) {
			return nil, err
		}
	}
	return &Writing{
		Language: exercise.DefaultLanguage,
		Note:     fmt.Sprintf("it is written in English, for no font here has the letters of %s: install fonts-noto-cjk", language),
	}, nil
}

// Writing is how pictures and reports of the session are written in the language nearest to the one asked for, its own
// without one. What people wrote into it, in whatever language, gets its letters where a font here has them.
func (s *Session) Writing(language string, fonts [][2]string) (*Writing, error) {
	if language == "" {
		language = s.About.Language
	}
	language = words.Match(language)
	w, err := NewWriting(WordsOnScreen(s.Exercise, language), language, fonts)
	if err != nil || w.Letters != nil {
		return w, err
	}
	if ok, err := w.Letters.Writes(s.written()); ok || err != nil {
		return w, err
	}
	for _, pair := range fonts {
		err := w.open(pair)
		if err == nil {
			return w, nil
		}
		w.Letters = nil
		if err = errors.Join(err, w.Close()); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, overlay.ErrFont) {
			return nil, err
		}
	}
	return w, nil
}

// written is all that people wrote into the session.
func (s *Session) written() string {
	var b strings.Builder
	b.WriteString(s.About.Title)
	for i := range s.Notes {
		b.WriteString(s.Notes[i].Text)
		for _, drawn := range shapesOf(&s.Notes[i]) {
			b.WriteString(drawn.Text)
		}
	}
	for i := range s.Marks {
		b.WriteString(s.Marks[i].Note)
	}
	for i := range s.Result.Cues {
		b.WriteString(s.Result.Cues[i].Text)
	}
	return b.String()
}

// open opens the fonts of a pair.
func (w *Writing) open(pair [2]string) error {
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
	w.Letters, err = overlay.ReadLetters(opened[0], opened[1])
	return err
}

// Close closes the fonts.
func (w *Writing) Close() error {
	var fault error
	for _, f := range w.files {
		fault = errors.Join(fault, f.Close())
	}
	w.files = nil
	return fault
}

// WordsOnScreen is all that a picture of the exercise may show in a language.
func WordsOnScreen(ex *exercise.Exercise, language string) string {
	var b strings.Builder
	b.WriteString(overlay.Labels(language))
	b.WriteString(words.Localizer(language).Text("overlay.notice.hint"))
	if ex == nil {
		return b.String()
	}
	b.WriteString(ex.Title.In(language))
	for i := range ex.Checks {
		w := ex.Checks[i].WordsIn(language)
		b.WriteString(w.Text)
		b.WriteString(w.Hint)
	}
	return b.String()
}
