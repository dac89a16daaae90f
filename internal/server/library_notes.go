package server

import (
	"encoding/json"
	"net/http"

	"github.com/rollwell/rollwell/internal/store"
)

// maxNoteBody is the most bytes of a note with its drawing.
const maxNoteBody = 128 << 10

// noteBody is a note as a page sends it.
type noteBody struct {
	T      *float64          `json:"t"`
	EndT   optional[float64] `json:"end_t"`
	Text   *string           `json:"text"`
	Shapes json.RawMessage   `json:"shapes"`
}

func (b *noteBody) apply(n *store.Note) error {
	if b.T != nil {
		n.T = *b.T
	}
	if b.EndT.given {
		n.EndT = b.EndT.value
	}
	if b.Text != nil {
		n.Text = *b.Text
	}
	if len(b.Shapes) > 0 {
		n.Shapes = b.Shapes
	}
	return nil
}

// addNote pins a note to a time.
func (s *Server) addNote(w http.ResponseWriter, r *http.Request) {
	var b noteBody
	if err := readBody(r, &b, maxNoteBody); err != nil {
		s.fail(w, r, err)
		return
	}
	if b.T == nil {
		s.refuse(w, r, badRequest("a note has a time t in seconds"))
		return
	}
	var n store.Note
	_ = b.apply(&n) // never fails
	n, err := s.o.Library.AddNote(r.Context(), r.PathValue("id"), n)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusCreated, n)
}

// changeNote changes what is sent of a note.
func (s *Server) changeNote(w http.ResponseWriter, r *http.Request) {
	var b noteBody
	if err := readBody(r, &b, maxNoteBody); err != nil {
		s.fail(w, r, err)
		return
	}
	n, err := s.o.Library.ChangeNote(r.Context(), r.PathValue("id"), r.PathValue("note"), b.apply)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, n)
}

// removeNote takes a note away.
func (s *Server) removeNote(w http.ResponseWriter, r *http.Request) {
	if err := s.o.Library.RemoveNote(r.Context(), r.PathValue("id"), r.PathValue("note")); err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// addMark keeps a coach's word on a cue.
func (s *Server) addMark(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Kind   store.MarkKind `json:"kind"`
		Code   string         `json:"code"`
		Cue    *int           `json:"cue"`
		StartS float64        `json:"start_s"`
		EndS   float64        `json:"end_s"`
		Note   string         `json:"note"`
	}
	if err := readBody(r, &b, maxNoteBody); err != nil {
		s.fail(w, r, err)
		return
	}
	m, err := s.o.Library.AddMark(r.Context(), r.PathValue("id"), store.Mark{
		Kind: b.Kind, Code: b.Code, Cue: b.Cue, StartS: b.StartS, EndS: b.EndS, Note: b.Note,
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusCreated, m)
}

// removeMark takes a mark back.
func (s *Server) removeMark(w http.ResponseWriter, r *http.Request) {
	if err := s.o.Library.RemoveMark(r.Context(), r.PathValue("id"), r.PathValue("mark")); err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
