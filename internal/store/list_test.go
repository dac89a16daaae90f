package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/coach"
)

func TestList(t *testing.T) {
	s, c := open(t, Options{})
	var all []Session
	for i, n := range []Session{
		{Title: "Übung am Morgen", Exercise: "thoracic-roll", Tags: []string{"Anna", "week 1"}, DurationS: p(60.0), Score: p(50.0), Worst: &Worst{0, 1, "x", "pace"}},
		{Title: "evening", SourceName: "IMG_100%.MOV", Exercise: "lats", Tags: []string{"anna"}, DurationS: p(30.0), Worst: &Worst{0, 9, "x", "pace"}},
		{Title: "胸椎", Kind: Live, Exercise: "thoracic-roll", Score: p(90.0), Worst: &Worst{0, 1, "x", "safety"}},
		{Title: "Deleted", Exercise: "lats", Tags: []string{"gone"}},
	} {
		n.Created = noon.Add(time.Duration(i) * time.Minute)
		all = append(all, create(t, s, n))
	}
	if _, err := s.Delete(t.Context(), all[3].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddNote(t.Context(), all[0].ID, Note{T: 1, Text: "Elbows\nhigher!"}); err != nil {
		t.Fatal(err)
	}
	c.now = noon.Add(time.Hour)
	for name, tt := range map[string]struct {
		q    Query
		want []int
	}{
		"everything, newest first":  {Query{}, []int{2, 1, 0}},
		"oldest first":              {Query{Ascending: true}, []int{0, 1, 2}},
		"trash":                     {Query{Trash: true}, []int{3}},
		"title without accents":     {Query{Text: "UBUNG"}, []int{0}},
		"all words":                 {Query{Text: "morgen anna"}, []int{0}},
		"no wildcards":              {Query{Text: "100%"}, []int{1}},
		"no wildcard matches":       {Query{Text: "img%mov"}, nil},
		"notes":                     {Query{Text: "elbows higher"}, []int{0}},
		"Chinese":                   {Query{Text: "椎"}, []int{2}},
		"tag":                       {Query{Tag: "anna"}, []int{1}},
		"exercise":                  {Query{Exercise: "thoracic-roll"}, []int{2, 0}},
		"kind":                      {Query{Kind: Live}, []int{2}},
		"title sorted":              {Query{Sort: SortTitle, Ascending: true}, []int{1, 0, 2}},
		"score, unknown last":       {Query{Sort: SortScore}, []int{2, 0, 1}},
		"score up, unknown last":    {Query{Sort: SortScore, Ascending: true}, []int{0, 2, 1}},
		"duration":                  {Query{Sort: SortDuration}, []int{0, 1, 2}},
		"worst: grave, then long":   {Query{Sort: SortWorst}, []int{2, 1, 0}},
		"a part":                    {Query{Limit: 1, Offset: 1}, []int{1}},
		"text that would be syntax": {Query{Text: `' OR 1=1 -- "`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.List(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, i := range tt.want {
				want = append(want, all[i].ID)
			}
			if !slices.Equal(ids(got.Sessions), want) {
				t.Errorf("got %v, want %v", ids(got.Sessions), want)
			}
			if total := got.Total; tt.q.Limit == 0 && total != len(want) || tt.q.Limit > 0 && total != 3 {
				t.Errorf("total %d", total)
			}
			if diff := cmp.Diff([]Count{{"thoracic-roll", 2}, {"lats", 1}}, got.Exercises); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]Count{{"Anna", 1}, {"anna", 1}, {"week 1", 1}}, got.Tags); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTrend(t *testing.T) {
	s, _ := open(t, Options{})
	create(t, s, Session{Exercise: "other"})
	late := create(t, s, Session{Exercise: "lats", Created: noon.Add(time.Hour), DurationS: p(90.0), Outcome: &Outcome{coach.ZoneTimes{Neck: 1}, 2}, Tags: []string{"a"}})
	early := create(t, s, Session{Exercise: "lats", Created: noon})
	create(t, s, Session{Exercise: "lats", State: Failed})
	got, err := s.Trend(t.Context(), "lats", "")
	want := []Point{{ID: early.ID, Created: noon}, {ID: late.ID, Created: noon.Add(time.Hour), Minutes: p(1.5), TimeInZoneS: &coach.ZoneTimes{Neck: 1}, SpeedOverS: p(2.0)}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err := s.Trend(t.Context(), "", "a"); err != nil || len(got) != 1 || got[0].ID != late.ID {
		t.Errorf("%v: %+v", err, got)
	}
}

// filled makes a library of so many sessions.
func filled(b *testing.B, count int) *Store {
	s, _ := open(b, Options{})
	words := strings.Fields("morning evening Anna Bernd thoracic before after week first second knee shoulder coach visit")
	for i := range count {
		create(b, s, Session{
			Title: fmt.Sprintf("%s %s %d", words[i%14], words[i/14%14], i), SourceName: fmt.Sprintf("IMG_%04d.MOV", i), Exercise: []string{"thoracic-roll", "lats", "glutes"}[i%3],
			Created: noon.Add(time.Duration(i) * time.Minute), DurationS: p(float64(i % 600)), Score: p(float64(i % 100)),
			Worst: &Worst{1, float64(i % 50), "roller_too_low", "safety"}, Tags: []string{words[i%14], words[i/7%14]},
		})
	}
	return s
}

// BenchmarkList lists a library of 5000 sessions: 60 of them, with the counts of tags and exercises.
func BenchmarkList(b *testing.B) {
	s := filled(b, 5000)
	for name, q := range map[string]Query{
		"newest": {Limit: 60}, "search": {Text: "anna coach", Limit: 60}, "worst": {Sort: SortWorst, Limit: 60, Offset: 4000},
		"filter": {Exercise: "lats", Tag: "Anna", Sort: SortTitle, Ascending: true, Limit: 60}, "everything": {Limit: 500},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(context.Background(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
