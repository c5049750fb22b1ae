package demo

import (
	"strings"

	"github.com/cinecircle/cinecircle/review"
)

// Reviews beside those that a film has of its own are put together from sentences: how it began, what of it stays,
// and what is to be done about it. {a} is somebody in the cast; {a이}, {a은} and {a을} carry the particle that
// fits the name; {role} is who they play.

// mood is what a member thinks of a film.
type mood int

const (
	cold mood = iota
	lukewarm
	warm
)

// phrases are the sentences of a language.
type phrases struct {
	titles, opening [3][]string // by mood
	actor           [3][]string // when the film has a cast
	genre           map[string]string
	closing         [3][]string
}

func (p *plan) compose(f film, m member, good float64) review.Draft {
	feeling := mood(min(2, int(3*(0.12+0.75*good+0.3*(p.r.Float64()-0.5)))))
	words := english
	if m.korean {
		words = korean
	}
	sentences := []string{p.pick(words.opening[feeling])}
	if cast := splitCast(f.cast); len(cast) > 0 && p.r.IntN(4) > 0 {
		who := cast[p.r.IntN(len(cast))]
		sentences = append(sentences, name(p.pick(words.actor[feeling]), who, m.korean))
	}
	if feeling > cold && p.r.IntN(2) == 0 {
		sentences = append(sentences, words.genre[f.genre])
	}
	if p.r.IntN(5) > 0 {
		sentences = append(sentences, p.pick(words.closing[feeling]))
	}
	return review.Draft{Title: p.pick(words.titles[feeling]), Content: strings.Join(sentences, " ")}
}

func (p *plan) pick(from []string) string { return from[p.r.IntN(len(from))] }

// name puts somebody of the cast into a sentence. Names in the other script are left as they are.
func name(sentence string, who part, inKorean bool) string {
	person := strings.TrimPrefix(strings.TrimPrefix(who.name, "voice of "), "목소리 ")
	replace := []string{"{a}", person, "{role}", who.role}
	if inKorean {
		replace = append(replace, "{a이}", person+particle(person, "이", "가"), "{a은}", person+particle(person, "은", "는"), "{a을}", person+particle(person, "을", "를"))
	}
	return strings.NewReplacer(replace...).Replace(sentence)
}

// particle is the one that fits the last sound of a word. Latin names go by their last letter, roughly.
func particle(word, afterConsonant, afterVowel string) string {
	last := []rune(word)[len([]rune(word))-1]
	if last >= 0xac00 && last <= 0xd7a3 {
		if (last-0xac00)%28 == 0 {
			return afterVowel
		}
		return afterConsonant
	}
	if strings.ContainsRune("bgklmnp", last) {
		return afterConsonant
	}
	return afterVowel
}

var korean = phrases{
	titles: [3][]string{
		{"기대가 너무 컸나", "예고편이 더 좋았다", "졸음과의 싸움", "취향은 아니었지만", "아쉬움이 남는다", "포스터는 예쁘다"},
		{"나쁘지 않은 두 시간", "한 번은 볼 만하다", "좋은데 뭔가 하나 빠진", "반은 훌륭하다", "주말 오후에 어울리는", "생각보다 괜찮다", "호불호가 갈릴 듯"},
		{"올해 최고", "여운이 길다", "한 번 더 보러 간다", "말을 아끼고 싶다", "극장에서 봐야 한다", "오래 기억할 장면들", "이런 영화를 기다렸다", "마음을 두고 왔다", "완벽한 엔딩", "조용히 강하다"},
	},
	opening: [3][]string{
		{
			"초반 삼십 분은 좋았는데 그 뒤로 길을 잃는다.", "설명이 너무 많아서 상상할 자리가 없다.", "좋은 재료로 너무 오래 끓였다.", "분위기는 있는데 이야기가 없다.",
			"친구 손에 끌려가서 봤는데 친구가 먼저 잤다.", "이십 분만 덜어 냈어도 좋은 영화였을 텐데.",
		},
		{
			"크게 기대하지 않았는데 시간이 금방 갔다.", "전반부의 리듬이 특히 좋다.", "화면이 예뻐서 많은 것을 용서하게 된다.", "이야기는 익숙하지만 만듦새가 단정하다.",
			"두 번쯤 지루했고 세 번쯤 감탄했다.", "결말에 대해서는 친구와 아직도 싸우는 중이다.", "첫 장면이 너무 좋아서 나머지가 손해를 본다.",
		},
		{
			"불이 켜지고도 한참을 앉아 있었다.", "첫 장면부터 끝까지 버릴 컷이 하나도 없다.", "오랜만에 극장에서 시계를 보지 않았다.", "빛을 쓰는 방식이 놀랍다.",
			"작은 이야기인데 보고 나면 세상이 조금 커져 있다.", "소리까지 연출한 영화. 침묵이 이렇게 다양할 수 있다니.", "이 감독이 무엇을 믿는지 알 것 같다.",
			"예고편도 보지 말고 가시길.", "두 번째 보니 첫 번째에 무엇을 놓쳤는지 보인다.", "웃기고 슬픈데 순서를 모르겠다.",
		},
	},
	actor: [3][]string{
		{"{a이} 고군분투하지만 각본이 도와주지 않는다.", "{a은} 이보다 좋은 작품을 만날 자격이 있다."},
		{"{a은} 언제나 믿을 만하다.", "{a이} 나오는 장면마다 화면이 살아난다.", "{a을} 보러 갔고, 그 점에서는 만족한다."},
		{
			"{a}의 얼굴이 오래 남는다.", "{a이} 이런 배우였나 싶다.", "{a은} 거의 아무것도 하지 않는데 다 보인다.", "{a}의 마지막 눈빛은 대사 열 줄보다 길다.",
			"{a을} 이렇게 쓸 줄 아는 감독이라니.", "이제 {a} 이름이 보이면 무조건 예매한다.",
		},
	},
	genre: map[string]string{
		"SF": "과학보다 사람에게 관심이 있는 SF라서 좋다.", "Action": "부딪히는 소리 하나하나가 다 들리는 액션.", "Adventure": "떠나고 싶어지는 영화다.",
		"Animation": "한 장면 한 장면이 그림책 같다.", "Comedy": "웃음의 타율이 높다.", "Crime": "계획이 틀어지는 순간부터가 진짜다.", "Documentary": "카메라가 사람을 존중한다.",
		"Drama": "아무도 악역이 아니어서 더 아프다.", "Family": "부모님과 보기를 권한다.", "Fantasy": "세계관을 설명하지 않고 살게 해 준다.", "History": "의상과 소품에 공이 들었다.",
		"Horror": "무섭게 하려고 소리를 지르지 않는다.", "Music": "음악이 장식이 아니라 이야기다.", "Mystery": "단서를 숨기지 않는 정직한 미스터리.", "Romance": "손 한 번 잡는 데 두 시간이 걸리는데 그게 좋다.",
		"Thriller": "긴장을 늦출 틈을 주지 않는다.", "War": "전쟁을 멋있게 찍지 않으려는 태도가 느껴진다.", "Western": "먼지까지 연기한다.",
	},
	closing: [3][]string{
		{"집에서 봤다면 달랐을지도.", "다음 작품을 기다려 보겠다.", "팝콘은 맛있었다.", "취향에 맞는 분도 분명 계실 것이다."},
		{"큰 화면으로 볼 이유는 충분하다.", "가볍게 추천한다.", "두 번은 안 봐도 될 것 같다.", "마음에 드는 장면 하나만 건져도 된다는 분께."},
		{"꼭 극장에서 보시길.", "엔딩 크레딧이 끝날 때까지 앉아 계세요.", "아무 말 없이 걷고 싶어지는 영화.", "내일 또 보러 간다.", "사운드트랙을 사흘째 듣고 있다.", "이 영화를 만든 모두에게 고맙다.", "부디 오래 상영해 주세요."},
	},
}

