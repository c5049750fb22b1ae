package demo

import "github.com/cinecircle/cinecircle/user"

// member is an invented member of the demo.
type member struct {
	name   string
	age    int64
	gender user.Gender
	korean bool // writes in Korean
}

// members are in the order in which they join. The command suggests to sign in as the first one.
var members = []member{
	{"하늘", 27, user.Female, true},
	{"minjun", 34, user.Male, true},
	{"영화광", 41, user.Male, true},
	{"Clara", 29, user.Female, false},
	{"서연", 23, user.Female, true},
	{"old_reel", 58, user.Male, false},
	{"밤산책", 31, user.Male, true},
	{"popcorn_june", 26, user.Female, false},
	{"달그림자", 38, user.Female, true},
	{"Theo", 45, user.Male, false},
	{"자막없이", 36, user.Female, true},
	{"celluloid", 52, user.Male, false},
	{"은하수", 19, user.Female, true},
	{"마지막줄", 44, user.Male, true},
	{"nadia_k", 33, user.Female, false},
	{"초콜릿상영관", 24, user.Female, true},
	{"프레임", 30, user.Male, true},
	{"Big Sur", 39, user.Male, false},
	{"단관극장", 63, user.Male, true},
	{"soomin", 28, user.Female, true},
	{"크레딧끝까지", 35, user.Female, true},
	{"Kofi", 27, user.Male, false},
	{"조조할인", 21, user.Male, true},
	{"marisol", 48, user.Female, false},
	{"유월", 32, user.Female, true},
	{"35mm", 56, user.Male, false},
	{"별점인색", 40, user.Male, true},
	{"hana.s", 25, user.Female, true},
	{"느린호흡", 50, user.Female, true},
	{"Wren", 22, user.Female, false},
}
