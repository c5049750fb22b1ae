package demo

// The films of the demo whose titles are Korean. The films and all names in them are made up.
var koreanFilms = []film{
	{
		"소금빛 기차", "Drama", 112, "sunset", "dusk", "윤가람=차장, 한바다=승객, 서도원=역장",
		"폐선을 하루 앞둔 완행열차. 삼십 년을 그 길 위에서 보낸 차장은 마지막 운행에서 종점에 내린 적 없는 승객을 만난다. 소금밭 사이로 기차가 느려질수록 두 사람의 이야기는 빨라진다.",
		[]string{
			"종점까지 함께|기차가 느려질수록 마음이 빨라지는 영화. 마지막 역에 내리면 정말로 소금 냄새가 난다. 엔딩 크레딧이 다 올라갈 때까지 아무도 일어나지 않았다.",
			"A slow train well worth taking|I did not want it to arrive. Two people, one carriage, and a horizon that keeps its promise.",
			"차창이 스크린이 될 때|대사보다 창밖이 더 많은 말을 한다. 한 번은 극장에서, 한 번은 기차에서 보고 싶다.",
		},
	},
	{
		"골목의 왕", "Family", 104, "alley", "ember", "이든=막내, 고은비=누나, 마석진=슈퍼 주인",
		"재개발을 앞둔 산동네 골목에서 다섯 아이가 마지막 여름을 지킨다. 그들의 무기는 낡은 자전거 두 대와 동네 어른들의 비밀 열두 개.",
		[]string{
			"우리 동네의 마지막 여름|골목을 아는 사람이 만든 골목 영화. 계단 수까지 맞을 것 같다.",
			"Five kids against a bulldozer|Funny until it is not, and then funny again at exactly the right moment.",
		},
	},
	{
		"밤의 국숫집", "Comedy", 89, "city", "ember", "도라지=주인, 표나은=단골, 천우람=수상한 손님",
		"자정에만 문을 여는 국숫집. 값은 돈 대신 비밀 하나다. 어느 밤, 주인보다 많은 비밀을 가진 손님이 곱빼기를 시킨다.",
		[]string{
			"배고플 때 보지 마세요|웃다가 국물에서 울었습니다. 극장 앞 분식집이 만석이었던 이유를 알겠어요.",
			"Order the large|The cook deserves a spin-off, the noodles deserve an award.",
		},
	},
	{
		"겨울 정원사", "Documentary", 95, "snow", "snow", "",
		"눈 속에서만 피는 꽃을 찾아 십이 년째 산을 오르는 정원사의 기록. 카메라는 재촉하지 않고, 산은 서두르지 않는다.",
		[]string{
			"눈 속의 색|다큐멘터리인데 동화 같다. 흰색이 이렇게 많은 줄 처음 알았다.",
			"Patience, filmed|Nothing happens for an hour and I have never been so tense.",
		},
	},
	{
		"스물두 번째 첫차", "Romance", 108, "road", "rose", "강이슬=그녀, 문오름=그, 배선경=기사",
		"매일 새벽 같은 첫차를 타는 두 사람은 아직 서로의 이름을 모른다. 노선이 바뀌는 날까지 남은 아침은 스물두 번.",
		[]string{
			"이름을 몰라도|대사가 거의 없는데 다 들린다. 눈인사 하나에 심장이 내려앉았다.",
			"첫차를 타고 싶다|보고 나서 알람을 다섯 시에 맞췄다. 물론 못 일어났다.",
			"Twenty-two mornings|I counted every one of them and wanted twenty-two more.",
		},
	},
	{
		"조용한 목격", "Thriller", 126, "noir", "noir", "백아인=소년, 류승조=형사, 감나리=이웃",
		"말을 잃은 소년만이 그날 밤을 보았다. 형사는 그에게 연필을 쥐여 주고, 소년은 아무도 상상하지 못한 것을 그리기 시작한다.",
		[]string{
			"숨을 참게 된다|두 시간 동안 팔걸이를 놓지 못했다. 마지막 그림에서 객석 전체가 얼어붙었다.",
			"The pencil is the gun|Every drawing turns the screw. The last one I still see when I close my eyes.",
		},
	},
	{
		"첫눈이 오면 전화해", "Romance", 101, "snow", "dusk", "채유진=서하, 남이겸=지오",
		"헤어지던 날 두 사람은 단 하나의 약속을 남겼다. 그리고 그해, 첫눈이 오지 않는다.",
		[]string{
			"기다림의 온도|눈이 안 오는 겨울 이야기인데 이렇게 따뜻해도 되나.",
			"Call me, weather|The best use of a missed call in a romance, ever.",
		},
	},
	{
		"해녀의 지도", "Adventure", 118, "waves", "tide", "고순덕=해녀, 양하린=손녀, 필립 한=선장",
		"평생 바다 밑 지도를 머릿속에만 그려 온 해녀가 손녀에게 마지막 구역을 알려 준다. 그곳에는 가라앉은 배와, 가라앉지 않은 사연이 있다.",
		[]string{
			"숨비소리가 음악이다|물속 장면마다 나도 같이 숨을 참았다. 할머니 역 배우의 주름이 곧 지도다.",
			"Below the map|Half adventure, half inheritance. The underwater light is astonishing.",
		},
	},
	{
		"유리 정거장", "SF", 131, "orbit", "violet", "차은성=정비사, 임로아=관제사, 주현탁=선장",
		"궤도 위 정거장의 마지막 정비사는 지구에서 오는 목소리가 사흘 전의 것임을 알고 있다. 그런데 오늘, 사흘 뒤의 목소리가 도착한다.",
		[]string{
			"사흘의 거리|설정보다 목소리가 오래 남는다. 헤드폰으로 보세요.",
			"우주는 결국 통화 품질|과학은 모르겠고 외로움은 정확하다.",
			"Three days late, right on time|A space film that understands waiting rooms.",
		},
	},
	{
		"달의 뒤편 세탁소", "Fantasy", 97, "alley", "violet", "구름이=주인, 하도윤=배달원",
		"보름밤에만 나타나는 세탁소는 옷이 아니라 기억의 얼룩을 뺀다. 배달원 하도윤은 손님의 얼룩을 훔쳐 본 죄로 직원이 된다.",
		[]string{
			"얼룩도 나였다|빼고 싶은 기억이 있어서 보러 갔다가 그냥 갖고 있기로 했다.",
			"Gentle cycle|Whimsical without once being cute at you.",
		},
	},
	{
		"열두 번째 우산", "Mystery", 109, "umbrellas", "plum", "신채아=탐정, 오범규=분실물 담당자, 마리 윤=의뢰인",
		"지하철 분실물 센터에 같은 우산이 열두 번째 들어온 날, 전직 형사는 우산살에 새겨진 날짜가 전부 실종일이라는 것을 알아챈다.",
		[]string{
			"비 오는 날의 퍼즐|단서가 전부 화면 안에 있다. 두 번째 볼 때 더 재미있다.",
			"Fair play, wet shoes|Every clue is on the screen. I still did not get it.",
		},
	},
	{
		"무화과 마당", "Drama", 116, "garden", "tide", "여문희=엄마, 차은성=큰아들, 노을=막내딸",
		"어머니가 집을 팔겠다고 한 여름, 흩어져 살던 삼 남매가 모인다. 대문은 열흘 뒤 떼어 가기로 했고, 마당의 무화과는 아직 익지 않았다.",
		[]string{
			"무화과가 익을 때까지|우리 집 이야기인 줄 알았다. 엄마랑 다시 보기로 했다.",
			"The fig tree wins|Three siblings, one gate, no villains. Wonderful.",
		},
	},
	{
		"새벽 세 시의 피아노", "Music", 107, "record", "noir", "안서율=조율사, 제이 문=피아니스트",
		"낮에는 조율사, 밤에는 아무도 없는 공연장의 유일한 관객. 어느 새벽 세 시, 무대 위에서 그가 조율하지 않은 음이 들린다.",
		[]string{
			"마지막 음이 아직 울린다|조율하는 장면만으로 두 시간을 볼 수 있다.",
			"One note out of tune|And a whole life turns around it.",
		},
	},
	{
		"호랑이 우체국", "Animation", 84, "kites", "mint", "금빛나=막내 호랑이 목소리, 남대식=국장 목소리",
		"산골 우체국의 배달부는 모두 호랑이다. 겁 많은 막내 호랑이에게 첫 배달로 주어진 것은 곶감 한 상자.",
		[]string{
			"곶감이 제일 무서워|아이보다 제가 더 많이 웃었어요. 막내 호랑이 인형 내주세요.",
			"Special delivery|My daughter has been a tiger for a week now.",
			"손으로 그린 산|배경 미술만으로도 표값을 한다.",
		},
	},
	{
		"방패연", "Family", 92, "kites", "sky", "방울=할아버지, 이든=손자",
		"말이 없는 할아버지와 말이 너무 많은 손자. 두 사람은 방패연 하나를 만들며 처음으로 같은 곳을 올려다본다.",
		[]string{
			"하늘을 같이 본다는 것|울 준비 하고 갔는데 웃다가 왔다. 그리고 집에 와서 울었다.",
			"Look up|A small film with an enormous sky.",
		},
	},
	{
		"검은 강의 나루", "History", 138, "waves", "ink", "류승조=사공, 안가온=선비, 도경채=기생",
		"난리가 지나간 강가, 사공은 누구의 편도 들지 않고 누구나 건네준다. 마지막 손님은 그가 건네주지 말았어야 할 사람이었다.",
		[]string{
			"강은 편을 들지 않는다|전투 장면 하나 없이 전쟁을 보여 준다.",
			"A ferryman's neutrality|Stately, sad, and shot like ink on wet paper.",
		},
	},
	{
		"서른의 여름방학", "Comedy", 99, "swiss", "sky", "표나은=대리, 장하루=과장, 천우람=인턴",
		"실수로 한 달 휴가가 승인된 대리 표나은. 회사는 그 사실을 모르고, 그녀는 방학 숙제를 쓰기로 한다.",
		[]string{
			"결재 부탁드립니다|제 휴가도 실수로 승인해 주세요. 일기 장면에서 소리 내서 웃었습니다.",
			"Out of office|Laughed so loud that my manager texted me.",
		},
	},
	{
		"늑대가 된 마을", "Horror", 103, "forest", "forest", "감나리=이장, 백아인=전학생",
		"보름마다 한 집씩 불이 꺼지는 마을. 전학생은 불이 꺼지지 않은 집이 자기 집뿐이라는 것을 너무 늦게 깨닫는다.",
		[]string{
			"불 켜고 봤습니다|마지막 반전보다 마을 회의 장면이 더 무섭다.",
			"Village politics, with teeth|The scariest thing in it is the minutes of a meeting.",
		},
	},
	{
		"빛의 기록소", "Documentary", 88, "lighthouse", "dusk", "",
		"무인화를 앞둔 등대 마흔 곳, 마지막 등대지기들의 밤을 찍었다. 그들은 자기 등대의 불빛을 본 적이 없다.",
		[]string{
			"자기 빛을 못 보는 사람들|그 한 문장이 영화 전체다. 조용히 압도당했다.",
			"Forty lights|By the tenth I knew them by their rhythm.",
		},
	},
	{
		"붉은 소나타", "Thriller", 114, "waves", "blood", "도경채=첼리스트, 제이 문=지휘자",
		"첼리스트가 사라진 오케스트라에 그녀의 악보가 매일 한 장씩 도착한다. 음표는 도시의 지도였고, 마지막 장은 내일 도착한다.",
		[]string{
			"악보를 읽지 못해도|소름이 4악장으로 온다.",
			"Play it to the end|The conductor's smile in the second movement. Brr.",
		},
	},
	{
		"옥상 위의 바다", "Drama", 110, "city", "tide", "노을=연수, 남이겸=재하, 배선경=집주인",
		"서울의 옥탑방에 사는 두 청년은 물탱크를 헐어 작은 수영장을 만든다. 여름이 끝나기 전에 동네 전체가 그 물에 발을 담근다.",
		[]string{
			"올해의 여름 영화|옥상에서 맥주 마시면서 봐야 하는데 옥상이 없다.",
			"A pool with a view|Made me miss a city I have never lived in.",
		},
	},
	{
		"마지막 필름", "Drama", 121, "portrait", "gold", "여문희=영사기사, 이든=소년",
		"문을 닫는 단관극장의 영사기사는 마지막 상영작을 고르지 못한다. 이름을 말해 주지 않는 소년이 매일 와서 같은 자리에 앉는다.",
		[]string{
			"영화가 영화를 배웅한다|불이 켜졌을 때 뒤를 돌아 영사실을 봤다. 다들 그러고 있었다.",
			"For those in the last row|It knows what dust in a beam of light means to us.",
		},
	},
	{
		"화성에서 온 김치", "Comedy", 94, "orbit", "ember", "구름이=할머니, 장하루=우주인, 임로아=국장",
		"화성 기지에서 자란 첫 배추. 우주국은 샘플을 원하고, 할머니는 소금과 고춧가루를 원한다.",
		[]string{
			"발효는 과학이다|진지하게 웃기고 웃기게 진지하다.",
			"Ferment and liftoff|The docking scene with the jar is the comedy set piece of the year.",
		},
	},
	{
		"겨울 바다로 가는 버스", "Romance", 100, "road", "snow", "강이슬=민서, 하도윤=태오",
		"막차를 놓친 두 사람이 한 시간마다 오는 버스를 세 대 더 보내기로 한다. 바다까지는 네 정거장이다.",
		[]string{
			"세 대를 보내는 마음|아무것도 안 하는 두 사람을 보는 게 왜 이렇게 좋을까.",
			"Missed the bus on purpose|The longest ninety minutes at a bus stop, and I would stay.",
		},
	},
	{
		"도깨비 변호사", "Fantasy", 119, "noir", "forest", "마석진=도깨비, 신채아=사무장, 오범규=검사",
		"인간의 억울함을 방망이 대신 법전으로 푸는 도깨비. 첫 사건의 피고는 삼백 년 전의 자기 자신이다.",
		[]string{
			"이의 있습니다|법정 장면이 이렇게 신날 일인가. 속편 주세요.",
			"Objection, your spookiness|Courtroom drama with a club. Sold.",
		},
	},
	{
		"이름 없는 붓꽃", "History", 127, "garden", "violet", "안가온=화원, 고은비=아씨",
		"이름을 남길 수 없던 여성 화원이 남의 낙관 아래 그린 백 점의 꽃. 그중 한 점에만 그녀의 이름이 숨어 있다.",
		[]string{
			"이름을 찾아 주는 손|마지막 그림을 확대하는 장면에서 소리 없이 울었다.",
			"Hidden signature|You will look at every museum label differently.",
		},
	},
	{
		"전파상 이야기", "Music", 105, "record", "tea", "남대식=주인, 금빛나=손님",
		"낡은 라디오를 고치면 그 라디오가 마지막으로 들었던 노래가 흘러나오는 전파상. 손님이 맡긴 라디오에서는 아무 노래도 나오지 않는다.",
		[]string{
			"잡음까지 사랑한다|엔딩의 무음이 올해 최고의 노래.",
			"Static, then heaven|Bring headphones and somebody to hold on to.",
		},
	},
	{
		"서쪽 들판의 사내", "Western", 122, "road", "sand", "주현탁=사내, 도라지=주막 주인",
		"만주 벌판, 말을 잃은 사내가 걸어서 일곱 마을을 지난다. 마을마다 그에게 같은 것을 묻는다. 누구를 쫓고 있느냐고.",
		[]string{
			"걷는 서부극|총은 딱 두 번 나온다. 두 번 다 잊을 수가 없다.",
			"Dust and dignity|He walks. You would not believe how exciting that is.",
		},
	},
	{
		"지하 13층", "Horror", 96, "corridor", "noir", "채유진=야간 관리인",
		"지하 12층까지만 있는 건물에서 승강기가 한 층 더 내려간다. 문이 열릴 때마다 복도는 조금씩 집을 닮아 간다.",
		[]string{
			"계단으로 내려왔습니다|극장이 지하였다는 사실이 가장 무서웠다.",
			"Going down|Built from one corridor and one actress, and that is plenty.",
		},
	},
	{
		"별을 세는 법", "SF", 113, "portrait", "violet", "임로아=천문학자, 고순덕=어머니",
		"치매를 앓는 어머니는 별의 개수만은 틀리지 않는다. 천문학자인 딸은 어머니의 숫자가 매일 하나씩 줄고 있음을 알아챈다.",
		[]string{
			"하나씩 줄어드는 밤|SF라고 해서 갔는데 엄마 영화였다. 당했다.",
			"Subtraction|The quietest end of the universe on film.",
		},
	},
	{
		"불꽃 사관", "War", 134, "sunset", "blood", "안가온=기록관, 류승조=장수",
		"성이 함락되는 닷새 동안 칼 대신 붓을 든 기록관. 그는 적의 이름도 빠짐없이 적기로 한다.",
		[]string{
			"적의 이름까지|전쟁 영화가 아니라 기억에 관한 영화다.",
			"He writes them all down|A siege seen from the inkwell.",
		},
	},
	{
		"은행나무 강도단", "Crime", 111, "swiss", "gold", "천우람=금고털이, 방울=운전사, 여문희=두목",
		"평균 나이 일흔둘. 은행이 아니라 은행나무를 훔치러 가는 강도단의 마지막 계획. 나무는 천 년을 살았고 계획은 사흘짜리다.",
		[]string{
			"두목님 사랑합니다|할머니가 무전기에 대고 하는 욕이 한 편의 시다.",
			"Grand theft ginkgo|The getaway vehicle does four miles an hour and I chewed my nails.",
		},
	},
	{
		"종이배의 하루", "Animation", 79, "riso", "riso", "노을=종이배 목소리",
		"시험지로 접은 종이배가 빗물을 따라 도시를 가로지른다. 말 한마디 없이, 한 아이의 하루가 바다에 닿는다.",
		[]string{
			"대사 없는 79분|아이도 나도 한마디도 안 했다.",
			"Folded, floated, floored|Wordless and perfect.",
		},
	},
	{
		"안개 속의 다리", "Mystery", 117, "mountains", "snow", "감나리=기자, 서도원=교수",
		"안개가 끼는 날에만 나타난다는 다리를 취재하러 간 기자. 다리 건너에서 십 년 전 자신이 쓴 적 없는 기사를 발견한다.",
		[]string{
			"안개가 주연|설명하지 않아서 더 오래 생각하게 된다.",
			"Fog of memory|I have theories. They all fall apart at the bridge.",
		},
	},
	{
		"산이 부르는 이름", "Adventure", 124, "mountains", "sky", "양하린=등반가, 필립 한=셰르파의 아들",
		"정상 직전에서 돌아선 등반가가 십 년 뒤 같은 산을 오른다. 이번에는 정상이 아니라 두고 온 장갑 한 짝을 찾으러.",
		[]string{
			"내려오는 영화|정상 장면이 없는 산악 영화라니. 최고다.",
			"One glove|Smaller stakes than any mountain film, and so much higher.",
		},
	},
	{
		"비 갠 뒤 시장", "Family", 98, "umbrellas", "riso", "고순덕=떡집 할머니, 금빛나=배달원, 마석진=과일장수",
		"시장 사람들이 하루만 서로의 가게를 바꿔 본다. 떡집은 과일을 팔고 과일가게는 떡을 태운다.",
		[]string{
			"시장 냄새가 난다|다 보고 떡 사러 갔다. 진짜로.",
			"Swap shop|Warm as a rice cake and just as filling.",
		},
	},
}