var english = phrases{
	titles: [3][]string{
		{"Not for me", "Lovely poster", "Needs an editor", "I wanted to like it", "The trailer was better"},
		{"Half of a great film", "Good company", "Worth one evening", "Better than it had to be", "Almost", "Sunday afternoon material"},
		{"Stayed in my seat", "Go and see it", "Already booked again", "Quietly enormous", "The real thing", "What a last shot", "Everything works", "Loved every minute"},
	},
	opening: [3][]string{
		{
			"A strong first reel that forgets where it was going.", "Everything is explained, and then explained again.", "All mood and no motor.",
			"Twenty minutes shorter and I might have been kind.", "I checked the time, and then I checked it again.",
		},
		{
			"I expected little and got a pleasant evening.", "The first half has a lovely rhythm.", "Handsome enough to be forgiven a lot.", "You have seen this story, but rarely told so neatly.",
			"Bored twice, delighted three times.", "We are still arguing about the ending.",
		},
		{
			"I sat through the credits without noticing.", "Not one shot that could be cut.", "The first time in ages that I did not look at my watch.", "The light alone is worth the ticket.",
			"A small story that leaves the world a little larger.", "It trusts its audience, which is rarer than it should be.", "Skip the trailer and just go.",
			"On a second viewing it is even sadder, and much funnier.",
		},
	},
	actor: [3][]string{
		{"{a} fights hard, and the script does not help.", "{a} deserves better."},
		{"{a} is reliable as ever.", "It wakes up whenever {a} walks in.", "I came for {a} and have no complaints there."},
		{
			"{a} does almost nothing, and you see everything.", "I could watch {a} think for another hour.", "Where has {a} been all this time?", "The last look that {a} gives us is worth ten pages of dialogue.",
			"From now on I buy a ticket when it says {a}.",
		},
	},
	genre: map[string]string{
		"SF": "Science fiction that is interested in people.", "Action": "You can always tell who is where, which makes every blow count.", "Adventure": "It made me want to pack a bag.",
		"Animation": "Every frame looks made by hand.", "Comedy": "The jokes land, and then they come back.", "Crime": "The plan goes wrong beautifully.", "Documentary": "The camera keeps a respectful distance and misses nothing.",
		"Drama": "Nobody is the villain, and so it hurts.", "Family": "Take your parents.", "Fantasy": "It lets you live in its world instead of explaining it.", "History": "You can feel the weight of the coats.",
		"Horror": "It never shouts, and that is the worst of it.", "Music": "The music is not decoration, it is the plot.", "Mystery": "It plays fair.", "Romance": "It takes two hours to hold a hand, and they are the right two hours.",
		"Thriller": "It tightens and tightens and does not let go.", "War": "It refuses to make any of it look good.", "Western": "Even the dust can act.",
	},
	closing: [3][]string{
		{"Maybe on a small screen.", "I will give the next one a chance.", "The popcorn was excellent.", "Somebody will love it."},
		{"Reason enough for a big screen.", "Mildly recommended.", "Once is fine.", "Keep one scene and forget the rest."},
		{"See it in a cinema.", "Stay until the lights come on.", "Walk home afterwards.", "I am going again tomorrow.", "I have had the music in my head for three days.", "Thanks to everybody who made it."},
	},
}
