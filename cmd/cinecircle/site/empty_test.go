package site_test

import "testing"

func TestEmptyPagesSayWhatIsEmpty(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	guest, mina := newBrowser(t, server), newBrowser(t, server)
	guest.lang, mina.lang = "ko", "ko"

	const operator = "<code>cinecircle admin grant NAME</code>"
	p := guest.get("/")
	p.has(t, 200, "아직 영화가 없습니다. 가입하고 첫 영화를 추가해 보세요.", `class="button" href="/join"`, operator)
	p.hasNot(t, "/films/new")
	guest.get("/films").has(t, 200, "아직 영화가 없습니다. 가입하고", `class="button" href="/join"`)
	guest.get("/members").has(t, 200, "아직 회원이 없습니다. 첫 회원이 되어 주세요.")

	mina.join("mina")
	mina.get("/").hasNot(t, operator)
	mina.get("/films").has(t, 200, "첫 영화를 추가해 보세요.", `class="button" href="/films/new"`)
	mina.get("/inbox").has(t, 200, "아직 알림이 없습니다.")
	mina.get("/inbox?unread=true").has(t, 200, "알림을 모두 읽었습니다.")
	addFilm(t, a, 1, "Kite Season")
	mina.get("/films?genre=War").has(t, 200, "이 장르의 영화가 아직 없습니다.")
	mina.get("/films?q=A%26B").has(t, 200, "‘A&B’에 맞는 영화가 없습니다.", `href="/films/new?title=A%26B"`)
	mina.get("/members?q=x").has(t, 200, "‘x’에 맞는 회원이 없습니다.")
	if err := a.Users.Grant(t.Context(), "mina"); err != nil {
		t.Fatal(err)
	}
	mina.get("/admin/members?q=x").has(t, 200, "‘x’에 맞는 회원이 없습니다.", "회원 검색")
	mina.get("/admin/films?q=x").has(t, 200, "‘x’에 맞는 영화가 없습니다.", "영화 검색")
}

func TestRefusalsSayWhoMay(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	juno.lang = "ko"
	addFilm(t, a, 1, "A")
	mina.upload("/film/1/review", nil, "title", "a", "content", "b").has(t, 200)
	juno.get("/film/1/edit").has(t, 403, "영화를 추가한 회원과 관리자만 바꿀 수 있습니다.")
	juno.get("/review/1/delete").has(t, 403, "리뷰를 쓴 회원과 관리자만 바꿀 수 있습니다.")
	juno.get("/member/9").has(t, 404, "없는 페이지입니다", "탈퇴했거나 없는 회원입니다.")
	p := juno.get("/nothing")
	p.has(t, 404, "주소가 바뀌었거나 삭제된 페이지입니다.")
	p.hasNot(t, "오류 번호")
}
