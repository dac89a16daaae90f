package setup

import "github.com/rollwell/rollwell/internal/exercise"

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
	floorCut
	rollerCut
	rollerUnseen
)

// line is what is shown and said.
type line struct{ text, say string }

type key struct {
	id  ID
	why reason
}

// words are the guide's lines by language. Whatever a language lacks is said in exercise.DefaultLanguage.
var words = map[string]map[key]line{
	exercise.DefaultLanguage: {
		{Light, nothingYet}: {"Looking at the light", ""},
		{Light, fine}:       {"The light is good", "The light is good."},
		{Light, dark}:       {"Too dark: switch a light on", "It is too dark. Please switch a light on."},
		{Light, blurred}:    {"The picture is blurred: wipe the lens and keep the camera still", "The picture is blurred. Please wipe the lens."},

		{Distance, nothingYet}: {"Looking at the distance", ""},
		{Distance, noPerson}:   {"Step into the picture, so that the distance can be judged", ""},
		{Distance, fine}:       {"The distance is good", "The distance is good."},
		{Distance, tooFar}:     {"Too far away: bring the camera closer, to two or three metres", "You are too far away. Bring the camera closer."},
		{Distance, tooNear}:    {"Too close: move the camera back, to two or three metres", "You are too close. Move the camera back."},

		{WholeBody, nothingYet}: {"Looking for your whole body", ""},
		{WholeBody, noPerson}:   {"Step into the picture", "Please step into the picture."},
		{WholeBody, fine}:       {"Your whole body is in the picture", "Your whole body is in the picture."},
		{WholeBody, headOut}:    {"Your head is outside the picture: turn the camera, or move towards your feet", "Your head is outside the picture. Move towards your feet."},
		{WholeBody, feetOut}:    {"Your feet are outside the picture: turn the camera, or move towards your head", "Your feet are outside the picture. Move towards your head."},
		{WholeBody, trunkOut}:   {"Part of your body is outside the picture: move the camera back", "Part of you is outside the picture. Move the camera back."},

		{SideOn, nothingYet}: {"Looking from which side the camera sees you", ""},
		{SideOn, noPerson}:   {"Lie down, so that the side can be judged", ""},
		{SideOn, notLying}:   {"Lie down on your back, with your side to the camera", ""},
		{SideOn, fine}:       {"The camera sees you from the side", "The camera sees you from the side."},
		{SideOn, oblique}:    {"Turn until your side faces the camera", "Turn a little, until your side faces the camera."},

		{Floor, nothingYet}: {"Looking for the floor under you", ""},
		{Floor, noPerson}:   {"Step into the picture, so that the floor can be judged", ""},
		{Floor, fine}:       {"The floor is in the picture", "The floor is in the picture."},
		{Floor, floorCut}:   {"The floor under your feet is cut off: tilt the camera down", "I cannot see the floor under your feet. Tilt the camera down."},
		{Floor, rollerCut}:  {"The floor under the roller is cut off: tilt the camera down", "I cannot see the floor under the roller. Tilt the camera down."},

		{Roller, nothingYet}:   {"Looking for the roller", ""},
		{Roller, noPerson}:     {"Lie down with the roller across your back", ""},
		{Roller, notLying}:     {"Lie down with the roller across your back", ""},
		{Roller, fine}:         {"The roller is found", "I can see the roller."},
		{Roller, rollerUnseen}: {"No roller seen: drag the circle onto it", "I cannot see the roller. Roll a little, or drag the circle onto it."},
	},
}

// lineFor returns the words for a line, in the language if it has them.
func lineFor(language string, id ID, why reason) line {
	if l, ok := words[language][key{id, why}]; ok {
		return l
	}
	return words[exercise.DefaultLanguage][key{id, why}]
}
