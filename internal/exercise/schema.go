package exercise

import _ "embed"

//go:embed exercise.schema.json
var jsonSchema []byte

// JSONSchema returns the JSON Schema (2020-12) of exercise files and of files of shared checks, for editors. It tells
// less than the loader: what a file may look like, not whether it makes sense.
func JSONSchema() []byte { return append([]byte(nil), jsonSchema...) }
