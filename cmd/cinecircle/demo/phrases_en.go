package demo

// englishPhrases are the sentences of members who write in English.
var englishPhrases = phrases{
	titles: [3][]string{
		{"Not for me", "Lovely poster", "Needs an editor", "I wanted to like it", "The trailer was better"},
		{"Half of a great film", "Good company", "Worth one evening", "Better than it had to be", "Almost", "Sunday afternoon material"},
		{"Stayed in my seat", "Just go and see it", "Already booked again", "Quietly enormous", "The real thing", "What a last shot", "Everything works", "Loved every minute"},
	},
	opening: [3][]string{
		{
			"A strong first reel that forgets where it was going.", "Everything gets explained, and then explained again.", "All mood and no motor.",
			"Twenty minutes shorter and I might have been kind.", "I checked the time, and then I checked it again.",
		},
		{
			"I expected little and got a pleasant evening.", "The first half has a lovely rhythm.", "Good-looking enough to be forgiven a lot.", "You know this story, but it is rarely told so neatly.",
			"Bored twice, delighted three times.", "We are still arguing about the ending.",
		},
		{
			"I sat through the credits without noticing.", "Not one shot that could be cut.", "The first time in ages that I did not look at my watch.", "The light alone is worth the ticket.",
			"A small story that leaves the world a little larger.", "It trusts its audience, and that is rarer than it should be.", "Skip the trailer and just go.",
			"On a second viewing it is even sadder, and much funnier.",
		},
	},
	actor: [3][]string{
		{"{a} fights hard, and the script does not help.", "{a} deserves better."},
		{"{a} is reliable as ever.", "It wakes up whenever {a} walks in.", "I came for {a} and was not disappointed."},
		{
			"{a} does almost nothing, and you see everything.", "I could watch {a} think for another hour.", "Where has {a} been all this time?", "The last look that {a} gives us is worth ten pages of dialogue.",
			"From now on I buy a ticket whenever {a} is in it.",
		},
	},
	genre: map[string]string{
		"SF": "Science fiction that cares about people.", "Action": "You can always tell who is where, which makes every blow count.", "Adventure": "It made me want to pack a bag.",
		"Animation": "Every frame looks made by hand.", "Comedy": "The jokes land, and then they come back.", "Crime": "The plan goes wrong beautifully.", "Documentary": "The camera keeps a respectful distance and misses nothing.",
		"Drama": "Nobody is the villain, and so it hurts.", "Family": "Take your parents.", "Fantasy": "It lets you live in its world instead of explaining it.", "History": "You can feel the weight of the coats.",
		"Horror": "It never shouts, and that is the worst of it.", "Music": "The music is not decoration, it is the plot.", "Mystery": "It plays fair.", "Romance": "It takes two hours to hold a hand, and they are the right two hours.",
		"Thriller": "It tightens and tightens and does not let go.", "War": "It refuses to make any of it look good.", "Western": "Even the dust can act.",
	},
	closing: [3][]string{
		{"Maybe on a small screen.", "I will give the next one a chance.", "The popcorn was excellent.", "It will be somebody's favourite, just not mine."},
		{"Worth seeing on a big screen.", "Mildly recommended.", "Once is fine.", "One scene to keep, the rest you can forget."},
		{"See it in a cinema.", "Stay until the lights come on.", "Walk home afterwards.", "I am going again tomorrow.", "I have had the music in my head for three days.", "Thank you, everybody who made this."},
	},
}
