package demo

// The films of the demo whose titles are English. The films and all names in them are made up.
var englishFilms = []film{
	{
		"The Lighthouse Hour", "Fantasy", 98, "lighthouse", "tide", "Ada Penrose=the keeper, Tobias Lund=the voice",
		"Every night, for one hour, a keeper can talk to the ship that never came back. Tonight the ship asks her to put out the light.",
		[]string{
			"One hour is enough|The sea does most of the acting and it is very good.",
			"They do make them like this|Real lamps, real fog, real patience.",
			"등대와 통화하기|한 시간이 이렇게 짧을 수가 있나. 불이 꺼질 때 나도 눈을 감았다.",
		},
	},
	{
		"Signal Nine", "SF", 121, "orbit", "tide", "Mara Quill=the engineer, Idris Okoye=mission control",
		"A radio engineer hears her own voice from nine days ahead. It gives her the weather, the lottery numbers, and a warning about the man beside her.",
		[]string{
			"Nine days is plenty|The rare time-travel film with rules that hold.",
			"무전기 너머|시간 여행 영화 중에 제일 조용하고 제일 무섭다.",
		},
	},
	{
		"Paper Tigers of Incheon", "Crime", 117, "noir", "tea", "Jun Aster=the hand, Sol Baek=the eye",
		"Two forgers agree on one last job, and on nothing else. The painting they are to copy turns out to be one of their own.",
		[]string{
			"A caper with manners|Nobody shouts and everybody lies. Splendid.",
			"위조된 우정|그림은 가짜인데 우정은 진짜다.",
		},
	},
	{
		"Eleven Doors", "Horror", 101, "corridor", "blood", "Ines Vale=the tenant, Wyn Harrow=the landlord",
		"A house has one door more each morning. Nobody has opened the eleventh, but something has begun to knock, from this side.",
		[]string{
			"Do not open|Counted the doors of my flat afterwards. Twice.",
			"문이 하나 더|집에 와서 문 개수를 세어 봤다. 하나가 많은 것 같다.",
		},
	},
	{
		"Kite Season", "Adventure", 93, "kites", "sand", "Tomas Rell=the boy, Lucinda Marsh=the rival",
		"A village wagers its harvest on a kite fight. The boy who must win it has never cut a string in his life.",
		[]string{
			"Lighter than air|A film you can see the wind in.",
			"바람이 보인다|연싸움이 이렇게 박진감 넘칠 줄이야.",
		},
	},
	{
		"Orchestra for One", "Music", 110, "record", "plum", "Lena Ost=the page-turner, Pavel Aronov=the soloist",
		"When the orchestra leaves on strike, the page-turner stays and learns every part. She has until Saturday and only two hands.",
		[]string{
			"Bravo to the page-turner|For everybody who ever sat in the second row of life.",
			"모든 파트를 외운 사람|마지막 연주에서 일어설 뻔했다.",
		},
	},
	{
		"The Cartographer's Daughter", "Adventure", 128, "mountains", "tea", "Nell Fairweather=Wren, Oskar Brandt=her father",
		"Her father drew a river that is not there. Twenty years later she follows it, and it begins to rain.",
		[]string{
			"Drawn true|The map in the last shot made the whole row gasp.",
			"지도에 없는 강|모험 영화의 탈을 쓴 부녀 이야기. 지도 소품 하나 갖고 싶다.",
		},
	},
	{
		"Saltwater Kings", "Drama", 119, "waves", "sky", "Roan Teague=the elder, Fin Teague=the younger",
		"Two brothers inherit a trawler and a feud. The sea offers to settle both.",
		[]string{
			"Diesel and grief|You can smell the engine room. Magnificent sound.",
			"형제와 바다|말 안 통하는 형제를 가진 사람이라면 꼭.",
		},
	},
	{
		"Neon Orchard", "SF", 115, "grid", "neon", "Kit Amara=the grafter, Juno Vance=the buyer",
		"In a city that has not seen a tree in sixty years, a smuggler grafts cuttings by the light of shop signs. One of them bears fruit, and everybody wants a bite.",
		[]string{
			"Glow fruit|A cyberpunk film about gardening. I am in love.",
			"사과 한 입|네온 아래에서 자라는 나무라니, 이미지 하나로 이기고 들어가는 영화.",
		},
	},
	{
		"The Understudy's Alibi", "Mystery", 106, "portrait", "plum", "Beatrix Coyle=the understudy, Hal Dunmore=the inspector",
		"The leading lady is dead, four hundred people saw the understudy on stage, and the inspector was in the front row. Still he is not convinced, and still he applauds.",
		[]string{
			"Curtain call|The solution was announced in the first line of dialogue. I hate it. I adore it.",
			"기립 박수|추리극이면서 연극에 바치는 러브레터.",
		},
	},
	{
		"Half a Horizon", "War", 132, "sunset", "ember", "Samuel Reyes=the medic, Ansel Ford=the captain",
		"A medic with one good eye counts the living across forty miles of desert. The number is the only thing he is still allowed to send home.",
		[]string{
			"Counting|No heroics, only arithmetic. It broke me.",
			"절반의 지평선|포스터가 예뻐서 봤다가 며칠을 앓았다.",
		},
	},
	{
		"Last Bus to Marigold", "Comedy", 91, "road", "riso", "Dot Pemberton=Gran, Asif Rahman=the driver",
		"A retirement home hijacks its own outing. The driver only notices after the second border.",
		[]string{
			"Gran for president|I have not laughed like this in a cinema for years.",
			"할머니들의 질주|마지막 휴게소 장면, 배꼽 조심.",
		},
	},
	{
		"Quiet as Copper", "Western", 125, "road", "ember", "Hester Cole=the widow, Amos Pike=the marshal",
		"A deaf gunslinger rides into a town that has agreed never to speak of what it did. She reads it from their lips.",
		[]string{
			"Silence, then thunder|The duel plays without a sound, and you will hear it for days.",
			"소리 없는 결투|무음 결투 장면은 교과서에 실려야 한다.",
		},
	},
	{
		"Moth Season", "Horror", 94, "forest", "plum", "Isolde Grey=the sister, Callum Roe=the ranger",
		"They come to the porch light every June. This year they are spelling something.",
		[]string{
			"Leave the light off|The moth wall. That is all. The moth wall.",
			"불을 끄세요|나방이 글씨를 쓴다는 발상만으로 이미 끝났다.",
		},
	},
	{
		"The Retouched", "Thriller", 108, "portrait", "blood", "Noor Haddad=the forger of faces, Lucas Wren=the client",
		"A retoucher who removes people from photographs finds herself missing from her own.",
		[]string{
			"Crop me out|Sleek, mean and very clever about pictures.",
			"사진에서 사라진 사람|보고 나서 사진첩을 뒤졌다. 다행히 있었다.",
		},
	},
	{
		"A Field Guide to Leaving", "Drama", 103, "garden", "mint", "Marguerite Bell=June, Theo Castellan=Sandy",
		"A botanist packs up thirty years of a marriage in the order of Linnaeus. Some things refuse to be classified.",
		[]string{
			"Pressed flowers|Wise and funny about the worst year of a life.",
			"떠나는 법|이별을 이렇게 학술적으로, 이렇게 아프게.",
		},
	},
	{
		"The Clockwork Heron", "Animation", 86, "sunset", "mint", "Pip Alder=Wick (voice), Maud Lacey=the heron (voice)",
		"A tinker's girl winds up a mechanical bird, which promptly migrates. She follows it over six kingdoms with one spare spring.",
		[]string{
			"Wind it up|Every frame could hang on a wall.",
			"태엽 새를 따라서|아이들 영화라고 하기엔 어른이 더 많이 울더라.",
		},
	},
	{
		"Velvet Static", "Music", 112, "grid", "dusk", "Roxy Tran=Vee, Dev Malhotra=the producer",
		"Summer of 1986. A pirate radio host plays the same unknown song every midnight, and a whole city starts looking for the singer.",
		[]string{
			"Turn it up|The song is so good that I understood the city completely.",
			"해적방송의 여름|사운드트랙 예약했습니다.",
		},
	},
	{
		"Three Shades of Rain", "Romance", 105, "umbrellas", "neon", "Emi Laurent=Claire, Jonah Sato=Ben",
		"They meet on the wettest day of three different decades, and share the same umbrella each time. It is not getting any younger either.",
		[]string{
			"Same umbrella|Old-fashioned in the best way.",
			"세 번의 비|우산 하나로 삼십 년을 건너는 솜씨.",
		},
	},
	{
		"Glass Harvest", "History", 129, "riso", "sand", "Brigid Moran=the blower, Eamon Shaw=the agent",
		"A glassblowers' village is asked for ten thousand windows by a king who wants to see everything. They begin to make mirrors.",
		[]string{
			"Shards|The mirror scene is pure cinema.",
			"유리를 수확하다|불 앞의 얼굴들이 렘브란트 그림 같다.",
		},
	},
	{
		"Sixty-Four Squares", "Documentary", 90, "swiss", "ink", "",
		"A chess club in a prison plays one game by post against a village of pensioners. It has lasted eleven years and neither side wants to win.",
		[]string{
			"Your move|Eleven years for forty moves, and I begrudged none of them.",
			"이기고 싶지 않은 체스|승부가 아니라 안부였다.",
		},
	},
	{
		"Moonlight Heist Club", "Crime", 113, "city", "violet", "Carmen Ruiz=the plan, Otis Bright=the van, Fay Lindqvist=the cello case",
		"Five insomniacs who met in a sleep clinic decide to do something useful with their nights.",
		[]string{
			"Wide awake|A heist film in pyjamas. Yes please.",
			"불면증 강도단|잠 못 드는 사람들의 연대가 이렇게 귀여울 일인가.",
		},
	},
	{
		"Iron Meridian", "Action", 116, "grid", "ember", "Zara Kone=the courier, Viktor Hale=the line",
		"A courier has eighteen hours to carry a suitcase along the longest railway on earth, against the direction of every train.",
		[]string{
			"All aboard|The roof-to-roof chase at dawn is worth the ticket twice.",
			"달리는 열차 위에서|액션이 리듬을 탄다. 음악보다 바퀴 소리.",
		},
	},
	{
		"Nine Storeys Down", "Action", 107, "city", "sky", "Mei Castor=the stuntwoman, Rafe Dolan=the double",
		"A retired stuntwoman must do in life the one fall that she refused on film.",
		[]string{
			"No wires|You can tell. My palms could tell.",
			"진짜로 떨어진다|스턴트우먼에게 바치는 최고의 헌사.",
		},
	},
}
