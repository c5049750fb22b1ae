package browser

import "testing"

// reviewed is a film by mina with a review, and juno, who reads it.
func reviewed(t *testing.T) (mina, juno *visitor) {
	t.Helper()
	base := serve(t)
	mina, juno = newVisitor(t, base), newVisitor(t, base)
	mina.join("mina")
	addFilm(mina, "소금빛 기차")
	writeReview(mina, "/film/1")
	juno.join("juno")
	return mina, juno
}

func comment(v *visitor, text string) {
	v.t.Helper()
	v.write("#content", text)
	v.press(".comment-form .button")
	v.sees("Comment posted", text)
	v.open("/review/1") // without the toast, which may lie on what is pressed next
}

func TestNewCommentsWaitUntilTheyAreAskedFor(t *testing.T) {
	mina, juno := reviewed(t)
	mina.open("/review/1")
	await(t, "an open socket", func() bool { return ask[bool](mina, `document.querySelector("[data-bell]") !== null`) })
	juno.open("/review/1")
	comment(juno, "So true.")
	mina.sees("juno commented on your review of “소금빛 기차”.", "Show new comments")
	if ask[bool](mina, `document.querySelector(".comment") !== null`) {
		t.Error("the comment moved what is read")
	}
	mina.press(".new-comments")
	mina.comesTrue(`document.querySelector("#comment-1")?.textContent.includes("So true.") && document.querySelector(".new-comments") === null`)

	mina.press(`#comment-1 a[href$="reply_to=1"]`)
	mina.sees("Replying to juno")
	comment(mina, "Thank you.")
	juno.sees("mina replied to your comment on a review of “소금빛 기차”.", "Show new comments")
}

func TestADeletedCommentCanBeTakenBack(t *testing.T) {
	_, juno := reviewed(t)
	juno.open("/review/1")
	comment(juno, "So true.")
	juno.press("#comment-1 [data-delete]")
	juno.sees("Comment deleted.")
	juno.comesTrue(`document.querySelector("#comment-1").hidden && document.querySelector("#comments-head b").textContent === "0"`)
	juno.comesTrue(`document.activeElement.id === "main"`)
	juno.press(".toast:last-child form button")
	juno.comesTrue(`!document.querySelector("#comment-1").hidden && document.querySelector("#comments-head b").textContent === "1"`)
	juno.comesTrue(`document.activeElement.matches("#comment-1 [data-delete]")`)
	juno.open("/review/1")
	juno.sees("So true.")

	juno.press("#comment-1 [data-delete]")
	juno.sees("Comment deleted.")
	juno.press(".toast:last-child .close") // nobody wants it back
	juno.comesTrue(`document.querySelector("#comment-1") === null`)

	comment(juno, "Once more.")
	juno.press("#comment-2 [data-delete]")
	juno.open("/films") // leaving the page is no undo
	juno.open("/review/1")
	juno.comesTrue(`document.querySelector(".comment") === null`)
}

func TestASpoilerOpensByTheKeyboardInItsPlace(t *testing.T) {
	mina, juno := reviewed(t)
	mina.open("/review/1")
	mina.write("#content", "It was the sea.")
	mina.press(`.comment-form [name="spoiler"]`)
	mina.press(".comment-form .button")
	mina.sees("Comment posted")
	juno.open("/review/1")
	juno.sees("This comment contains spoilers")
	juno.do("open the spoiler", focus(".comment .spoiler"), keys("\r"))
	juno.sees("It was the sea.")
	juno.comesTrue(`location.pathname === "/review/1" && document.querySelector(".comment .spoiler") === null`)
	juno.comesTrue(`document.activeElement.id === "comment-text-1"`)
}

func TestPeopleTalkAndBlockWithoutScripts(t *testing.T) {
	mina, juno := reviewed(t)
	juno.withoutScripts()
	juno.open("/review/1")
	comment(juno, "So true.")
	juno.press("#comment-1 [data-delete]")
	juno.sees("Delete this comment?")
	juno.press("main form .button")
	juno.sees("Comment deleted.")
	juno.open("/member/1")
	juno.press(".profile-do .menu summary")
	juno.press(`.profile-do .menu a[href="/member/1/block"]`)
	juno.sees("Block mina?")
	juno.press("main form .button")
	juno.sees("You blocked mina", "You have blocked this member")
	mina.open("/member/2")
	mina.press("#follow-2")
	mina.sees("one of you has blocked the other")
}
