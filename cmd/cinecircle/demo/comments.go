package demo

import (
	"context"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/review"
)

// line is a comment of a conversation.
type line struct {
	by      int // 0: the author of the review, 1 and 2: others
	answers int // the number of an earlier line, -1 for none
	text    string
	spoiler bool
	deleted bool // once the others have answered
}

// conversations are what members say below reviews in their language. They are made up, and fit any film.
var conversations = map[bool][][]line{
	true: {
		{
			{by: 1, answers: -1, text: "저도 그 장면에서 한참을 멈춰 있었어요."},
			{by: 0, answers: 0, text: "음악이 뚝 끊기는 데서요? 저는 그때 숨도 못 쉬었어요."},
			{by: 1, answers: 1, text: "맞아요, 바로 거기요. 옆자리 분도 같이 멈추셨더라고요 ㅎㅎ"},
		},
		{
			{by: 1, answers: -1, text: "평 보고 오늘 저녁 표 끊었습니다."},
			{by: 0, answers: 0, text: "다녀오시면 꼭 후기 남겨 주세요!"},
			{by: 1, answers: 1, text: "보고 왔습니다. 말씀하신 그대로였어요. 덕분에 좋은 밤이었습니다."},
			{by: 2, answers: -1, text: "두 분 대화 보고 저도 예매 창 열었어요."},
		},
		{
			{by: 1, answers: -1, text: "저는 조금 다르게 봤어요. 뒤로 갈수록 급하게 느껴졌거든요."},
			{by: 0, answers: 0, text: "처음엔 저도 그랬는데, 두 번째 보니까 그 속도가 인물의 마음 같았어요."},
			{by: 2, answers: 0, text: "저도 후반은 아쉬웠어요. 이십 분만 더 길었으면."},
		},
		{
			{by: 1, answers: -1, text: "이거 작년에 나온 거랑 같은 영화 아닌가요?", deleted: true},
			{by: 2, answers: 0, text: "제목만 비슷해요. 감독도 다르고요."},
		},
		{
			{by: 1, answers: -1, text: "마지막에 문을 열어 준 사람이 처음에 나온 그 사람이라는 걸, 두 번째 볼 때 알았어요.", spoiler: true},
			{by: 0, answers: 0, text: "그래서 첫 장면에서 열쇠를 두 번 세는 거였죠…", spoiler: true},
		},
		{
			{by: 1, answers: -1, text: "아이랑 봐도 괜찮을까요?"},
			{by: 0, answers: 0, text: "무서운 장면은 없는데 좀 길어요. 간식을 넉넉히 챙기세요."},
		},
		{{by: 1, answers: -1, text: "글이 좋아서 세 번 읽었습니다."}},
		{{by: 1, answers: -1, text: "공감합니다. 저는 별 반 개 더 줬어요 :)"}},
	},
	false: {
		{
			{by: 1, answers: -1, text: "You talked me into it. Going tonight."},
			{by: 0, answers: 0, text: "Tell me what you made of the ending!"},
			{by: 1, answers: 1, text: "Stayed to the last line of the credits. Thank you for this one."},
		},
		{
			{by: 1, answers: -1, text: "I nearly walked out after half an hour, and I am so glad that I did not."},
			{by: 2, answers: 0, text: "Same here. The slow start earns everything that follows."},
		},
		{
			{by: 1, answers: -1, text: "Isn't this the one with the dog?", deleted: true},
			{by: 0, answers: 0, text: "I think you mean the other one, there is no dog in this."},
		},
		{
			{by: 1, answers: -1, text: "So the letter was never sent. I had to rewind to be sure.", spoiler: true},
			{by: 0, answers: 0, text: "And the stamp is still in his coat in the last shot. It broke me.", spoiler: true},
		},
		{
			{by: 1, answers: -1, text: "Does it work on a small screen?"},
			{by: 0, answers: 0, text: "Better than I expected. Use headphones."},
		},
		{{by: 1, answers: -1, text: "Beautifully put."}},
		{{by: 1, answers: -1, text: "I liked it less than you did, but I would read you on anything."}},
	},
}

