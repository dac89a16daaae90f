package exercise

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"pgregory.net/rapid"
)

// world gives expressions values; what is not in it is not known.
type world struct {
	numbers map[Name]float64
	texts   map[Name]string
}

func (w *world) Number(name Name) (float64, bool) {
	v, ok := w.numbers[name]
	return v, ok
}

func (w *world) Text(name Name) string { return w.texts[name] }

// compiled compiles an expression that has to be good.
func compiled(t testing.TB, source string) *node {
	t.Helper()
	n, err := compile(source, []string{"away", "rolling"})
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return n
}

func TestExpressions(t *testing.T) {
	w := &world{
		numbers: map[Name]float64{"s": 0.8, "on_roller": 0.9, "speed_cm_s": -3, "knee_deg": 90, "phase_s": 2, "rep": 3, "hip_lift_l": 0},
		texts:   map[Name]string{"posture": "supine", "phase": "rolling"},
	}
	for source, want := range map[string]any{
		"s":                                      0.8,
		"-speed_cm_s":                            3.0,
		"+speed_cm_s":                            -3.0,
		"abs(speed_cm_s)":                        3.0,
		"speed_cm_s | abs()":                     3.0,
		"min(knee_deg, 80, 100)":                 80.0,
		"max(knee_deg, 80)":                      90.0,
		"2 * s + 1":                              2.6,
		"s / 2 - .1":                             0.30000000000000004,
		"knee_deg / 0":                           nil,
		"knee_deg / hip_lift_l":                  nil,
		"shk_deg":                                nil,
		"max(shk_deg, knee_deg)":                 nil,
		"true":                                   True,
		"not true":                               False,
		"!false":                                 True,
		"on_roller >= 0.5 and abs(speed_cm_s)>1": True,
		"on_roller < 0.5 or s > 1":               False,
		"0.5 <= s < 0.9":                         True,
		"s == 0.8":                               True,
		"s != 0.8":                               False,
		"rep == 3 && phase_s > 1":                True,
		"shk_deg > 90":                           Unknown,
		"90 > shk_deg":                           Unknown,
		"shk_deg > 90 and s > 1":                 False,
		"s > 1 and shk_deg > 90":                 False,
		"shk_deg > 90 and s < 1":                 Unknown,
		"shk_deg > 90 or s < 1":                  True,
		"s < 1 || shk_deg > 90":                  True,
		"shk_deg > 90 or s > 1":                  Unknown,
		"s > 1 or shk_deg > 90":                  Unknown,
		"not (shk_deg > 90)":                     Unknown,
		`posture == "supine"`:                    True,
		`posture != 'supine'`:                    False,
		`posture in ["prone", "supine"]`:         True,
		`posture not in ["prone", "supine"]`:     False,
		`arms == "crossed"`:                      Unknown,
		`arms != "crossed"`:                      Unknown,
		`arms in ["crossed", "behind_head"]`:     Unknown,
		`phase == "rolling" and phase_s >= 1.5`:  True,
		`phase == "away" or arms == "crossed"`:   Unknown,
	} {
		n := compiled(t, source)
		if !n.op.isNumber() {
			if got := n.evalTruth(w); got != want {
				t.Errorf("%s is %v, want %v", source, got, want)
			}
			continue
		}
		got, known := n.evalNumber(w)
		if f, ok := want.(float64); known != ok || ok && math.Abs(got-f) > 1e-12 {
			t.Errorf("%s is %v, %v, want %v", source, got, known, want)
		}
	}
}

func TestBadExpressionsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		source string
		at     int
		reason string
	}{
		{"", 0, "missing"},
		{" \n", 0, "missing"},
		{strings.Repeat("1+", 200) + "1", 0, "characters"},
		{"1" + strings.Repeat("+1", 70), -1, "nodes"},
		{"s >=", -1, "unexpected token"},
		{"(s", -1, ""},
		{"moood > 1", 0, `no variable "moood"`},
		{"s > 1 and knee_degs > 90", 10, `did you mean "knee_deg"?`},
		{"s > 1 and s", -1, "mismatched types"},
		{"s and true", -1, "mismatched types number and true or false"},
		{"s > 'a'", -1, "mismatched types number and text"},
		{"not s", -1, "mismatched type"},
		{"posture", 0, "posture is text"},
		{`posture == "flying"`, 11, `never "flying"; it is one of supine`},
		{`posture in ["supine", "flying"]`, 22, "never"},
		{`posture in []`, 8, "a list"},
		{`posture == arms`, 8, "text in quotes"},
		{`"supine" == posture`, 0, "can only be compared with a variable"},
		{`posture < "supine"`, 8, "compared with =="},
		{`posture contains "up"`, -1, "compared with =="},
		{`phase == "flying"`, 9, "one of away, rolling"},
		{"s % 2 == 0", -1, "mismatched types"},
		{"s ** 2 > 1", 2, `"**" is not allowed`},
		{"s > 1 ? 1 : 2", -1, "not allowed here"},
		{"len([1])", 0, "no function len"},
		{"abs(s, s)", -1, ""},
		{"min(s)", -1, "two or more"},
		{"max([s, 1], 2)", -1, "not allowed here"},
		{"let x = 1; x > 0", -1, "not allowed here"},
		{"[1, 2] == [1, 2]", -1, "not allowed here"},
		{"nil", -1, "not allowed here"},
		{"s in 1..3", -1, "not allowed here"},
		{"$env.s > 1", -1, "not allowed here"},
		{"knee_deg + hip_lift_l", 9, "deg and L cannot be added or subtracted"},
		{"knee_deg > speed_cm_s", 9, "deg and cm/s cannot be compared"},
		{"max(knee_deg, s)", 0, "cannot be compared"},
		{"on_roller >= 5", 10, "never true: the left side lies between 0 and 1"},
		{"abs(speed_cm_s) >= 0", 16, "always true"},
		{"on_roller + 1 > 2", 14, "never true"},
		{"1 < 2", 2, "always true"},
		{"on_roller == 3", 10, "never true"},
		{"1e400 > s", -1, ""},
	} {
		n, err := compile(tt.source, []string{"away", "rolling"})
		var fault *expressionError
		if !errors.As(err, &fault) || n != nil || !strings.Contains(fault.reason, tt.reason) {
			t.Errorf("%q: got %v, want it to say %q", tt.source, err, tt.reason)
			continue
		}
		if tt.at >= 0 && fault.at != tt.at {
			t.Errorf("%q: the fault is said to be at %d, want %d: %v", tt.source, fault.at, tt.at, err)
		}
	}
}

// An expression's fault is told with the line and column in the file, however the text is written there.
func TestThePlaceOfAnExpressionsFault(t *testing.T) {
	const there = "      - 'on_roller >= 0.5'\n"
	for _, tt := range []struct {
		name, text   string
		line, column int
	}{
		{"single quotes", "      - 'on_roller >= 0.5 and moood > 1'\n", 66, 31},
		{"double quotes", "      - \"on_roller >= 0.5 and moood > 1\"\n", 66, 31},
		{"plain", "      - on_roller >= 0.5 and moood > 1\n", 66, 30},
		{"on the next lines", "      - >-\n        on_roller >= 0.5\n        and moood > 1\n", 66, 9},
		{"with signs written twice", "      - 'posture == ''supine'' and moood > 1'\n", 66, 9},
	} {
		_, err := Parse("small.yaml", []byte(strings.Replace(good(t), there, tt.text, 1)))
		e := faultThatSays(err, `no variable "moood"`)
		if e == nil || e.Line != tt.line || e.Column != tt.column || e.Key != "checks[0].while[1]" {
			t.Errorf("%s: got %v, want it at %d:%d", tt.name, err, tt.line, tt.column)
		}
	}
}

func TestExpressionsDoNotAllocate(t *testing.T) {
	w := &world{numbers: map[Name]float64{"s": 0.8, "speed_cm_s": -3, "knee_deg": 90}, texts: map[Name]string{"posture": "supine"}}
	test := Test{root: compiled(t, `s > 0.5 and (max(abs(speed_cm_s), 2) < 5 or shk_deg > 90) and posture in ["prone", "supine"]`)}
	number := Measure{root: compiled(t, "max(knee_deg, 90) / 2 - shk_deg")}
	if n := testing.AllocsPerRun(100, func() { test.Of(w); number.Of(w) }); n != 0 {
		t.Errorf("%g allocations, want none", n)
	}
	if test.Of(w) != True {
		t.Error("the test is not true")
	}
}

func TestWhatNobodyCompiledIsUnknown(t *testing.T) {
	if got := (Test{source: "true"}).Of(&world{}); got != Unknown {
		t.Errorf("got %v", got)
	}
	if _, known := (Measure{source: "1"}).Of(&world{}); known {
		t.Error("a number is known")
	}
}

// someNumber and someTruth draw expressions that are well typed; units are kept apart by using two variables of one.
func someNumber(t *rapid.T, depth int) string {
	if depth == 0 { // with points: the library does not compare a whole number with min of another kind
		return rapid.SampledFrom([]string{"s", "hip_lift_l", "ear_height_l", "0.5", "2.0", "-1.0"}).Draw(t, "leaf")
	}
	a, b := someNumber(t, depth-1), someNumber(t, depth-1)
	return fmt.Sprintf(rapid.SampledFrom([]string{
		"(%s + %s)", "(%s - %s)", "min(%s, %s)", "max(%s, %s)", "(abs(%s) + %s)", "(-(%s) - %s)", "(%s * 2.0 + %s / 3.0)",
	}).Draw(t, "sum"), a, b)
}

