package main

import (
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/user"
)

// The community of the demo. All of it is invented.

var demoMembers = []struct {
	name   string
	age    int64
	gender user.Gender
}{
	{"하늘", 27, user.Female},
	{"minjun", 34, user.Male},
	{"영화광", 41, user.Male},
	{"Clara", 29, user.Female},
	{"서연", 23, user.Female},
	{"old_reel", 58, user.Male},
}

var demoFilms = []movie.Draft{
	{Title: "소금빛 기차", Plot: "마지막 완행열차의 차장이 종점에서 기다리는 사람을 찾아 나선다.", Playtime: 112, Genre: "Drama", Cast: demoCast("윤가람", "차장", "한바다", "승객")},
	{Title: "The Lighthouse Hour", Plot: "Every night for one hour, a keeper can talk to the ship that never came back.", Playtime: 98, Genre: "Fantasy", Cast: demoCast("Ada Penrose", "the keeper")},
	{Title: "골목의 왕", Plot: "재개발을 앞둔 골목에서 다섯 아이가 마지막 여름을 지킨다.", Playtime: 104, Genre: "Family", Cast: demoCast("이든", "막내")},
	{Title: "Signal Nine", Plot: "A radio engineer hears her own voice from nine days ahead.", Playtime: 121, Genre: "SF", Cast: demoCast("Mara Quill", "the engineer")},
	{Title: "밤의 국수집", Plot: "자정에만 여는 국수집, 손님마다 한 그릇의 비밀을 두고 간다.", Playtime: 89, Genre: "Comedy", Cast: demoCast("도라지", "주인")},
	{Title: "Paper Tigers of Incheon", Plot: "Two forgers agree on one last job, and on nothing else.", Playtime: 117, Genre: "Crime", Cast: demoCast("Jun Aster", "the hand")},
	{Title: "겨울 정원사", Plot: "눈 속에서만 피는 꽃을 찾아 떠난 정원사의 기록.", Playtime: 95, Genre: "Documentary"},
	{Title: "Eleven Doors", Plot: "A house has one door more each morning. Nobody has opened the eleventh.", Playtime: 101, Genre: "Horror", Cast: demoCast("Ines Vale", "the tenant")},
	{Title: "첫차", Plot: "매일 같은 첫차를 타는 두 사람은 아직 서로의 이름을 모른다.", Playtime: 108, Genre: "Romance", Cast: demoCast("강이슬", "그녀", "문오름", "그")},
	{Title: "Kite Season", Plot: "A village wagers its harvest on a kite fight.", Playtime: 93, Genre: "Adventure", Cast: demoCast("Tomas Rell", "the boy")},
	{Title: "조용한 증인", Plot: "말을 잃은 소년만이 그날 밤을 보았다.", Playtime: 126, Genre: "Thriller", Cast: demoCast("백아인", "소년")},
	{Title: "Orchestra for One", Plot: "When the orchestra leaves, the page-turner stays and learns every part.", Playtime: 110, Genre: "Music", Cast: demoCast("Lena Ost", "the page-turner")},
}

func demoCast(namesAndRoles ...string) []movie.CastMember {
	var cast []movie.CastMember
	for i := 0; i+1 < len(namesAndRoles); i += 2 {
		cast = append(cast, movie.CastMember{Name: namesAndRoles[i], Role: &namesAndRoles[i+1]})
	}
	return cast
}

var demoReviews = []struct {
	member, film   int
	title, content string
}{
	{0, 0, "종점까지 함께", "기차가 느려질수록 마음이 빨라지는 영화. 마지막 역의 소금 냄새가 난다."},
	{0, 3, "아홉 날 뒤의 나에게", "설정보다 목소리가 오래 남는다. 헤드폰으로 보세요."},
	{0, 8, "이름을 몰라도", "대사가 거의 없는데 다 들린다."},
	{1, 1, "One hour is enough", "The sea does most of the acting and it is very good."},
	{1, 4, "배고플 때 보지 마세요", "웃다가 국물에서 울었습니다."},
	{1, 10, "숨을 참게 된다", "두 시간 동안 팔걸이를 놓지 못했다."},
	{2, 2, "우리 동네의 마지막 여름", "골목을 아는 사람이 만든 골목 영화."},
	{2, 5, "Forged with love", "The plot is a fake, the friendship is not."},
	{2, 11, "모든 파트를 외운 사람", "마지막 연주에서 일어설 뻔했다."},
	{3, 0, "A slow train well worth taking", "I did not want it to arrive."},
	{3, 7, "Do not open", "Counted the doors of my flat afterwards. Twice."},
	{3, 9, "Lighter than air", "A film you can see the wind in."},
	{4, 3, "무전기 너머", "시간 여행 영화 중에 제일 조용하고 제일 무섭다."},
	{4, 6, "눈 속의 색", "다큐멘터리인데 동화 같다."},
	{4, 8, "첫차를 타고 싶다", "보고 나서 알람을 다섯 시에 맞췄다."},
	{5, 1, "They do make them like this", "Real lamps, real fog, real patience."},
	{5, 5, "A caper with manners", "Nobody shouts and everybody lies. Splendid."},
	{5, 11, "For those in the last row", "Bravo to the page-turner."},
}
