package exercise

import (
	"strings"
	"unicode"
)

const (
	// maxSpoken is the longest time a cue may take to speak, in seconds.
	maxSpoken = 2
	// syllablesPerSecond is how fast a clear voice speaks a European language, charactersPerSecond Chinese (heuristic;
	// speech synthesisers at their normal rate).
	syllablesPerSecond, charactersPerSecond = 5.5, 5
)

// SpokenS estimates how long a text takes to speak in a language, in seconds: by syllables, counted as groups of vowels,
// and by characters where every character is a syllable.
func SpokenS(text, lang string) float64 {
	base, _, _ := strings.Cut(lang, "-")
	characters, syllables := 0, 0
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		for _, r := range word {
			switch {
			case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
				characters++
			case unicode.IsDigit(r):
				syllables++
			}
		}
		syllables += syllablesOf(strings.ToLower(word), base)
	}
	return float64(characters)/charactersPerSecond + float64(syllables)/syllablesPerSecond
}

// syllablesOf counts the groups of vowels of a word in lower case. English and French do not speak an e at the end.
func syllablesOf(word, base string) int {
	n, inside := 0, false
	for _, r := range word {
		vowel := strings.ContainsRune("aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿ", r)
		if vowel && !inside {
			n++
		}
		inside = vowel
	}
	silent := (base == "en" && !strings.HasSuffix(word, "le") || base == "fr") && n > 1
	if stem := strings.TrimSuffix(word, "s"); silent && strings.HasSuffix(stem, "e") && !endsInTwoVowels(stem) {
		n--
	}
	return n
}

// endsInTwoVowels tells whether the e at the end belongs to a longer group, as in "knee".
func endsInTwoVowels(word string) bool {
	return len(word) > 1 && strings.ContainsRune("aeiouy", rune(word[len(word)-2]))
}
