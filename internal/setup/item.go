// Package setup judges whether camera, light, body and roller are placed so that an exercise can be checked: the
// guide that a person follows before it begins. It is pure: the same readings give the same answers.
package setup

// ID names one thing that has to be right.
type ID string

// The things that have to be right, in the order in which a person mends them.
const (
	Light     ID = "light"      // enough of it, and a sharp picture
	Distance  ID = "distance"   // the body neither too small nor too large
	WholeBody ID = "whole_body" // head, trunk and legs inside the picture
	SideOn    ID = "side_on"    // the camera looks at the person's side
	Floor     ID = "floor"      // the floor under feet and roller is inside the picture
	Roller    ID = "roller"     // the roller has been found, or placed by hand
)

// State is how one thing stands.
type State uint8

// The states. The zero value is Unknown: what nobody could judge is neither praised nor corrected.
const (
	Unknown State = iota
	OK
	Bad
)

var stateNames = [...]string{"unknown", "ok", "bad"}

// String returns "unknown", "ok" or "bad".
func (s State) String() string { return stateNames[s] }

// MarshalText writes the state by its name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Item is one line of the guide.
type Item struct {
	ID    ID
	State State
	// Text is shown. Say is spoken when the line changes to this state or text; it is empty where there is nothing
	// worth a word.
	Text, Say string
}