func someTruth(t *rapid.T, depth int) string {
	if depth == 0 {
		if rapid.Bool().Draw(t, "text") {
			return rapid.SampledFrom([]string{`posture == "prone"`, `posture != "supine"`, `posture in ["side", "prone"]`, "true"}).Draw(t, "about text")
		}
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(t, "compare")
		return fmt.Sprintf("(%s %s %s)", someNumber(t, 1), op, someNumber(t, 1))
	}
	a, b := someTruth(t, depth-1), someTruth(t, depth-1)
	return fmt.Sprintf(rapid.SampledFrom([]string{"(%s and %s)", "(%s or %s)", "(not (%s) and %s)", "(%s or not (%s))"}).Draw(t, "join"), a, b)
}

// someWorld draws values of the variables; every one of them is known.
func someWorld(t *rapid.T) *world {
	x := rapid.Float64Range(-0.5, 1.5)
	return &world{
		numbers: map[Name]float64{"s": x.Draw(t, "s"), "hip_lift_l": x.Draw(t, "hip"), "ear_height_l": x.Draw(t, "ear")},
		texts:   map[Name]string{"posture": rapid.SampledFrom([]string{"supine", "prone", "side"}).Draw(t, "posture")},
	}
}

// Where everything is known, expressions come to what the library's own machine makes of them.
func TestExpressionsAgreeWithTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := someTruth(t, rapid.IntRange(0, 2).Draw(t, "depth"))
		n, err := compile(source, nil)
		if err != nil { // a comparison that always comes out the same
			t.Skip(err)
		}
		w := someWorld(t)
		env := environment()
		for k, v := range w.numbers {
			env[string(k)] = v
		}
		env["posture"] = w.texts["posture"]
		program, err := expr.Compile(source, expr.Env(env))
		if err != nil {
			t.Fatal(err)
		}
		want, err := expr.Run(program, env)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.evalTruth(w); got != truthOf(want.(bool)) {
			t.Fatalf("%s is %v, the library says %v", source, got, want)
		}
	})
}

// What is decided while something is unknown stays so whatever the unknown turns out to be.
func TestWhatIsDecidedStaysDecided(t *testing.T) {
	decided := 0
	rapid.Check(t, func(t *rapid.T) {
		n, err := compile(someTruth(t, rapid.IntRange(0, 2).Draw(t, "depth")), nil)
		if err != nil {
			t.Skip(err)
		}
		w := someWorld(t)
		whole := n.evalTruth(w)
		for _, name := range []Name{"s", "hip_lift_l", "ear_height_l"} {
			if rapid.Bool().Draw(t, "unknown") {
				delete(w.numbers, name)
			}
		}
		if rapid.Bool().Draw(t, "unknown") {
			delete(w.texts, "posture")
		}
		part := n.evalTruth(w)
		if whole == Unknown || part != Unknown && part != whole {
			t.Fatalf("%v with something unknown, %v with everything known", part, whole)
		}
		if part != Unknown {
			decided++
		}
	})
	if decided == 0 {
		t.Error("nothing was ever decided")
	}
}

func FuzzExpression(f *testing.F) {
	for _, s := range []string{
		"s > 0.5 and not (abs(speed_cm_s) < 1)", `posture in ["supine"]`, "((((((", "1..", "a?.b", "s|abs()", "let x = 1; x", "#", "`", "0x1p-2 < s", "filter([1], # > 0)", "if s > 1 { 1 } else { 2 }",
	} {
		f.Add(s)
	}
	w := &world{numbers: map[Name]float64{"s": 0.8, "speed_cm_s": 1}, texts: map[Name]string{"posture": "supine"}}
	f.Fuzz(func(t *testing.T, source string) {
		n, err := compile(source, []string{"away"})
		if err != nil {
			var fault *expressionError
			if !errors.As(err, &fault) || fault.at < 0 || fault.at > utf8.RuneCountInString(source) || fault.reason == "" {
				t.Fatalf("%q: %#v", source, err)
			}
			return
		}
		if n.op.isNumber() {
			if v, known := n.evalNumber(w); known && !finite(v) {
				t.Fatalf("%q is known to be %v", source, v)
			}
		} else if n.evalTruth(w) > True {
			t.Fatalf("%q is neither true nor false nor unknown", source)
		}
	})
}
