package dataset

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
)

// Words to search for, in lower case. One title in forty has the common word, one in forty the Korean one, and three
// have the rare one, at every size.
const (
	CommonWord  = "love"
	RareWord    = "zanzibar"
	KoreanWord  = "여름"
	UnknownWord = "없는제목xq"

	rareFilms = 3
)

// Parts of titles and of the names at their end.
var (
	koreanFirst  = []string{"마지막", "조용한", "푸른", "잊혀진", "위대한", "낯선", "하얀", "붉은", "오래된", "비밀의", "우리들의", "그해", "서울의", "바람의", "아름다운", "끝없는", "어느", "두 번째", "깊은", "달콤한"}
	koreanLast   = []string{"여름", "겨울", "바다", "약속", "편지", "도시", "아이들", "시간", "노래", "정원", "전쟁", "친구", "밤", "기차", "거울", "사랑", "꿈", "섬", "봄날", "왕국"}
	koreanNames  = []string{"지", "민", "서", "준", "하", "은", "수", "현", "도", "윤", "예", "진", "우", "영", "채", "원", "혜", "성", "태", "리"}
	englishFirst = []string{"The Silent", "A Distant", "Midnight", "Golden", "The Last", "Broken", "Wild", "Forgotten", "Crimson", "The Secret", "Paper", "Electric", "Northern", "Hidden", "Burning", "The Long", "Frozen", "Gentle", "Another", "First"}
	englishLast  = []string{"Love", "Summer", "River", "Empire", "Promise", "Garden", "Station", "Shadows", "Journey", "Letters", "Harbour", "Horizon", "Orchestra", "Mountain", "Detective", "Children", "Heart", "Kingdom", "Winter", "Machine"}
	englishNames = []string{"ma", "ri", "lo", "ken", "sa", "tor", "el", "vin", "da", "nor", "bri", "ga", "us", "mel", "ji", "pe", "ran", "cho", "wy", "fen"}
	genres       = []string{"SF", "Action", "Adventure", "Animation", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy", "History", "Horror", "Music", "Mystery", "Romance", "Thriller", "War", "Western"}
	actors       = []string{"송강호", "전도연", "최민식", "배두나", "이병헌", "김혜수", "황정민", "손예진", "박해일", "윤여정"}
)

// film is a line of the file to import.
type film struct {
	Title    string  `json:"title"`
	Plot     string  `json:"plot"`
	Cast     []actor `json:"cast"`
	Playtime int     `json:"playtime"`
	Genre    string  `json:"genre"`
}

type actor struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Age  int    `json:"age"`
}

// WriteFilms writes n films as JSON Lines, the same for the same seed.
func WriteFilms(w io.Writer, n int, seed uint64) error {
	draw := rand.New(rand.NewPCG(seed, 0))
	encoder := json.NewEncoder(w)
	for i := range n {
		if err := encoder.Encode(newFilm(draw, i, n)); err != nil {
			return fmt.Errorf("write film %d: %w", i, err)
		}
	}
	return nil
}

func newFilm(draw *rand.Rand, i, n int) film {
	title := fmt.Sprintf("%s %s, %s", pick(draw, koreanFirst), pick(draw, koreanLast), name(draw, koreanNames))
	if i%2 == 0 {
		title = fmt.Sprintf("%s %s of %s", pick(draw, englishFirst), pick(draw, englishLast), name(draw, englishNames))
	}
	if every := n / rareFilms; i%every == every/2 && i/every < rareFilms {
		title = "Return to Zanzibar " + title
	}
	return film{
		Title: title, Genre: pick(draw, genres), Playtime: 70 + draw.IntN(110),
		Plot: fmt.Sprintf("%s %s에서 시작된 이야기. %s, and nothing in town is as it was before.", pick(draw, koreanFirst), pick(draw, koreanLast), title),
		Cast: []actor{
			{Name: pick(draw, actors), Role: pick(draw, koreanLast), Age: 20 + draw.IntN(50)},
			{Name: pick(draw, actors), Role: pick(draw, koreanLast), Age: 20 + draw.IntN(50)},
		},
	}
}

// name returns a name of three parts.
func name(draw *rand.Rand, parts []string) string {
	return pick(draw, parts) + pick(draw, parts) + pick(draw, parts)
}

func pick(draw *rand.Rand, from []string) string { return from[draw.IntN(len(from))] }
