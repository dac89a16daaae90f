// Package roller holds the weights of the roller finder. They are part of the program: whoever builds it has the very
// network that its thresholds were measured with.
package roller

import _ "embed"

// Weights is the network as an ONNX graph, operator set 11. README.md beside this file says what goes in and comes out.
//
//go:embed roller.onnx
var Weights []byte
