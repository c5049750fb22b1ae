package browser

import "testing"

// TestAMistakeIsSeenAndGoesOnceItIsMended looks at the longest page with forms, whose password is far below its top.
func TestAMistakeIsSeenAndGoesOnceItIsMended(t *testing.T) {
	base := serve(t)
	for _, scripts := range []bool{true, false} {
		v := newVisitor(t, base)
		v.size(360)
		if scripts {
			v.join("mina")
		} else {
			v.withoutScripts()
			v.signIn("mina", "popcorn-and-tea")
		}
		v.open("/settings")
		v.write("#current_password", "wrong-one")
		v.write("#password", "short")
		v.press(`form[action="/settings/password"] .button`)
		v.sees("Please check one field.")
		v.comesTrue(`document.activeElement.id === "password"`)
		v.comesTrue(`(r => r.top >= 56 && r.bottom <= innerHeight - 64)(document.activeElement.getBoundingClientRect())`)
		if scripts {
			v.audit("settings with a mistake")
		}
		v.open(v.path())
		v.isAt("/settings")
	}

	v := newVisitor(t, base)
	v.open("/join")
	v.write("#username", "m")
	v.write("#password", "popcorn-and-tea")
	v.write("#age", "x")
	v.press("main form .button")
	v.sees("Please check 3 fields.")
	v.audit("joining with mistakes")
	errors := func(want string) {
		t.Helper()
		v.comesTrue(`[...document.querySelectorAll(".error")].map(e => e.id).join() === "` + want + `"`)
		v.comesTrue(`[...document.querySelectorAll("[data-mistakes] a")].map(a => a.hash.slice(1) + "-error").join() === "` + want + `"`)
	}
	errors("username-error,age-error,gender-error")
	v.write("#username", "k")
	errors("username-error,age-error,gender-error")
	v.write("#username", "juno")
	errors("age-error,gender-error")
	v.write("#age", "30")
	errors("gender-error") // before the click: the page gets shorter with every message that goes
	v.press(`input[value="male"]`)
	errors("")
	v.comesTrue(`document.querySelector("[aria-invalid]") === null`)
	v.write("#password", "salt-and-seaweed")
	v.press("main form .button")
	v.isAt("/")
}

func TestOnlyTheSectionOfTheSettingsThatHasChangedHasAFilledButton(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	v.open("/settings")
	filled := func(want string) {
		t.Helper()
		v.comesTrue(`[...document.querySelectorAll(".settings form .button")].filter(b => getComputedStyle(b).backgroundColor !== "rgba(0, 0, 0, 0)")
			.map(b => new URL(b.form.action).pathname).join() === "` + want + `"`)
	}
	filled("")
	v.audit("settings without a change")
	v.write("#bio", "비 오는 날에는 영화")
	filled("/settings/profile")
	v.comesTrue("document.getAnimations().length === 0")
	v.audit("settings with a change")
	v.press(`form[action="/settings/profile"] .button`)
	v.sees("Saved.")
	filled("")
	v.write("#current_password", "wrong-one")
	v.write("#password", "short")
	v.press(`form[action="/settings/password"] .button`)
	v.sees("Please check one field.") // what was typed is still not saved
	filled("/settings/password")
}

func TestWhatWasTypedIsBackAfterTheSessionEnded(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	addFilm(v, "소금빛 기차")
	end := func() {
		ask[any](v, `fetch("/users/me/sessions", {method: "DELETE"}).then(a => { document.title = "ended " + a.status }), null`)
		v.comesTrue(`document.title === "ended 204"`)
	}
	v.open("/film/1/review")
	v.write("#title", "To the last stop")
	v.write("#content", "The slower the train, the faster the heart.")
	v.do("tick the spoiler", focus(`[name="spoiler"]`), keys(" "))
	end()
	v.press("main form .button:not(.quiet)")
	v.comesTrue(`document.querySelector("[data-kept]")?.hidden === false`)
	v.write("#username", "mina")
	v.write("#password", "popcorn-and-tea")
	v.press("main form .button")
	v.isAt("/film/1/review")
	v.sees("What you wrote is back.")
	v.comesTrue(`document.querySelector("#title").value === "To the last stop" && document.querySelector("[name=spoiler]").checked`)
	v.press("main form .button:not(.quiet)")
	v.sees("The slower the train, the faster the heart.")

	v.open("/film/1/review")
	v.comesTrue(`document.querySelector("#title").value === "To the last stop"`)
	v.write("#title", "Another title")
	end()
	v.press("main form .button:not(.quiet)")
	v.comesTrue(`document.querySelector("[data-kept]")?.hidden === false`)
	v.open("/film/1") // whoever goes elsewhere does not come back to it
	v.open("/signin")
	v.comesTrue(`document.querySelector("[data-kept]").hidden`)
}
