package setup

import "github.com/rollwell/rollwell/internal/words"

// reason says why a line stands as it does: it chooses the words.
type reason uint8

const (
	nothingYet reason = iota // nobody could judge it so far
	noPerson
	fine
	dark
	blurred
	tooFar
	tooNear
	headOut
	feetOut
	trunkOut
	notLying
	oblique
	toHead
	toFeet
	floorCut
	rollerCut
	rollerUnseen
	rollerSize
	reasons // how many there are
)

// names are what the lines are called in internal/words, by their place in ids.
var names = [len(ids)][reasons]string{
	{nothingYet: "setup.light.looking", fine: "setup.light.fine", dark: "setup.light.dark", blurred: "setup.light.blurred"},
	{
		nothingYet: "setup.distance.looking", noPerson: "setup.distance.no_person", fine: "setup.distance.fine",
		tooFar: "setup.distance.too_far", tooNear: "setup.distance.too_near",
	},
	{
		nothingYet: "setup.whole_body.looking", noPerson: "setup.whole_body.no_person", fine: "setup.whole_body.fine",
		headOut: "setup.whole_body.head_out", feetOut: "setup.whole_body.feet_out", trunkOut: "setup.whole_body.trunk_out",
	},
	{
		nothingYet: "setup.side_on.looking", noPerson: "setup.side_on.no_person", notLying: "setup.side_on.not_lying",
		fine: "setup.side_on.fine", oblique: "setup.side_on.oblique",
		toHead: "setup.side_on.to_head", toFeet: "setup.side_on.to_feet",
	},
	{
		nothingYet: "setup.floor.looking", noPerson: "setup.floor.no_person", fine: "setup.floor.fine",
		floorCut: "setup.floor.floor_cut", rollerCut: "setup.floor.roller_cut",
	},
	{
		nothingYet: "setup.roller.looking", noPerson: "setup.roller.no_person", notLying: "setup.roller.not_lying",
		fine: "setup.roller.fine", rollerUnseen: "setup.roller.unseen", rollerSize: "setup.roller.size",
	},
}

// table is all lines in one language, by their place in ids and by reason. It is made once for each language, so that
// a frame costs no look-up.
type table [len(ids)][reasons]words.Line

func newTable(language string) *table {
	var t table
	speaker := words.Localizer(language)
	for i := range names {
		for why, name := range names[i] {
			if name != "" {
				t[i][why] = speaker.Line(name)
			}
		}
	}
	return &t
}
