package korean_test

import (
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/korean"
)

func TestParticleFollowsTheReadingOfTheWord(t *testing.T) {
	t.Parallel()
	for kind, words := range map[string]string{
		"hangul":     "하늘을 영화를 기생충을 괴물을 올드보이를 밤산책을 값을 ㅋㅋ을 ㅏ를",
		"decomposed": "\u1112\u1161\u11ab을 \u1112\u1161를 \u1106\u116e\u11af을",
		"digits":     "1987을 2012를 3을 4를 5를 6을 7을 8을 9를 10을 300을 2046을 화양연화2를",
		"quotes":     "‘하늘’을 “영화”를 <기생충>을 『괴물』을 괜찮아?를 끝!을 밤…을 봄(春秋夏冬)를 하늘~♥을",
		"spelled":    "SF를 OST를 TV를 CGV를 DVD를 KTX를 FM을 CNN을 VR을 URL을 ET를 A를 L을 x를 nadia_k를 hana.s를",
		"words": "minjun을 Clara를 old_reel을 popcorn_june을 Theo를 celluloid를 marisol을 Kofi를 Wren을 soomin을 " +
			"Neon-Orchard를 Iron-Meridian을 Kite-Season을 Paper-Tigers를 Saltwater-Kings를 Signal-Nine을 " +
			"Marigold를 Static을 Copper를 Harvest를 Rain을 Leaving을 Heron을 Love를 Cake를 Apple을 Name을 " +
			"book을 club을 robot을 park를 Scott을 Rick을 Tarantino를 Kubrick을 Bong을 dog를 boat를 Wes를 " +
			"DUNE을 PARASITE를 me를 Amélie를 Café를 League를 Ladybird를 Joker를 Tenet을 Her를 Up을 Baek을 Seok을 Seop을 peak를",
		"mixed scripts": "영화Club을 Club영화를 김ㄹ을",
		"kana":          "ラーメン을 さくら를",
		"unknown":       "春를 Мир를 🎬를 를",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for want := range strings.FieldsSeq(words) {
				word := strings.TrimSuffix(strings.TrimSuffix(want, "을"), "를")
				if got := word + korean.Particle(word, "을", "를"); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
}

func TestRieulTakesTheShortFormOf으로(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"서울로", "부산으로", "제주로", "1로", "3으로", "4로", "7로", "10으로", "Seoul로", "London으로", "VR로", "SF로", "Apple로", "ㄹ로"} {
		word := strings.TrimSuffix(strings.TrimSuffix(want, "으로"), "로")
		if got := word + korean.Particle(word, "으로", "로"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestParticleTakesAnyText(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"", " ", "e", "ee", "\xff", "k", "ck", "kk", "Kk", "e\u0301", "\u11ab", "\u0301"} {
		if got := korean.Particle(word, "을", "를"); got != "을" && got != "를" {
			t.Errorf("%q: %q", word, got)
		}
	}
}
