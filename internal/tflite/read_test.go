package tflite

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadExpandsConstantsAndKeepsTheRest(t *testing.T) {
	g, err := Read(build(smallModel()))
	if err != nil {
		t.Fatal(err)
	}
	want := []Operator{{
		Kind: Conv2D, Inputs: []int{0, 3, 4}, Outputs: []int{5},
		Options: Options{StrideH: 2, StrideW: 2, DilationH: 1, DilationW: 1, Activation: ReLU6},
	}}
	if diff := cmp.Diff(want, g.Operators); diff != "" {
		t.Errorf("operators (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float32{1, 0, 0, -2, 0.5, 1}, g.Tensors[3].Floats); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float32{7, 8, 9}, g.Tensors[4].Floats); diff != "" {
		t.Errorf("bias (-want +got):\n%s", diff)
	}
	if got := g.Tensors[5]; got.Name != "result" || got.Constant() || got.Elements() != 12 {
		t.Errorf("result is %+v", got)
	}
}

// TestReadRefuses spoils the small model in one place each.
func TestReadRefuses(t *testing.T) {
	subgraph := func(m fields) fields { return m[2].(tables)[0] }
	tensor := func(m fields, i int) fields { return subgraph(m)[0].(tables)[i] }
	operator := func(m fields, i int) fields { return subgraph(m)[3].(tables)[i] }
	csr := func(m fields) fields { return tensor(m, 1)[6].(fields)[2].(tables)[3] }
	tests := map[string]struct {
		spoil func(m fields)
		is    error
		says  string
	}{
		"two subgraphs":          {func(m fields) { m[2] = append(m[2].(tables), fields{}) }, ErrUnsupported, "2 subgraphs"},
		"tensor without buffer":  {func(m fields) { tensor(m, 0)[2] = int32(9) }, ErrMalformed, "buffer 9 of 3"},
		"negative dimension":     {func(m fields) { tensor(m, 0)[0] = ints{1, -4} }, ErrMalformed, "impossible shape [1 -4]"},
		"enormous shape":         {func(m fields) { tensor(m, 1)[0] = ints{1 << 20, 1 << 20, 1, 1} }, ErrMalformed, "impossible shape"},
		"nine dimensions":        {func(m fields) { tensor(m, 0)[0] = make(ints, 9) }, ErrUnsupported, "9 dimensions"},
		"too few bytes":          {func(m fields) { tensor(m, 4)[0] = ints{4} }, ErrMalformed, `"bias" of shape [4]`},
		"graph input out of set": {func(m fields) { subgraph(m)[1] = ints{6} }, ErrMalformed, "tensor 6 of 6"},
		"operator reads nothing": {func(m fields) { operator(m, 2)[1] = ints{0, 99} }, ErrMalformed, "reads tensor 99"},
		"operator writes -1":     {func(m fields) { operator(m, 2)[2] = ints{-1} }, ErrMalformed, "writes tensor -1"},
		"operator code missing":  {func(m fields) { operator(m, 2)[0] = int32(3) }, ErrMalformed, "operator code 3 of 3"},
		"unknown operator":       {func(m fields) { m[1].(tables)[0] = fields{3: int32(77)} }, ErrUnsupported, "unknown kind 77"},
		"dequantize an image":    {func(m fields) { operator(m, 1)[1] = ints{0} }, ErrUnsupported, "not a floating-point constant"},
		"dequantize to another shape": {
			func(m fields) { tensor(m, 3)[0] = ints{3, 1, 1, 3} }, ErrMalformed,
			"turns shape [3 1 1 2] into [3 1 1 3]",
		},
		"traversal order": {func(m fields) { tensor(m, 1)[6].(fields)[0] = ints{0, 2, 1, 3} }, ErrUnsupported, "traversal order"},
		"block map":       {func(m fields) { tensor(m, 1)[6].(fields)[1] = ints{0} }, ErrUnsupported, "1 blocks"},
		"dense size": {
			func(m fields) { tensor(m, 1)[6].(fields)[2].(tables)[0][1] = int32(4) }, ErrMalformed,
			"has size 4",
		},
		"column out of row":      {func(m fields) { csr(m)[5] = fields{0: shorts{0, 1, 0, 2}} }, ErrMalformed, "column 2 of 2"},
		"rows run backwards":     {func(m fields) { csr(m)[3] = fields{0: bytes8{0, 3, 2, 4}} }, ErrMalformed, "row 1"},
		"rows past the values":   {func(m fields) { csr(m)[3] = fields{0: bytes8{0, 1, 2, 5}} }, ErrMalformed, "row 2"},
		"row bound missing":      {func(m fields) { csr(m)[3] = fields{0: bytes8{0, 1, 4}} }, ErrMalformed, "3 row bounds for 3 rows"},
		"unknown index type":     {func(m fields) { csr(m)[2] = int8(4) }, ErrUnsupported, "index type 4"},
		"index vector missing":   {func(m fields) { delete(csr(m), 3) }, ErrMalformed, "missing"},
		"sparse and far too big": {func(m fields) { tensor(m, 1)[0] = ints{3, 1, 1, 1 << 28} }, ErrUnsupported, "times the file's length"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := smallModel()
			test.spoil(m)
			_, err := Read(build(m))
			if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %v saying %q", err, test.is, test.says)
			}
		})
	}
}

