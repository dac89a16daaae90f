package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteJSON writes the report as one indented JSON object.
func (r Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// WriteTable writes one line for each finding, a second one with the remedy where something is wrong, and a
// closing line. ✗ marks what is needed and missing, ! what is merely nice to have.
func (r Report) WriteTable(w io.Writer) error {
	width := 0
	for _, f := range r.Findings {
		width = max(width, utf8.RuneCountInString(f.Name))
	}
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %-*s  %s\n", f.mark(), width, f.Name, oneLine(f.Detail))
		if f.Remedy != "" {
			fmt.Fprintf(&b, "  %*s  → %s\n", width, "", f.Remedy)
		}
	}
	if n := r.Missing(); n > 0 {
		fmt.Fprintf(&b, "\n%d of %d checks failed that Rollwell needs.\n", n, len(r.Findings))
	} else {
		b.WriteString("\nEverything that Rollwell needs is here.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f Finding) mark() string {
	switch {
	case f.OK:
		return "✓"
	case f.Needed:
		return "✗"
	default:
		return "!"
	}
}

// oneLine keeps a table a table when an error spreads over several lines.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