// spoilers are reviews that give the plot of a film away, by its title.
var spoilers = map[string]string{
	"골목의 왕":               "결말까지 다 적습니다|비밀 열두 개 중에 마지막 하나는 슈퍼 주인이 골목의 첫 왕이었다는 것. 알고 나서 첫 장면의 자전거를 다시 보면 눈물이 난다.",
	"조용한 목격":              "그림의 정체|소년이 그린 사람은 범인이 아니라 형사였다. 연필을 쥐여 준 손이 누구 손인지, 영화는 처음부터 보여 주고 있었다.",
	"유리 정거장":              "사흘 뒤의 목소리|도착한 목소리는 정비사 자신의 것이다. 그래서 마지막 교신에서 아무도 대답하지 않는 거다. 알고 보면 더 외롭다.",
	"The Lighthouse Hour": "About that ending|The voice on the radio is the keeper himself, forty years on. Watch his left hand in the first scene.",
	"Eleven Doors":        "What is behind the last one|There is no eleventh door. She has been the landlord from the start, and the lease says so.",
}

// planSpoilers replaces the last review of some films by one that gives the plot away, by a member who writes in its language.
func (p *plan) planSpoilers() {
	for i := len(p.events) - 1; i >= 0; i-- {
		e := &p.events[i]
		text := spoilers[p.films[e.film].title]
		if e.kind != writes || text == "" || isKorean(text) != p.members[e.who].korean || p.spoiled[e.film] {
			continue
		}
		title, content, _ := strings.Cut(text, "|")
		e.text = review.Draft{Title: title, Content: content, Spoiler: true}
		p.spoiled[e.film] = true
	}
}

// planComments lets members talk below some reviews in their language.
func (p *plan) planComments() {
	n, next := 0, map[bool]int{}
	for _, e := range p.events {
		if e.kind != writes || p.r.Float64() > 0.3 {
			continue
		}
		korean := p.members[e.who].korean
		lines := conversations[korean][next[korean]%len(conversations[korean])]
		next[korean]++
		speakers := p.speakers(e.who, korean)
		at := e.at
		var deleted []event
		for i, l := range lines {
			if l.by >= len(speakers) {
				break
			}
			who := speakers[l.by]
			at = p.after(later(at, p.joined[who]).Add(time.Minute), 8*time.Hour)
			answers := -1
			if l.answers >= 0 {
				answers = n - i + l.answers
			}
			said := event{at: at, kind: says, who: who, film: e.film, review: e.review, whom: n, answers: answers, text: review.Draft{Content: l.text, Spoiler: l.spoiler}}
			p.events = append(p.events, said)
			if l.deleted {
				said.kind = retracts
				deleted = append(deleted, said)
			}
			n++
		}
		for _, d := range deleted {
			d.at = p.after(at.Add(time.Minute), 12*time.Hour)
			p.events = append(p.events, d)
		}
	}
}

// speakers returns the author of a review and two others, or one, who write in the same language.
func (p *plan) speakers(author int, korean bool) []int {
	out := []int{author}
	for _, who := range p.r.Perm(len(p.members)) {
		if who != author && p.members[who].korean == korean && len(out) < 3 {
			out = append(out, who)
		}
	}
	return out
}

// say stores a comment of the plan.
func (b *builder) say(ctx context.Context, e event) error {
	draft := comment.Draft{ReviewID: b.made.Reviews[e.review], Content: e.text.Content, Spoiler: e.text.Spoiler}
	if e.answers >= 0 {
		id := b.said[e.answers]
		draft.ReplyTo = &id
	}
	made, err := b.Comments.Create(ctx, auth.Viewer{UserID: b.made.Members[e.who]}, draft)
	b.said[e.whom] = made.ID
	b.made.Comments++
	return err
}