func TestReadNamesForeignFiles(t *testing.T) {
	for name, file := range map[string][]byte{
		"empty": nil, "short": []byte("TFL3"), "text": []byte("once upon a time there was a text file"),
		"page": []byte("<!DOCTYPE html><title>not found</title>"),
	} {
		if _, err := Read(file); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: got %v, want ErrForeign", name, err)
		}
	}
}

// TestReadNeverAcceptsATruncatedFile cuts the file at every length: each cut
// loses something that is needed, except at the end of unused padding.
func TestReadNeverAcceptsATruncatedFile(t *testing.T) {
	file := build(smallModel())
	for n := range len(file) {
		_, err := Read(file[:n])
		if n >= 8 && err == nil {
			t.Fatalf("the first %d of %d bytes were accepted", n, len(file))
		}
		if n >= 8 && !errors.Is(err, ErrTruncated) {
			t.Fatalf("the first %d of %d bytes give %v, want ErrTruncated", n, len(file), err)
		}
	}
}

// TestFloat16 compares with the definition of the format for every number.
func TestFloat16(t *testing.T) {
	for h := range 1 << 16 {
		sign, exponent, fraction := float64(1-2*(h>>15)), h>>10&0x1f, float64(h&0x3ff)/1024
		want := sign * math.Ldexp(1+fraction, exponent-15)
		switch {
		case exponent == 0:
			want = sign * math.Ldexp(fraction, -14)
		case exponent == 31 && fraction == 0:
			want = math.Inf(int(sign))
		case exponent == 31:
			want = math.NaN()
		}
		got := float64(fromFloat16(uint16(h)))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("%#04x is %g, want %g", h, got, want)
		}
		if math.Signbit(got) != (h>>15 == 1) && !math.IsNaN(got) {
			t.Fatalf("%#04x lost its sign", h)
		}
	}
}

// FuzzRead: any bytes give an error or a graph that keeps its promises.
func FuzzRead(f *testing.F) {
	file := build(smallModel())
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Add([]byte("\x08\x00\x00\x00TFL3"))
	loop := append([]byte{}, file...)
	binary.LittleEndian.PutUint32(loop, 0xffffffff)
	f.Add(loop)
	f.Fuzz(func(t *testing.T, file []byte) {
		g, err := Read(file)
		if err != nil {
			return
		}
		total := 0
		for i, tensor := range g.Tensors {
			if tensor.Floats != nil && len(tensor.Floats) != tensor.Elements() {
				t.Errorf("tensor %d has %d elements for shape %v", i, len(tensor.Floats), tensor.Shape)
			}
			total += len(tensor.Ints)
		}
		if total*4 > maxExpansion*len(file) {
			t.Errorf("%d integers out of a file of %d bytes", total, len(file))
		}
		for _, op := range g.Operators {
			for _, tensor := range append(append([]int{}, op.Inputs...), op.Outputs...) {
				if tensor < -1 || tensor >= len(g.Tensors) {
					t.Errorf("operator %v names tensor %d of %d", op.Kind, tensor, len(g.Tensors))
				}
			}
		}
	})
}
